"""The page « Confidentialité »: the choices, the last lines of who did what, the documents one may ask about."""

from __future__ import annotations

from uuid import UUID

from ens.access import preferences
from ens.access.queries import choices_in
from ens.audit import events
from ens.audit.queries import lines
from ens.audit.types import HistoryFilter
from ens.identity import representing
from ens.journeys.types import Privacy
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.unit import Unit, unit_of_work
from ens.record.services.reading import list_in
from ens.record.types import DocumentFilter

LINES_SHOWN = 4
DOCUMENTS_OFFERED = 50
OTHERS = (ActorKind.PROFESSIONNEL, ActorKind.ETABLISSEMENT, ActorKind.SUPPORT)


def privacy(usager_id: UUID, *, by: Actor) -> Privacy:
    """Errors: ChoiceNotYours."""

    def act(unit: Unit) -> Privacy:
        choices = choices_in(unit)
        documents = list_in(unit, DocumentFilter(limit=DOCUMENTS_OFFERED))
        events.documents_searched(unit, found=len(documents.cards))
        last = lines(unit, HistoryFilter(actor_kinds=OTHERS, limit=LINES_SHOWN))
        return Privacy(choices, documents.cards, last.lines, preferences.current(unit), representing.former(usager_id))

    return unit_of_work(usager_id, act, by=by)
