"""The usager begins a conversation: with one of those who wrote to them and want answers; a pharmacy, when allowed.

Source: STANDARDS 4.3: only professionals start, pharmacies excepted. ``ENS_PHARMACIES_FIRST`` says whether they are.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from ens.audit import events
from ens.coffre.services import sealer
from ens.enrolment import queries as enrolment
from ens.identity import pharmacies
from ens.identity.pharmacies import Pharmacy
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.messaging import queries, reach
from ens.messaging.errors import ReplyNotAllowed, ThreadNotFound
from ens.messaging.models import Correspondent, Thread
from ens.messaging.services import begun
from ens.messaging.services.receiving import is_usager
from ens.messaging.services.sending import check_size, send_in
from ens.messaging.types import Beginning, Contact, Contacts
from ens.persistence import sql
from ens.persistence.unit import StartAgain, Unit, unit_of_work

SUBJECT_MAX = 150
NO_SUBJECT = "Sans objet"


def contacts(usager_id: UUID, search: str = "", *, by: Actor) -> Contacts:
    """Whom a new message may go to: who wrote and has not ended the exchange; the pharmacies that the words find.

    Errors: ThreadNotFound (not the usager), SpaceAbsent.
    """

    def act(unit: Unit) -> Contacts:
        _check(unit)
        events.messages_listed(unit)
        found = pharmacies.search(search) if settings.ENS_PHARMACIES_FIRST else []
        return Contacts(
            queries.contacts(unit),
            tuple(Contact(one.id, one.label, one.town) for one in found),
            may_search=settings.ENS_PHARMACIES_FIRST,
        )

    return unit_of_work(usager_id, act, by=by)


def begin(usager_id: UUID, message: Beginning, *, by: Actor) -> UUID:
    """Send a new message to one contact, by id; the same form sent twice sends once. Returns the conversation's id.

    Errors: ThreadNotFound (not the usager), SpaceAbsent, ReplyNotAllowed (nobody of that id, or they ended the
    exchange), ReplyEmpty, ReplyTooLarge.
    """
    return unit_of_work(usager_id, lambda unit: begin_in(unit, message), by=by)


def begin_in(unit: Unit, message: Beginning) -> UUID:
    """``begin`` inside a unit already open."""
    check_size(message.answer)
    events.message_sent(unit, None, attempt=True)
    _check(unit)
    return _begin_in(unit, message, _recipient(unit, message.to))


def _check(unit: Unit) -> None:
    if not is_usager(unit.by, unit.usager_id):
        raise ThreadNotFound()
    enrolment.check_open(unit)


def _recipient(unit: Unit, key: UUID) -> Correspondent:
    """Who may be written to under that id. Errors: ReplyNotAllowed."""
    person = Correspondent.objects.filter(usager_id=unit.usager_id, id=key).first()
    if person is not None and queries.wrote(unit, [person.id]):
        if person.ended_at is not None:
            raise ReplyNotAllowed()
        return person
    found = pharmacies.pharmacy(key) if settings.ENS_PHARMACIES_FIRST else None
    if found is None:
        raise ReplyNotAllowed()
    return _as_correspondent(unit, found)


def _as_correspondent(unit: Unit, pharmacy: Pharmacy) -> Correspondent:
    """The pharmacy as the usager's correspondent; who ended the exchange is not written to by this way either."""
    address = reach.address_digest(unit, pharmacy.address)
    known = Correspondent.objects.filter(usager_id=unit.usager_id, address_digest=address).first()
    if known is not None:
        if known.ended_at is not None:
            raise ReplyNotAllowed()
        return known
    row = Correspondent(usager_id=unit.usager_id, id=new_id(), address_digest=address, last_wrote_at=clock.now())
    identity = {
        "address": pharmacy.address,
        "reply_to": pharmacy.address,
        "label": pharmacy.label,
        "role": pharmacy.town,
        "organisation": not pharmacy.holder,
    }
    row.sealed_identity = sealer(unit).seal_json("correspondant", row.id, identity)
    _insert(row)
    return row


def _begin_in(unit: Unit, message: Beginning, person: Correspondent) -> UUID:
    # of the form: sent twice, it finds the conversation it began
    token = message.answer.token or new_id().hex
    thread = Thread(usager_id=unit.usager_id, id=begun.conversation(unit, token))
    if begun.is_sent(unit, thread.id):
        unit.untraced("déjà envoyé : rien n'a changé")
        return thread.id
    thread.last_at = clock.now()
    answer = replace(message.answer, subject=" ".join(message.answer.subject.split())[:SUBJECT_MAX] or NO_SUBJECT)
    thread.sealed_subject = sealer(unit).seal("conversation", thread.id, answer.subject.encode())
    _insert(thread)
    unit.register_locator([thread.id])
    label = queries.identity_of(unit, person)["label"]
    send_in(unit, thread, answer, [person], label)
    begun.discard_in(unit)
    return thread.id


def _insert(row: Correspondent | Thread) -> None:
    try:
        sql.insert(row)
    except IntegrityError as error:
        raise StartAgain() from error
