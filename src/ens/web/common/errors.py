"""What people see when something cannot be given: one table from the families and codes of errors to pages.

Refused and absent look the same. Views that can answer beside a field or in a block do so; the rest ends here.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ens.kernel.errors import EnsError, Family
from ens.persistence import features
from ens.persistence.connection import FAULTS, unavailable
from ens.persistence.errors import FeatureStopped, VisitOnly
from ens.web.common.access import CLIENT
from ens.web.common.pages import page, soon
from ens.web.common.stopping import feature_of
from ens.web.common.words import typeset

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
OF_A_VISIT = ("demonstration:entrer", "deconnexion")  # coming in, and leaving
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page saying what happened, then what to do. ``speaks``: the error's own sentence is shown."""

    status: int
    title: str
    text: str
    speaks: bool = False
    retry: bool = False


ABSENT = ErrorPage(
    404,
    gettext_noop("Cette page n’existe pas"),
    gettext_noop(
        "L’adresse a peut-être changé, ou le contenu n’est plus disponible. "
        "Revenez à l’accueil pour retrouver ce que vous cherchez."
    ),
)
MALFORMED = ErrorPage(
    400,
    gettext_noop("Cette demande n’a pas été comprise"),
    gettext_noop("Revenez à la page précédente et recommencez."),
    speaks=True,
)
CONFLICT = ErrorPage(
    409,
    gettext_noop("Cette action n’est plus possible"),
    gettext_noop("La situation a changé entre-temps. Rouvrez la page pour voir où elle en est."),
    speaks=True,
)
UNAVAILABLE = ErrorPage(
    503,
    gettext_noop("Le service ne répond pas"),
    gettext_noop("Une partie du service est arrêtée pour le moment. Réessayez dans quelques minutes."),
    retry=True,
)
UNKNOWN = ErrorPage(
    503,
    gettext_noop("Votre action a peut-être été enregistrée"),
    gettext_noop("Le service s’est interrompu au moment d’enregistrer. Rouvrez la page pour voir où elle en est."),
    retry=True,
)
STOPPED = ErrorPage(
    503,
    gettext_noop("Cette fonction est à l’arrêt pour le moment"),
    gettext_noop("Le reste du service fonctionne. Réessayez plus tard."),
    speaks=True,
    retry=True,
)
VISIT = ErrorPage(
    403,
    gettext_noop("Ce n’est pas possible pendant la visite"),
    gettext_noop("Rien ne s’enregistre ici. Revenez à la page précédente pour continuer la visite."),
    speaks=True,
)
TOO_LARGE = ErrorPage(
    413,
    gettext_noop("Cet envoi est trop lourd"),
    gettext_noop("Choisissez un fichier de 5\u00a0Mo au plus, puis recommencez."),
)
TOO_MANY = ErrorPage(
    429,
    gettext_noop("Trop de demandes en peu de temps"),
    gettext_noop("Attendez quelques minutes, puis recommencez."),
)
EXPIRED = ErrorPage(
    403,
    gettext_noop("Ce formulaire a expiré"),
    gettext_noop(
        "La page est restée ouverte trop longtemps, ou vous vous êtes reconnecté entre-temps. "
        "Revenez à la page précédente, rechargez-la, puis recommencez."
    ),
)
BROKEN = ErrorPage(
    500,
    gettext_noop("Une erreur est survenue"),
    gettext_noop("Elle vient de nous et nous en sommes avertis. Réessayez dans quelques minutes."),
    retry=True,
)

FAMILIES = {
    Family.ABSENT: ABSENT,
    Family.REFUSED: ABSENT,
    Family.CONFLICT: CONFLICT,
    Family.MALFORMED: MALFORMED,
    Family.UNAVAILABLE: UNAVAILABLE,
}
# Codes whose page is not their family's.
CODES = {
    "fichier_trop_grand": TOO_LARGE,
    "document_trop_grand": TOO_LARGE,
    "issue_inconnue": UNKNOWN,
    "fonction_arretee": STOPPED,
    "visite_seulement": VISIT,
    "trop_de_demandes": TOO_MANY,
    "trop_de_recherches": TOO_MANY,
    "trop_de_refus": TOO_MANY,
    "trop_d_essais": TOO_MANY,
    "trop_de_codes": TOO_MANY,
    "trop_de_signalements": TOO_MANY,
    "code_deja_envoye": TOO_MANY,
}


def page_for(error: EnsError | type[EnsError]) -> ErrorPage:
    """The page that answers an error, by its code, else by its family."""
    return CODES.get(error.code, FAMILIES[error.family])


def error_page(request: HttpRequest, shown: ErrorPage, sentence: str = "") -> HttpResponse:
    """The page of an error, in the layout of whoever asks."""
    context = {
        "erreur": shown,
        "titre": _(shown.title),
        "texte": typeset(sentence) if shown.speaks and sentence else _(shown.text),
    }
    return page(request, "common/erreur.html", context, status=shown.status)


class ErrorPagesMiddleware:
    """Answer the errors the product knows with their page; any other goes on to the 500 page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        feature = feature_of(name)
        try:
            if feature is not None:
                features.check(feature)
            if request.method not in SAFE and name not in OF_A_VISIT and getattr(request, "audience", None) != CLIENT:
                features.check_may_write()
        except (FeatureStopped, VisitOnly) as error:
            return error_page(request, page_for(error), error.sentence)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if isinstance(error, FAULTS):
            error = unavailable(error)
        if not isinstance(error, EnsError) or getattr(request, "audience", None) == CLIENT:
            return None
        if error.family == Family.UNAVAILABLE:
            _logger.error("unavailable: %s", error.code)
        return error_page(request, page_for(error), error.sentence)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, TOO_LARGE if isinstance(exception, RequestDataTooBig) else MALFORMED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, ABSENT)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, EXPIRED)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last page, also of what broke before any view: the session or the clock, when the database is away."""
    error = sys.exc_info()[1]
    if isinstance(error, FAULTS):
        unavailable(error)
        return broken_page(UNAVAILABLE)
    if isinstance(error, EnsError):  # while the form itself was read
        return broken_page(page_for(error))
    return broken_page(BROKEN)


def broken_page(shown: ErrorPage) -> HttpResponse:
    """Nothing of the request is asked, since anything may be what broke."""
    context = {"titre": _(shown.title), "texte": _(shown.text), "erreur": shown}
    return soon(HttpResponse(render_to_string("common/panne.html", context), status=shown.status))
