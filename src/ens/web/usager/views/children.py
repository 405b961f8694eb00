"""The spaces of one's children, opened several at once; what opened and what did not, with the reason of each."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ens.journeys import family as journey
from ens.journeys.family import Child, Obstacle
from ens.web.common.pages import page

DONE = "ens_enfants_ouverts"  # what the last act gave, as opaque ids, until it is shown
MOST = 50  # children of one act

REASONS = {
    Obstacle.THEIRS_ALREADY: gettext_lazy("Son espace est ouvert, et déjà dans votre compte."),
    Obstacle.OF_ANOTHER: gettext_lazy(
        "Son espace est déjà géré par un autre représentant légal. Demandez-lui de vous inviter."
    ),
    Obstacle.OPPOSED: gettext_lazy(
        "Une opposition à la création de son espace est enregistrée. Pour revenir dessus, utilisez le code reçu."
    ),
    Obstacle.FROZEN: gettext_lazy(
        "Une vérification est en cours auprès de ses représentants. Rien ne s’ouvre avant qu’elle soit terminée."
    ),
    Obstacle.CLOSED: gettext_lazy("Son espace a été fermé. Pour le rouvrir, utilisez le code reçu pour lui."),
    Obstacle.ADULT: gettext_lazy("Cette personne est majeure : elle active elle-même son espace."),
    Obstacle.ABSENT: gettext_lazy("Vous n’êtes plus déclaré comme son représentant légal, ou son dossier a changé."),
    Obstacle.UNAVAILABLE: gettext_lazy("Son espace n’a pas pu s’ouvrir cette fois. Recommencez dans quelques minutes."),
}


@dataclass(frozen=True, slots=True)
class Row:
    usager_id: UUID
    name: str
    reason: str


def _row(child: Child) -> Row:
    return Row(child.usager_id, child.name, str(REASONS[child.obstacle]) if child.obstacle else "")


@require_http_methods(["GET", "HEAD", "POST"])
def enfants(request: HttpRequest) -> HttpResponseBase:
    """Tick, certify, open; then the two lists. Whoever is not of the list is answered alike, existing or not."""
    known = journey.children(request.user)
    ticked: set[UUID] = set()
    wrong = ""
    if request.method == "POST":
        try:
            wanted = [UUID(one) for one in request.POST.getlist("enfant")]
        except ValueError as error:
            raise Http404 from error
        if len(wanted) > MOST:
            raise Http404
        ticked = set(wanted)
        if not wanted:
            wrong = _("Cochez au moins un enfant.")
        elif request.POST.get("representant") != "oui":
            wrong = _("Certifiez que vous êtes leur représentant légal, ou arrêtez ici.")
        else:
            done = journey.open_spaces(request.user, wanted)
            request.session[DONE] = {str(one): obstacle or "" for one, obstacle in done.items()}
            return redirect("usager:enfants")
    context = {
        **_outcome(request, known),
        "a_ouvrir": [_row(child) for child in known if child.may_open],
        "autres": [
            _row(child) for child in known if not child.may_open and child.obstacle is not Obstacle.THEIRS_ALREADY
        ],
        "coches": ticked,
        "certifie": bool(wrong) and request.POST.get("representant") == "oui",
        "erreur": wrong,
    }
    return page(request, "usager/enfants.html", context, status=422 if wrong else 200)


def _outcome(request: HttpRequest, known: list[Child]) -> dict[str, list[Row]]:
    """What the last act did, said once, by the names as they are now."""
    done: dict[str, str] = request.session.pop(DONE, {}) if request.method != "HEAD" else {}
    names = {str(child.usager_id): child.name for child in known}
    rows = [
        Row(UUID(one), names.get(one, _("Un enfant")), str(REASONS[Obstacle(why)]) if why else "")
        for one, why in done.items()
    ]
    is_open = {one for one, why in done.items() if why in ("", Obstacle.THEIRS_ALREADY)}
    opened = [row for row in rows if str(row.usager_id) in is_open]
    return {"ouverts": opened, "refuses": [row for row in rows if row not in opened]}
