"""The home of the usager."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ens import journeys
from ens.enrolment.errors import SpaceAbsent
from ens.journeys import representatives
from ens.journeys.types import NextAction
from ens.kernel import clock
from ens.web.common.pages import page
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import document_row, history_row
from ens.web.usager.views.access import is_to_review

REVIEW = NextAction(
    over_title=gettext_lazy("Vous avez 18 ans"),
    title=gettext_lazy("Relisez ce qui a été décidé pour vous"),
    words=gettext_lazy("Votre espace est à vous seul. Vérifiez qui peut lire vos documents, et changez ce qu’il faut."),
    label=gettext_lazy("Relire mes choix"),
    address="/confidentialite/",
)
INVITED = NextAction(
    over_title=gettext_lazy("Une invitation"),
    title=gettext_lazy("On vous invite à gérer l’espace d’un enfant"),
    words=gettext_lazy("Un autre représentant légal vous le demande. Vous acceptez, ou vous refusez."),
    label=gettext_lazy("Voir et répondre"),
    address="/profils/invitations/",
)


@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    """The one next thing to do, then messages and documents, then the last reader."""
    try:
        home = journeys.home(request.usager_id, by=request.actor)
    except SpaceAbsent:  # here alone: at any other address it could be someone else's that is not open
        return page(request, "usager/pas_ouvert.html", {"rubrique": "accueil", "non_lus": 0}, status=404)
    context = {
        "aujourdhui": clock.today(),
        "prenom": home.first_name,
        "action": _first(request) or home.next_action,
        "fils": home.threads,
        "documents": [document_row(card) for card in home.documents],
        "derniere_lecture": history_row(home.last_reader, reader_id=request.actor.id) if home.last_reader else None,
        "lectures_du_mois": home.readings_this_month,
        "lectures_en_urgence": home.emergency_readings,
    }
    return usager_page(request, "usager/accueil.html", context, section="accueil", unread=home.unread)


def _first(request: HttpRequest) -> NextAction | None:
    """What waits for them in their own space before anything of their record."""
    if request.actor.role:
        return None
    if is_to_review(request):
        return REVIEW
    return INVITED if representatives.is_asked(request.user) else None
