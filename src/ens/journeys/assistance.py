"""The support desk: an agent acts for someone on the telephone (S154). Never anything of their health.

The person is found by their matricule with a proof said on the telephone: birth date and one more trait. A proof that
fails, and a person unknown, are answered alike, counted by agent and by matricule, and traced. What the agent does is
in the person's history, under the agent's name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as of_day
from enum import StrEnum
from uuid import UUID

from django.conf import settings

from ens.audit import events
from ens.enrolment import codes
from ens.enrolment import queries as enrolment
from ens.enrolment import services as moves
from ens.enrolment.errors import MoveNotAllowed
from ens.enrolment.types import EventKind, State, is_frozen
from ens.identity import letters, limits
from ens.identity import queries as identity
from ens.identity import services as identity_services
from ens.identity.types import Traits
from ens.journeys import own_address
from ens.journeys.errors import NoAddressForCode, PersonNotProved
from ens.journeys.signing_in import masked_email
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.notifications import services as notifications
from ens.notifications.types import NoticeKind
from ens.persistence.unit import Unit, unit_of_work
from ens.standards.errors import MalformedTrait
from ens.standards.traits import normalise_lexical

_BY_AGENT, _BY_MATRICULE = "support:agent", "support:matricule"


class ProofTrait(StrEnum):
    """The trait asked beside the birth date."""

    BIRTH_NAME = "nom_naissance"
    FIRST_NAME = "premier_prenom"


@dataclass(frozen=True, slots=True)
class Stage:
    """An event of the enrolment, as the agent may tell it."""

    kind: EventKind
    at: datetime
    deadline: date | None


@dataclass(frozen=True, slots=True)
class Assisted:
    """All that an agent sees: where the enrolment stands, contacts masked. ``name``: one first name, one initial."""

    name: str
    birth_year: int
    state: State
    is_frozen: bool
    deadline: date | None
    email: str
    phone: str
    has_address: bool
    large_print: bool
    stages: tuple[Stage, ...]
    has_account: bool
    is_minor: bool

    @property
    def may_oppose(self) -> bool:
        return self.state in (State.UNKNOWN, State.NOTICED) and not self.is_frozen

    @property
    def may_change_mind(self) -> bool:
        return self.state is State.OPPOSED and not self.is_frozen

    @property
    def may_set_letters(self) -> bool:
        return not self.is_frozen

    @property
    def may_have_code(self) -> bool:
        return _may_have_code(self.state, has_account=self.has_account) and not self.is_frozen

    @property
    def may_be_given_address(self) -> bool:
        return _came_of_age(self.state, has_account=self.has_account) and not self.is_minor


def prove(matricule: str, birth_date: date, trait: ProofTrait, said: str, *, by: Actor) -> UUID:
    """Whose matricule it is, once the person on the telephone proved who they are.

    Errors: PersonNotProved, whatever the reason, by the same statements; TooManyTries.
    """
    if by.kind is not ActorKind.SUPPORT:
        raise PersonNotProved()
    limits.check(_BY_MATRICULE, matricule, settings.ENS_SUPPORT_TRIES)
    if limits.add(_BY_AGENT, by.id) > settings.ENS_SUPPORT_SEARCHES:
        events.about_nobody("support", "recherches_limitees", by=by)
        raise limits.too_many()
    found = identity.find_usager(matricule)
    usager_id = found.usager_id if found else identity.nobody(matricule)

    def act(unit: Unit) -> UUID:
        events.identity_proved(unit, attempt=True)
        born = identity.is_born_on(unit, birth_date)
        same = _is_said(identity.traits(unit), trait, said) if born else False
        if not same or not identity.is_registered_alive(unit) or enrolment.state(unit) in _NO_LONGER:
            raise PersonNotProved()
        events.identity_proved(unit)
        return usager_id

    try:
        proved = unit_of_work(usager_id, act, by=by)
    except PersonNotProved:
        limits.add(_BY_MATRICULE, matricule)
        raise
    limits.forget(_BY_MATRICULE, matricule)
    return proved


def _may_have_code(state: State, *, has_account: bool) -> bool:
    """Who has a choice to make, or came of age in a space that others opened."""
    return state in (State.NOTICED, State.OPPOSED, State.OPENED) or _came_of_age(state, has_account=has_account)


def _came_of_age(state: State, *, has_account: bool) -> bool:
    """An entered space that nobody enters any more: of a child whom others represented (N032)."""
    return state is State.ACTIVATED and not has_account


_NO_LONGER = (State.MERGED, State.DELETED)


def _is_said(known: Traits, trait: ProofTrait, said: str) -> bool:
    """Names as INSi compares them: accents, case and runs of spaces do not count."""
    wanted = known.birth_name if trait is ProofTrait.BIRTH_NAME else known.first_names.split()[0]
    try:
        return normalise_lexical(said) == normalise_lexical(wanted)
    except MalformedTrait:
        return False


def look(usager_id: UUID, *, by: Actor) -> Assisted:
    """Where the enrolment of someone proved stands. Errors: PersonNotProved."""

    def act(unit: Unit) -> Assisted:
        _check_agent(by)
        known, past = identity.traits(unit), enrolment.events(unit)
        phone = identity.phone(unit)
        seen = Assisted(
            name=f"{known.shown_first_name} {(known.used_name or known.birth_name)[:1].upper()}.",
            birth_year=known.birth_date.year,
            state=enrolment.state(unit),
            is_frozen=is_frozen(past),
            deadline=enrolment.deadline(unit),
            email=masked_email(identity.email(unit)),
            phone=f"•••• {phone[-2:]}" if phone else "",
            has_address=bool(identity.address(unit)),
            large_print=letters.large_print(unit),
            stages=tuple(Stage(event.kind, event.at, event.deadline) for event in past),
            has_account=identity.has_account(usager_id),
            is_minor=identity_services.majority_if_minor(known.birth_date) is not None,
        )
        events.standing_read(unit)
        return seen

    return unit_of_work(usager_id, act, by=by)


def oppose(usager_id: UUID, *, by: Actor) -> None:
    """Write down the opposition that the person says (S154). Errors: PersonNotProved, MoveNotAllowed."""
    moves.oppose(usager_id, by=by, also=_also(by, events.opposed_for))


def change_mind(usager_id: UUID, *, by: Actor) -> None:
    """Write down that the person wants a space after all. Errors: PersonNotProved, MoveNotAllowed."""
    moves.change_mind(usager_id, by=by, also=_also(by, events.mind_changed_for))


@dataclass(frozen=True, slots=True)
class NewCode:
    """What leaves: a code by e-mail, with its last day, or a letter, from a day on."""

    last_day: date | None = None
    letter_from: date | None = None


def send_code(usager_id: UUID, *, by: Actor) -> NewCode:
    """Send a new provisional code, which revokes the former, to the e-mail known; the agent never sees it.

    Without an e-mail, the letter leaves again, with another delay, once the former can no longer be on its way.
    Errors: PersonNotProved, MoveNotAllowed; NoAddressForCode, neither may be.
    """
    is_shared = own_address.is_also_a_parent_s(usager_id)

    def act(unit: Unit) -> NewCode:
        _check_agent(by)
        if not _may_have_code(enrolment.state(unit), has_account=identity.has_account(usager_id)):
            raise MoveNotAllowed()
        if is_shared:
            raise NoAddressForCode()
        if not identity.email(unit):
            letter_from = moves.ask_letter(unit)
            if letter_from is None:
                raise NoAddressForCode()
            events.code_sent_for(unit)
            return NewCode(letter_from=letter_from)
        issued = codes.issue(unit, channel="email")
        until = datetime.combine(issued.expires_on, of_day.max, clock.PARIS)
        notifications.tell(unit, NoticeKind.PROVISIONAL_CODE, code=issued.text, until=until)
        events.code_sent_for(unit)
        return NewCode(issued.expires_on)

    return unit_of_work(usager_id, act, by=by)


def give_address(usager_id: UUID, address: str, *, by: Actor) -> None:
    """The e-mail of someone who came of age, who showed who they are: their code can then leave. The former is told.

    Errors: PersonNotProved, MoveNotAllowed (anybody else), EmailMalformed; NoAddressForCode, it is a parent's too.
    """
    value = identity_services.checked_email(address)
    is_shared = own_address.is_a_parent_s(usager_id, value)

    def act(unit: Unit) -> None:
        _check_agent(by)
        is_minor = identity_services.majority_if_minor(identity.traits(unit).birth_date) is not None
        if is_minor or not _came_of_age(enrolment.state(unit), has_account=identity.has_account(usager_id)):
            raise MoveNotAllowed()
        if is_shared:
            raise NoAddressForCode()
        former = identity.email(unit)
        if former and former != value:
            notifications.tell(unit, NoticeKind.EMAIL_CHANGED, to=former)
        identity_services.set_contact(unit, "email", value)
        identity_services.note_channels(unit)
        events.address_given_for(unit)

    unit_of_work(usager_id, act, by=by)


def set_large_print(usager_id: UUID, wanted: bool, *, by: Actor) -> bool:
    """Have letters to the person come in large print, or as usual again; says whether one leaves now.

    Who holds a letter that they cannot read, and has no e-mail, is written to again without waiting.
    Errors: PersonNotProved, MoveNotAllowed.
    """

    def act(unit: Unit) -> bool:
        _check_agent(by)
        if is_frozen(enrolment.events(unit)):
            raise MoveNotAllowed()
        if not identity_services.set_large_print(unit, wanted):
            unit.untraced("rien ne change")
            return False
        return wanted and not identity.email(unit) and moves.ask_letter(unit, in_hand=True) is not None

    return unit_of_work(usager_id, act, by=by)


def _also(by: Actor, leave: Callable[[Unit], None]) -> Callable[[Unit], None]:
    def also(unit: Unit) -> None:
        _check_agent(by)
        if is_frozen(enrolment.events(unit)):
            raise MoveNotAllowed()
        leave(unit)

    return also


def _check_agent(by: Actor) -> None:
    if by.kind is not ActorKind.SUPPORT:
        raise PersonNotProved()


def proof_lasts() -> timedelta:
    """How long an agent may act for the person who proved who they are, without asking again."""
    return timedelta(minutes=settings.ENS_SUPPORT_PROOF_MINUTES)
