"""One function per event: the only way a line is made.

Each takes the unit and says what happened; ``attempt=True`` declares beforehand what to trace if the act is
refused. Titles and facts are sealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ens.audit.models import ServiceLine
from ens.audit.types import Event, Line
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.persistence.unit import Unit


def leave(unit: Unit, line: Line, attempt: bool) -> None:
    """For functions of events alone."""
    (unit.attempts if attempt else unit.lines).append(line)



def usager_registered(unit: Unit) -> None:
    leave(unit, Line(Event.USAGER_REGISTERED), False)


def usager_welcomed(unit: Unit, *, by: Actor, registered_at: datetime, lot_id: UUID) -> None:
    """The first line of someone imported, left by the first unit about them: when they came, and in which import."""
    facts = {"registered_at": registered_at.isoformat(), "lot_id": str(lot_id)}
    unit.first_lines.append(Line(Event.USAGER_REGISTERED, by=by, facts=facts))


def identity_corrected(unit: Unit, *, before: dict[str, str]) -> None:
    """``before``: the former value of each trait that changed, sealed with the line."""
    leave(unit, Line(Event.IDENTITY_CORRECTED, facts={"before": before}), False)


def doctor_left(unit: Unit, professional_id: UUID) -> None:
    leave(unit, Line(Event.DOCTOR_LEFT, professional_id), False)


def contacts_declared(unit: Unit, *, kinds: Iterable[str]) -> None:
    leave(unit, Line(Event.CONTACTS_DECLARED, facts={"kinds": sorted(kinds)}), False)


def dossiers_merged(unit: Unit, other: UUID, *, reason: str) -> None:
    leave(unit, Line(Event.DOSSIERS_MERGED, other, facts={"reason": reason}), False)


def dossiers_separated(unit: Unit, other: UUID, *, reason: str) -> None:
    leave(unit, Line(Event.DOSSIERS_SEPARATED, other, facts={"reason": reason}), False)


def signed_in(unit: Unit, *, way: str) -> None:
    leave(unit, Line(Event.SIGNED_IN, facts={"way": way}), False)


def signed_out_elsewhere(unit: Unit) -> None:
    leave(unit, Line(Event.SIGNED_OUT_ELSEWHERE), False)


def account_created(unit: Unit) -> None:
    leave(unit, Line(Event.ACCOUNT_CREATED), False)


def password_changed(unit: Unit, *, way: str) -> None:
    """``way``: by its holder, or after a recovery."""
    leave(unit, Line(Event.PASSWORD_CHANGED, facts={"way": way}), False)


def phone_changed(unit: Unit) -> None:
    leave(unit, Line(Event.PHONE_CHANGED), False)


def sign_in_changed(unit: Unit, *, what: str) -> None:
    """An application, a passkey, recovery codes: added or removed."""
    leave(unit, Line(Event.SIGN_IN_CHANGED, title=what), False)


def representative_attached(unit: Unit) -> None:
    leave(unit, Line(Event.REPRESENTATIVE_ATTACHED), False)


def twin_named(unit: Unit) -> None:
    """Their name was shown among those of a card born the same day, to who proved a code, a date and the card."""
    leave(unit, Line(Event.TWIN_NAMED), False)


def representative_invited(unit: Unit, *, attempt: bool = False) -> None:
    leave(unit, Line(Event.REPRESENTATIVE_INVITED), attempt)


def representative_declined(unit: Unit) -> None:
    leave(unit, Line(Event.REPRESENTATIVE_DECLINED), False)


def invitation_withdrawn(unit: Unit, *, attempt: bool = False) -> None:
    leave(unit, Line(Event.INVITATION_WITHDRAWN), attempt)


def representation_ended(unit: Unit, *, name: str) -> None:
    """``name``: of who acted for them until they came of age."""
    leave(unit, Line(Event.REPRESENTATION_ENDED, title=name), False)


def choices_reviewed(unit: Unit) -> None:
    leave(unit, Line(Event.CHOICES_REVIEWED), False)


def terms_accepted(unit: Unit, *, published: str) -> None:
    """``published``: the day of the version accepted."""
    leave(unit, Line(Event.TERMS_ACCEPTED, facts={"published": published}), False)


def preferences_chosen(unit: Unit, *, attempt: bool = False) -> None:
    leave(unit, Line(Event.PREFERENCES_CHOSEN), attempt)


def code_asked(unit: Unit, *, purpose: str) -> None:
    leave(unit, Line(Event.CODE_ASKED, facts={"purpose": purpose}), False)


def code_checked(unit: Unit, *, purpose: str, verdict: str) -> None:
    leave(unit, Line(Event.CODE_CHECKED, title=verdict, facts={"purpose": purpose}), False)


def patient_looked_up(unit: Unit, *, attempt: bool = False) -> None:
    """Someone asked whether this person has a space, or opened their record."""
    leave(unit, Line(Event.PATIENT_LOOKED_UP), attempt)


def record_opened(unit: Unit, *, motive: str, told: str, attempt: bool = False) -> None:
    """A professional opened the record and said why: ``motive`` is the code, ``told`` its words as of then."""
    leave(unit, Line(Event.RECORD_OPENED, facts={"motive": motive, "told": told}), attempt)


def documents_searched(unit: Unit, *, found: int = 0, attempt: bool = False) -> None:
    """A list or a search was answered; ``found`` is how many documents the actor saw."""
    leave(unit, Line(Event.DOCUMENTS_SEARCHED, facts={"found": found}), attempt)


def own_deposits_listed(unit: Unit, *, found: int) -> None:
    """A professional read, among what they filed, the ``found`` documents that are in this space."""
    leave(unit, Line(Event.OWN_DEPOSITS_LISTED, facts={"found": found}), False)


def document_read(unit: Unit, document_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.DOCUMENT_READ, document_id, title), attempt)


def document_described(unit: Unit, document_id: UUID, *, title: str) -> None:
    """Its title, author and dates were given, and nothing of its content: it could not be had."""
    leave(unit, Line(Event.DOCUMENT_DESCRIBED, document_id, title), False)


def document_downloaded(unit: Unit, document_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.DOCUMENT_DOWNLOADED, document_id, title), attempt)


def document_deposited(
    unit: Unit, document_id: UUID | None, *, title: str = "", declared_author: str = "", attempt: bool = False
) -> None:
    """A professional's or an establishment's filing; the declared author is another fact than who filed."""
    facts = {"declared_author": declared_author} if declared_author else {}
    leave(unit, Line(Event.DOCUMENT_DEPOSITED, document_id, title, facts=facts), attempt)


def document_added(unit: Unit, document_id: UUID | None, *, title: str = "", attempt: bool = False) -> None:
    """The usager's own document."""
    leave(unit, Line(Event.DOCUMENT_ADDED, document_id, title), attempt)


def document_replaced(unit: Unit, document_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    """``document_id`` is the former version's."""
    leave(unit, Line(Event.DOCUMENT_REPLACED, document_id, title), attempt)


def document_masked(unit: Unit, document_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.DOCUMENT_MASKED, document_id, title), attempt)


def document_unmasked(unit: Unit, document_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.DOCUMENT_UNMASKED, document_id, title), attempt)


def set_read(unit: Unit, set_id: UUID, *, attempt: bool = False) -> None:
    leave(unit, Line(Event.SET_READ, set_id), attempt)


def messages_listed(unit: Unit) -> None:
    leave(unit, Line(Event.MESSAGES_LISTED), False)


def message_received(unit: Unit, message_id: UUID | None, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.MESSAGE_RECEIVED, message_id, title), attempt)


def message_read(unit: Unit, message_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.MESSAGE_READ, message_id, title), attempt)


def message_sent(unit: Unit, message_id: UUID | None, *, title: str = "", to: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.MESSAGE_SENT, message_id, title, facts={"to": to}), attempt)


def message_undelivered(unit: Unit, message_id: UUID, *, title: str = "", to: str = "") -> None:
    leave(unit, Line(Event.MESSAGE_UNDELIVERED, message_id, title, facts={"to": to}), False)


def conversation_moved(unit: Unit, event: Event, thread_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    """``event``: put in the trash, taken back, deleted for good, exported, or reported."""
    leave(unit, Line(event, thread_id, title), attempt)


def exchange_changed(unit: Unit, event: Event, thread_id: UUID, *, to: str = "", attempt: bool = False) -> None:
    """``event``: the usager ended or reopened the exchange with a correspondent, whose name is ``to``."""
    leave(unit, Line(event, thread_id, facts={"name": to} if to else {}), attempt)


def report_read(unit: Unit, thread_id: UUID) -> None:
    """The support's: what the usager said of a conversation, never the conversation."""
    leave(unit, Line(Event.REPORT_READ, thread_id), attempt=False)


def receipt_answered(unit: Unit, message_id: UUID, *, agrees: bool, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.RECEIPT_SENT if agrees else Event.RECEIPT_DECLINED, message_id, title), attempt)


def attachment_read(unit: Unit, attachment_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.ATTACHMENT_READ, attachment_id, title), attempt)


def attachment_saved(unit: Unit, document_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.ATTACHMENT_SAVED, document_id, title), attempt)


def access_consented(unit: Unit, who: UUID, *, name: str = "", statement: str = "", attempt: bool = False) -> None:
    """A professional wrote down the usager's oral agreement (N082)."""
    facts = {"name": name, "statement": statement}
    leave(unit, Line(Event.ACCESS_CONSENTED, who, facts=facts), attempt)


def access_authorised(unit: Unit, who: UUID, *, name: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.ACCESS_AUTHORISED, who, facts={"name": name}), attempt)


def access_blocked(unit: Unit, who: UUID, *, name: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.ACCESS_BLOCKED, who, facts={"name": name}), attempt)


def access_unblocked(unit: Unit, who: UUID, *, name: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.ACCESS_UNBLOCKED, who, facts={"name": name}), attempt)


def rights_read(unit: Unit, *, attempt: bool = False) -> None:
    leave(unit, Line(Event.RIGHTS_READ), attempt)


def document_sent(unit: Unit, document_id: UUID, *, title: str = "", to: str = "", attempt: bool = False) -> None:
    """The usager's: a document left by message."""
    leave(unit, Line(Event.DOCUMENT_SENT, document_id, title, facts={"name": to} if to else {}), attempt)


def readers_asked(unit: Unit, document_id: UUID, *, title: str = "", attempt: bool = False) -> None:
    """Who could read a document, and why."""
    leave(unit, Line(Event.READERS_READ, document_id, title), attempt)


def history_read(unit: Unit, *, attempt: bool = False) -> None:
    leave(unit, Line(Event.HISTORY_READ), attempt)


def profile_read(unit: Unit, *, attempt: bool = False) -> None:
    """Identity, contacts, mail address."""
    leave(unit, Line(Event.PROFILE_READ), attempt)


def contact_changed(unit: Unit, *, attempt: bool = False) -> None:
    leave(unit, Line(Event.CONTACT_CHANGED), attempt)


def notice_sent(unit: Unit, kind: str) -> None:
    leave(unit, Line(Event.NOTICE_SENT, facts={"kind": kind}), False)


def identity_proved(unit: Unit, *, attempt: bool = False) -> None:
    """An agent of the support checked on the telephone who is speaking."""
    leave(unit, Line(Event.IDENTITY_PROVED), attempt)


def standing_read(unit: Unit) -> None:
    """An agent of the support looked at where the enrolment stands."""
    leave(unit, Line(Event.STANDING_READ), False)


def opposed_for(unit: Unit) -> None:
    leave(unit, Line(Event.OPPOSED_FOR), False)


def mind_changed_for(unit: Unit) -> None:
    leave(unit, Line(Event.MIND_CHANGED_FOR), False)


def code_sent_for(unit: Unit) -> None:
    leave(unit, Line(Event.CODE_SENT_FOR), False)


def address_given_for(unit: Unit) -> None:
    leave(unit, Line(Event.ADDRESS_GIVEN_FOR), False)


def letters_set(unit: Unit, *, large_print: bool) -> None:
    leave(unit, Line(Event.LETTERS_SET, facts={"large_print": large_print}), False)


def former_dmp(unit: Unit, event: Event, *, counts: dict[str, int] | None = None, attempt: bool = False) -> None:
    """``event``: received and waiting, taken over, or dropped. ``counts``: what was taken."""
    leave(unit, Line(event, facts=dict(counts or {})), attempt)


def space_deleted(unit: Unit, *, attempt: bool = False) -> None:
    """The key was destroyed with the rest: the line keeps who, what and when, and nothing else."""
    leave(unit, Line(Event.SPACE_DELETED), attempt)


def about_nobody(stream: str, event: str, *, by: Actor, code: str = "") -> None:
    """An event about nobody known: one row of a service stream, outside any unit."""
    ServiceLine.objects.create(
        id=new_id(), at=datetime.now(UTC), stream=stream, event=event, actor_kind=by.kind, actor_id=by.id, code=code
    )


def lines_of(unit: Unit) -> Iterable[Any]:
    """What the unit is about to leave, for tests of services."""
    return tuple(unit.lines)
