"""Activation: someone proves who they are, their e-mail, then makes their account; their space opens at once (S007).

The proof is a provisional code and a birth date (``enrolment.codes``), from the notice's page or, here, together with
a matricule and its carte Vitale (S006): theirs, or of who has them in charge. An account, an open space and accepted
terms are three facts (N001): whoever already has an account signs in. A child gets no account: their representative's
shows their space (S042).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from ens.audit import events
from ens.audit import services as audit
from ens.enrolment import choosing, lettering
from ens.enrolment import codes as provisional
from ens.enrolment import queries as enrolment_queries
from ens.enrolment import services as enrolment
from ens.enrolment.codes import Proof
from ens.enrolment.errors import CodeRefused as ProvisionalCodeRefused
from ens.enrolment.errors import MoveNotAllowed
from ens.enrolment.types import MOVES, EventKind, is_frozen
from ens.identity import accounts, cards, credentials, limits, representing
from ens.identity import queries as identity
from ens.identity import services as identities
from ens.identity.cards import Named
from ens.identity.errors import (
    AccountAlreadyThere,
    CardsUnavailable,
    ChildHasNoAccount,
    IdentificationRefused,
    IdentifierTaken,
    NotAChild,
    OwnSpaceNeeded,
    PhoneMalformed,
    TooManyTries,
)
from ens.identity.ports import card_register
from ens.journeys import representatives
from ens.journeys.accounts import personal
from ens.journeys.errors import CodeOfAnother
from ens.journeys.signing_in import Sent, masked_email
from ens.kernel.actor import Actor, ActorKind
from ens.notifications import codes
from ens.notifications import services as notifications
from ens.notifications.codes import Purpose, Verdict
from ens.notifications.types import NoticeKind
from ens.persistence.unit import Unit, unit_of_work
from ens.standards import phones
from ens.standards.errors import StandardError

TRIES, TRIES_PER_ADDRESS = 5, 50  # in the window of ``identity.limits``
_PERSON, _ADDRESS = "activation", "activation_adresse"


@dataclass(frozen=True, slots=True)
class Claim:
    """What someone says of themselves. ``matricule``, ``serial``: as the standards wrote them."""

    matricule: str
    serial: str
    birth_date: date
    code: str


@dataclass(frozen=True, slots=True)
class Prospect:
    """Who proved it, with what is known of them: shown to them alone, after the proof (N004)."""

    name: str
    first_name: str
    last_name: str
    email: str
    phone: str
    has_account: bool
    is_open: bool
    is_minor: bool
    is_held: bool  # nothing opens before a human looked
    may_dispute: bool  # « I am not their representative » can still be said


@dataclass(frozen=True, slots=True)
class Identified:
    """``twins``: the others of the card born the same day; when there are, a name is to be chosen (N003)."""

    proof: Proof
    twins: list[UUID]


def identify(claim: Claim, *, address: str) -> Identified:
    """Who holds this code, was born that day, and is on the card of this number.

    The number: their own, the insured's who has them in charge, or a legal representative's. One answer for every way
    of being wrong, by the same work: the card and the code are both asked about, always.
    Errors: IdentificationRefused, CardsUnavailable, TooManyTries, enrolment's CodeMalformed.
    """
    lettering.normalised(claim.code, provisional.LENGTH)  # what cannot be a code is said, and counts for nothing
    register = card_register()
    if register is None:
        raise CardsUnavailable()
    for purpose, subject, most in ((_PERSON, claim.matricule, TRIES), (_ADDRESS, address, TRIES_PER_ADDRESS)):
        limits.check(purpose, subject, most)
    is_theirs = register.belongs(claim.matricule, claim.serial)
    proof: Proof | None
    try:
        proof = provisional.prove(claim.code, claim.birth_date, address=address)
    except ProvisionalCodeRefused:
        proof = None
    identity.find_usager(claim.matricule)  # asked, whatever the code is worth
    if proof is None or not is_theirs or not _is_on_card(proof, claim.matricule):
        _note_failure(claim.matricule, address)
        raise IdentificationRefused()
    limits.forget(_PERSON, claim.matricule)
    twins = cards.born_together(proof.usager_id, by=proof.bearer, matricule=claim.matricule)
    return Identified(proof, twins)


def _is_on_card(proof: Proof, matricule: str) -> bool:
    def act(unit: Unit) -> bool:
        unit.untraced("un numéro comparé, sans être montré")
        return cards.is_on_card(unit, matricule)

    return unit_of_work(proof.usager_id, act, by=proof.bearer)


# -- one of several, born the same day -----------------------------------------------------------------------------


def names(proof: Proof, people: list[UUID]) -> list[Named]:
    """Of those who share a card and a birth date, the names to choose from. Errors: CodeSpent."""
    _check(proof)
    return cards.names(people, by=proof.bearer)


def choose(proof: Proof, chosen: UUID) -> None:
    """The person meant is the one whose code it is: a code is personal, another's opens nothing.

    Errors: CodeOfAnother; CodeSpent.
    """
    _check(proof)
    if chosen != proof.usager_id:
        events.about_nobody("activations", "autre_jumeau", by=proof.bearer, code=CodeOfAnother.code)
        raise CodeOfAnother()


def _check(proof: Proof) -> None:
    def act(unit: Unit) -> None:
        unit.untraced("la preuve tient encore")
        provisional.check(unit, proof)

    unit_of_work(proof.usager_id, act, by=proof.bearer)


def _note_failure(matricule: str, address: str) -> None:
    tries, from_there = limits.add(_PERSON, matricule), limits.add(_ADDRESS, address)
    by = Actor(ActorKind.USAGER, "inconnu", "")
    events.about_nobody("activations", "identification_refusee", by=by, code=IdentificationRefused.code)
    if tries == TRIES or from_there == TRIES_PER_ADDRESS:
        events.about_nobody("activations", "attente_imposee", by=by, code=TooManyTries.code)


def prospect(proof: Proof) -> Prospect:
    """What the steps show of them. Errors: CodeSpent."""

    def act(unit: Unit) -> Prospect:
        provisional.check(unit, proof)
        known = identity.traits(unit)
        events.profile_read(unit)
        state = enrolment_queries.state(unit)
        is_held = not state.is_open and is_frozen(enrolment_queries.events(unit))
        is_minor = identities.majority_if_minor(known.birth_date) is not None
        return Prospect(
            known.shown_name,
            known.shown_first_name,
            known.used_name or known.birth_name,
            identity.email(unit),
            identity.phone(unit),
            accounts.account_of(unit.usager_id) is not None,
            state.is_open,
            is_minor,
            is_held,
            is_minor and not is_held and state in MOVES[EventKind.FROZEN][0],
        )

    return unit_of_work(proof.usager_id, act, by=proof.bearer)


# -- contacts -----------------------------------------------------------------------------------------------------


def ask_contacts(proof: Proof, email: str, phone: str) -> Sent:
    """A code goes to the e-mail; the telephone, which is optional, is kept with it once it comes back.

    Errors: EmailMalformed, PhoneMalformed, CodeSpent, those of ``codes.issue``.
    """
    address = identities.checked_email(email)
    try:
        number = phones.normalise(phone) if phone.strip() else ""
    except StandardError as error:
        raise PhoneMalformed() from error

    def act(unit: Unit) -> Sent:
        provisional.check(unit, proof)
        value = orjson.dumps([address, number]).decode()
        code_id = codes.issue(unit, Purpose.EMAIL, to=address, value=value)
        events.code_asked(unit, purpose=Purpose.EMAIL)
        return Sent(code_id, masked_email(address))

    return unit_of_work(proof.usager_id, act, by=proof.bearer)


def prove_contacts(proof: Proof, code_id: UUID, typed: str) -> None:
    """The e-mail is theirs. Errors: CodeRefused, CodeExpired, CodeSpent."""

    def act(unit: Unit) -> codes.Checked:
        provisional.check(unit, proof)
        checked = codes.verify(unit, code_id, Purpose.EMAIL, typed)
        if checked.verdict is not Verdict.RIGHT:
            events.code_checked(unit, purpose=Purpose.EMAIL, verdict=checked.verdict)
            return checked
        address, number = orjson.loads(checked.value)
        identities.set_contact(unit, "email", address, proved=True)
        if number != identity.phone(unit):
            identities.set_contact(unit, "telephone", number)
        identities.note_channels(unit)
        events.contact_changed(unit)
        return checked

    codes.refuse(unit_of_work(proof.usager_id, act, by=proof.bearer))


# -- the account --------------------------------------------------------------------------------------------------


def create_account(proof: Proof, identifier: str, password: str, *, published: str) -> Any:
    """The account, with the terms accepted, and the open space with it, whatever was chosen before (S007, S012).

    All in the person's unit: no account without its space. The code served: nobody else makes an account with it.
    ``published``: the day of the terms. Errors: CodeSpent, AccountAlreadyThere, ChildHasNoAccount, IdentifierRefused,
    IdentifierTaken, those of ``credentials.check_password``, MoveNotAllowed.
    """
    credentials.check_identifier(identifier)
    if not accounts.is_free(identifier):
        raise IdentifierTaken()
    made: list[Any] = []

    def also(unit: Unit) -> None:
        provisional.spend(unit, proof)
        if accounts.account_of(unit.usager_id) is not None:
            raise AccountAlreadyThere()
        known = identity.traits(unit)
        if identities.majority_if_minor(known.birth_date) is not None:
            raise ChildHasNoAccount()
        compte = accounts.create(
            identifier, password, name=known.shown_name, usager_id=unit.usager_id, about=personal(unit)
        )
        events.account_created(unit)
        events.terms_accepted(unit, published=published)
        notifications.tell(unit, NoticeKind.ACCOUNT_CREATED)
        made[:] = [compte]  # of the last attempt: the one that commits

    enrolment.activate(proof.usager_id, by=proof.bearer, also=also)
    return made[0]


# -- a child ---------------------------------------------------------------------------------------------------


def attach_child(proof: Proof, compte: Any, *, by: Actor) -> None:
    """The child's space opens, shown by the account of who certifies to be their legal representative (S042, N033).

    The move, the tie and the trace, in the child's unit: a space is never open by this with nobody tied to it.
    They declare that, and that the other parent agrees or that they alone exercise parental authority (S020).
    Two accounts at most for a child (N024), the second of someone whose own space is open (N025). ``by``: the adult,
    signed in. Errors: CodeSpent, NotAChild, TooManyManagers, OwnSpaceNeeded, MoveNotAllowed.
    """
    own, own_is_open = accounts.holder_of(compte), representatives.own_space_is_open(compte)

    def also(unit: Unit) -> None:
        audit.hold_head(unit)  # a second account that asks in the same instant waits, then counts this one
        provisional.check(unit, proof)
        ends_on = representatives.majority(unit)
        if own == unit.usager_id:
            raise NotAChild()
        representing.check_may_represent(compte, unit.usager_id)
        if not own_is_open and representing.managers_of(unit.usager_id) - {compte.id}:
            raise OwnSpaceNeeded()
        _check_not_frozen(unit)
        choosing.declare_with_code(unit, proof)
        provisional.spend(unit, proof)
        representing.represent(compte, unit.usager_id, ends_on=ends_on)
        events.representative_attached(unit)

    acting = Actor(ActorKind.USAGER, by.id, by.name, role="représentant légal", usager_id=proof.usager_id)
    enrolment.activate(proof.usager_id, by=acting, also=also)


def _check_not_frozen(unit: Unit) -> None:
    """A dispute, « I am not their representative »: nothing opens before a human looked (N002, B11)."""
    if is_frozen(enrolment_queries.events(unit)):
        raise MoveNotAllowed()
