"""The home page of a usager: what waits, what arrived, who read (S166)."""

from __future__ import annotations

from uuid import UUID

from ens.audit import events
from ens.audit.queries import lines
from ens.audit.types import Event, HistoryFilter
from ens.enrolment import queries as enrolment
from ens.identity import queries as identity
from ens.journeys.openings import opening_in
from ens.journeys.types import Home, NextAction
from ens.kernel import clock
from ens.kernel.actor import AccessMode, Actor, ActorKind
from ens.messaging import queries as messaging
from ens.messaging.errors import ThreadNotFound
from ens.messaging.types import ThreadCard
from ens.persistence.unit import Unit, unit_of_work
from ens.record.profile import store as profile
from ens.record.services.reading import list_in
from ens.record.types import DocumentCard, DocumentFilter

READINGS = (
    Event.DOCUMENT_READ,
    Event.DOCUMENT_DESCRIBED,
    Event.DOCUMENT_DOWNLOADED,
    Event.DOCUMENTS_SEARCHED,
    Event.OWN_DEPOSITS_LISTED,
)
SHOWN = 3
ALLERGIES = "ALLERGIES"
LOOKED_AT = 20  # documents among which one may be new


def home(usager_id: UUID, *, by: Actor) -> Home:
    """Errors: ThreadNotFound (not the usager), SpaceAbsent."""

    def act(unit: Unit) -> Home:
        if by.kind is not ActorKind.USAGER or by.usager_id != usager_id:
            raise ThreadNotFound()
        enrolment.check_open(unit)
        threads = messaging.thread_cards(unit, messaging.newest(unit)[:SHOWN])
        waiting = messaging.thread_cards(unit, messaging.newest(unit).filter(unread__gt=0)[:1])
        documents = list_in(unit, DocumentFilter(limit=LOOKED_AT))
        month = clock.now().astimezone(clock.PARIS).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        who = (ActorKind.PROFESSIONNEL.value,)
        readings = lines(unit, HistoryFilter(actor_kinds=who, events=READINGS, since=month, limit=200))
        last = lines(unit, HistoryFilter(actor_kinds=who, events=READINGS, limit=1)).lines
        events.documents_searched(unit, found=min(SHOWN, documents.total))
        events.messages_listed(unit)
        return Home(
            first_name=identity.traits(unit).shown_first_name,
            unread=messaging.unread_threads(unit),
            threads=threads,
            documents=documents.cards[:SHOWN],
            document_total=documents.total,
            last_reader=last[0] if last else None,
            readings_this_month=sum(1 for line in readings.lines if not line.is_refusal),
            emergency_readings=sum(1 for line in readings.lines if line.mode != AccessMode.NORMAL),
            next_action=_next(unit, waiting, documents.cards),
        )

    return unit_of_work(usager_id, act, by=by)


def _next(unit: Unit, waiting: list[ThreadCard], documents: list[DocumentCard]) -> NextAction | None:
    """The newest thing that waits: a message, else a document not opened yet, else the allergies not said."""
    for thread in waiting:
        return NextAction(
            over_title="Un message vous attend",
            title=thread.subject,
            words=f"{thread.correspondent_label} vous a écrit.",
            label="Lire le message",
            address=f"/messages/{thread.id}/",
        )
    for document in documents:
        if document.is_new:
            return NextAction(
                over_title="Un nouveau document",
                title=document.title,
                words=f"Déposé par {document.source_label}.",
                label="Ouvrir le document",
                address=f"/documents/{document.id}/",
            )
    if opening_in(unit, "profil").is_open and not profile.is_answered(unit, ALLERGIES):
        return NextAction(
            over_title="Votre profil médical",
            title="Indiquez vos allergies",
            words="Qui vous soigne doit les connaître, ou savoir que vous n’en avez pas. Deux minutes suffisent.",
            label="Indiquer mes allergies",
            address="/profil/allergies/",
        )
    return None
