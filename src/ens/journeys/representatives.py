"""A second legal representative is invited, and answers from their own space (N024, N025).

They are found by their number, their birth name, first name and birth date together, and have an open space of their
own. Whoever invites is answered alike, whoever exists; only the person meant is told, and only they can answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings

from ens.access.queries import check_own
from ens.audit import events
from ens.audit import services as audit
from ens.enrolment import queries as enrolment
from ens.identity import accounts, inviting, limits, representing
from ens.identity import queries as identity
from ens.identity import services as identities
from ens.identity.errors import NotAChild, OwnSpaceNeeded
from ens.identity.inviting import Invited
from ens.identity.types import InvitationState
from ens.journeys.errors import ProfileAbsent
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.notifications import services as notifications
from ens.notifications.types import NoticeKind
from ens.persistence import outbox
from ens.persistence.unit import Unit, unit_of_work
from ens.standards.errors import MalformedTrait
from ens.standards.traits import normalise_lexical

INVITED, ANSWERED = "invitation", "invitation_repondue"  # kinds of the outbox
ROLE = "représentant légal"
_OF_ACCOUNT = "invitation d'un représentant"


@dataclass(frozen=True, slots=True)
class Meant:
    """Who is invited, as the other representative says."""

    matricule: str
    birth_name: str
    first_name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Managing:
    """Who acts for the child, by name, and who is asked to."""

    child: str
    names: list[str]
    invited: list[Invited]

    @property
    def may_invite(self) -> bool:
        return len(self.names) < representing.MANAGERS


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation, as the person invited sees it."""

    id: UUID
    child: str
    by_name: str
    ends_on: date


def managing(usager_id: UUID, *, by: Actor) -> Managing:
    """To one of the child's representatives. Errors: ProfileAbsent, ChoiceNotYours, SpaceAbsent."""

    def act(unit: Unit) -> Managing:
        unit.untraced("les noms de qui gère cet espace, à qui le gère")
        _check_representative(unit)
        names = accounts.names(representing.managers_of(usager_id))
        return Managing(identity.traits(unit).shown_first_name, names, inviting.of_child(unit))

    return unit_of_work(usager_id, act, by=by)


def invite(compte: Any, usager_id: UUID, meant: Meant, *, by: Actor) -> None:
    """Ask that person to act for the child too; nothing tells whether they were recognised.

    Errors: ProfileAbsent, ChoiceNotYours, SpaceAbsent, TooManyManagers, TooManyInvitations, TooManyTries.
    """
    limits.check(_OF_ACCOUNT, str(compte.id), settings.ENS_CODE_TRIES)
    limits.add(_OF_ACCOUNT, str(compte.id))
    found = _recognised(meant)
    if found is not None and found.id in representing.managers_of(usager_id):
        found = None  # acts for them already: shown as any other, and told nothing

    def act(unit: Unit) -> None:
        events.representative_invited(unit, attempt=True)
        _check_representative(unit)
        audit.hold_head(unit)  # two invitations of one instant are counted in turn
        name = f"{meant.first_name.strip()} {meant.birth_name.strip()}"
        outbox.put(unit, INVITED, inviting.invite(unit, compte, found, name=name))
        events.representative_invited(unit)

    unit_of_work(usager_id, act, by=by)


def _recognised(meant: Meant) -> Any:
    """The account of who is meant, if all that is said is theirs and their space is open; by the same statements."""
    found = identity.find_usager(meant.matricule)
    usager_id = found.usager_id if found else identity.nobody(meant.matricule)

    def act(unit: Unit) -> bool:
        unit.untraced("des traits comparés, sans être montrés")
        is_born = identity.is_born_on(unit, meant.birth_date)
        is_open = enrolment.state(unit).is_open and identity.is_registered_alive(unit)
        if not (is_born and is_open):
            return False
        known = identity.traits(unit)
        if identities.majority_if_minor(known.birth_date) is not None:
            return False
        return _same(meant.birth_name, known.birth_name) and _same(meant.first_name, known.first_names.split()[0])

    is_them = unit_of_work(usager_id, act, by=SYSTEM)
    compte = accounts.account_of(usager_id)
    return compte if is_them else None


def _same(said: str, known: str) -> bool:
    """As INSi compares names: accents, case and runs of spaces do not count."""
    try:
        return normalise_lexical(said) == normalise_lexical(known)
    except MalformedTrait:
        return False


def withdraw(usager_id: UUID, invitation_id: UUID, *, by: Actor) -> None:
    """Errors: InvitationAbsent, ProfileAbsent, ChoiceNotYours, SpaceAbsent."""

    def act(unit: Unit) -> None:
        events.invitation_withdrawn(unit, attempt=True)
        _check_representative(unit)
        inviting.settle(unit, invitation_id, InvitationState.WITHDRAWN)
        events.invitation_withdrawn(unit)

    unit_of_work(usager_id, act, by=by)


def is_asked(compte: Any) -> bool:
    """Whether an invitation waits for them."""
    return bool(inviting.to(compte))


def asked(compte: Any) -> list[Asked]:
    """What this account is invited to."""
    return [_shown(one) for one in inviting.to(compte)]


def _shown(invited: Invited) -> Asked:
    def act(unit: Unit) -> str:
        unit.untraced("le nom seul, à qui son représentant invite")
        return identity.traits(unit).shown_name

    return Asked(invited.id, unit_of_work(invited.usager_id, act, by=SYSTEM), invited.by_name, invited.ends_on)


def accept(compte: Any, invitation_id: UUID, *, by: Actor) -> str:
    """The account shows the child's space from now on; their first name.

    Errors: InvitationAbsent, OwnSpaceNeeded, TooManyManagers, NotAChild, SpaceAbsent.
    """
    invited = inviting.for_answer(compte, invitation_id)
    if not own_space_is_open(compte):
        raise OwnSpaceNeeded()

    def act(unit: Unit) -> str:
        audit.hold_head(unit)  # two who accept at once are counted in turn
        enrolment.check_open(unit)
        ends_on = majority(unit)
        inviting.settle(unit, invitation_id, InvitationState.ACCEPTED)
        representing.represent(compte, unit.usager_id, ends_on=ends_on)
        events.representative_attached(unit)
        outbox.put(unit, ANSWERED, invitation_id)
        return identity.traits(unit).shown_first_name

    return unit_of_work(invited.usager_id, act, by=_acting(by, invited.usager_id))


def refuse(compte: Any, invitation_id: UUID, *, by: Actor) -> None:
    """Errors: InvitationAbsent."""
    invited = inviting.for_answer(compte, invitation_id)

    def act(unit: Unit) -> None:
        inviting.settle(unit, invitation_id, InvitationState.REFUSED)
        events.representative_declined(unit)
        outbox.put(unit, ANSWERED, invitation_id)

    unit_of_work(invited.usager_id, act, by=_acting(by, invited.usager_id))


def _acting(by: Actor, usager_id: UUID) -> Actor:
    return Actor(ActorKind.USAGER, by.id, by.name, role=ROLE, usager_id=usager_id)


def tell_invited(_: UUID, invitation_id: UUID) -> None:
    """From the outbox: whoever is invited is told, while it waits."""
    invited = inviting.found(invitation_id)
    if invited is not None and invited.state is InvitationState.WAITING:
        _tell(invited.to_compte, NoticeKind.REPRESENTATIVE_INVITED)


def tell_answer(_: UUID, invitation_id: UUID) -> None:
    """From the outbox: whoever invited is told the answer."""
    invited = inviting.found(invitation_id)
    if invited is not None and invited.state in _ANSWERS:
        _tell(invited.by_compte, _ANSWERS[invited.state])


_ANSWERS = {
    InvitationState.ACCEPTED: NoticeKind.INVITATION_ACCEPTED,
    InvitationState.REFUSED: NoticeKind.INVITATION_REFUSED,
}


def _tell(compte_id: UUID | None, kind: NoticeKind) -> None:
    holder = accounts.holder_by_id(compte_id) if compte_id else None

    def act(unit: Unit) -> None:
        unit.untraced("l'avis qui part laisse sa trace")
        notifications.tell(unit, kind)

    if holder is not None:
        unit_of_work(holder, act, by=SYSTEM)


def majority(unit: Unit) -> date:
    """The day the child comes of age. Errors: NotAChild."""
    day = identities.majority_if_minor(identity.traits(unit).birth_date)
    if day is None:
        raise NotAChild()
    return day


def own_space_is_open(compte: Any) -> bool:
    """Whether the account's holder has an open space of their own."""
    own = accounts.holder_of(compte)

    def act(unit: Unit) -> bool:
        unit.untraced("l'état de son propre espace")
        return enrolment.state(unit).is_open

    return own is not None and unit_of_work(own, act, by=SYSTEM)


def _check_representative(unit: Unit) -> None:
    """Errors: ChoiceNotYours, SpaceAbsent; ProfileAbsent: not a child's space, or one's own."""
    check_own(unit)
    enrolment.check_open(unit)
    if not unit.by.role or identities.majority_if_minor(identity.traits(unit).birth_date) is None:
        raise ProfileAbsent()
