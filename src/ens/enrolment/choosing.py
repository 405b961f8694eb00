"""What someone chooses with a provisional code, without an account: activate, oppose, change their mind, close.

Each choice is a dated event of the person, in one unit with the use of the code. For a child, who chooses declares with
the same act that they represent them, and that the other parent agrees or that they alone exercise parental authority;
« I am not », or the other parent's disagreement, freezes (N002, S020, B11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from ens.coffre.digests import keyed
from ens.coffre.keyring import codes_key
from ens.enrolment import codes, lettering, queries, services
from ens.enrolment.codes import Proof
from ens.enrolment.errors import MoveNotAllowed
from ens.enrolment.types import EventKind, State, is_frozen
from ens.identity import cards
from ens.identity import queries as identity
from ens.identity.types import Traits
from ens.kernel import clock
from ens.kernel.ids import new_id
from ens.persistence import sql
from ens.persistence.unit import Unit, unit_of_work

MAJORITY = 18
REPRESENTATIVE, NOT_REPRESENTATIVE = "representant", "pas_representant"
AGREEMENT, DISPUTE = "accord_declare", "desaccord"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the person of a proof stands, and no more of who they are than their letter's reader must know."""

    state: State
    is_frozen: bool
    initials: str  # « I. M. »; « Léa M. » of who was born with another, whose letter differs by the first name alone
    birth_year: int
    sex: str
    is_child: bool
    deadline: date | None
    since: datetime | None  # of the last choice, or of the opening
    has_account: bool
    had_dmp: bool

    @property
    def opens_on(self) -> date | None:
        """The day the space opens if nothing is chosen."""
        if self.deadline is None:
            return None
        return max(self.deadline + timedelta(days=1), clock.today())

    @property
    def is_late(self) -> bool:
        """The delay is over, and what it leads to has not run yet."""
        return self.deadline is not None and self.deadline < clock.today()


def standing(proof: Proof) -> Standing:
    """Errors: CodeSpent."""

    def act(unit: Unit) -> Standing:
        unit.untraced("rien de clinique n'est lu : où en est l'enrôlement")
        codes.check(unit, proof)
        return _standing(unit)

    return _told_apart(proof, unit_of_work(proof.usager_id, act, by=proof.bearer))


def _told_apart(proof: Proof, found: Standing) -> Standing:
    """A code tells which twin, and the page must say it: by the first name, which the child's letter bears (N003)."""
    if not found.is_child or not cards.born_together(proof.usager_id, by=proof.bearer):
        return found

    def act(unit: Unit) -> Standing:
        unit.untraced("rien de clinique n'est lu : un prénom, celui du courrier")
        known = identity.traits(unit)
        return replace(found, initials=f"{known.shown_first_name} {initials(known).rpartition(' ')[2]}")

    return unit_of_work(proof.usager_id, act, by=proof.bearer)


def _standing(unit: Unit) -> Standing:
    known, past = identity.traits(unit), queries.events(unit)
    turning = (EventKind.OPPOSED, EventKind.ACTIVATED, EventKind.OPENED, EventKind.CLOSED, EventKind.CHANGED_MIND)
    return Standing(
        state=queries.state(unit),
        is_frozen=is_frozen(past),
        initials=initials(known),
        birth_year=known.birth_date.year,
        sex=known.sex,
        is_child=is_child(known),
        deadline=queries.deadline(unit),
        since=next((event.at for event in reversed(past) if event.kind in turning), None),
        has_account=identity.has_account(unit.usager_id),
        had_dmp=identity.had_dmp(unit),
    )


def initials(known: Traits) -> str:
    first, last = known.used_first_name or known.first_names, known.used_name or known.birth_name
    return " ".join(f"{name.strip()[0].upper()}." for name in (first, last) if name.strip())


def is_child(known: Traits) -> bool:
    """Not yet eighteen today."""
    born, today = known.birth_date, clock.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < MAJORITY


def oppose(proof: Proof) -> None:
    """No space is made. Said twice: the same opposition. Errors: CodeSpent; MoveNotAllowed."""
    services.oppose(proof.usager_id, by=proof.bearer, also=_act_of(proof, REPRESENTATIVE))


def activate(proof: Proof) -> None:
    """The space opens at once. Errors: CodeSpent; MoveNotAllowed."""
    services.activate(proof.usager_id, by=proof.bearer, also=_act_of(proof, REPRESENTATIVE, AGREEMENT))


def close(proof: Proof) -> None:
    """A space that nobody entered with an account is closed: whoever has one closes it from there.

    Errors: CodeSpent; MoveNotAllowed.
    """

    def also(unit: Unit) -> None:
        if identity.has_account(unit.usager_id):
            raise MoveNotAllowed()
        _act_of(proof, REPRESENTATIVE)(unit)

    services.close(proof.usager_id, by=proof.bearer, also=also)


def disown(proof: Proof) -> None:
    """« I am not the legal representative »: nothing opens for this child before a human looked (N002).

    Errors: CodeSpent; MoveNotAllowed.
    """
    _freeze(proof, NOT_REPRESENTATIVE)


def dispute(proof: Proof) -> None:
    """The other parent does not agree: nothing opens before a human looked (B11). Errors: CodeSpent; MoveNotAllowed."""
    _freeze(proof, DISPUTE)


def _freeze(proof: Proof, kind: str) -> None:
    def also(unit: Unit) -> None:
        if not is_child(identity.traits(unit)):
            raise MoveNotAllowed()
        codes.note_use(unit, proof)
        _declare(unit, proof, kind)

    services.freeze(proof.usager_id, by=proof.bearer, also=also)


def _act_of(proof: Proof, *declared: str) -> Callable[[Unit], None]:
    def also(unit: Unit) -> None:
        codes.note_use(unit, proof)
        if is_frozen(queries.events(unit)):
            raise MoveNotAllowed()
        if is_child(identity.traits(unit)):
            for kind in declared:
                _declare(unit, proof, kind)

    return also


WITHOUT_CODE = 0  # codes are ranked from one


def declare_without_code(unit: Unit) -> None:
    """Inside a child's unit: who is declared their representative by the insurance says they are, and that the other
    parent agrees or that they alone exercise parental authority."""
    for kind in (REPRESENTATIVE, AGREEMENT):
        _note(unit, WITHOUT_CODE, kind)


def declare_with_code(unit: Unit, proof: Proof) -> None:
    """The same, by who proved the child's code. Said twice with one code: once."""
    for kind in (REPRESENTATIVE, AGREEMENT):
        _declare(unit, proof, kind)


def _declare(unit: Unit, proof: Proof, kind: str) -> None:
    _note(unit, proof.rank, kind)


def _note(unit: Unit, code_rank: int, kind: str) -> None:
    sql.execute(
        "INSERT INTO enrolment_declaration (usager_id, id, kind, code_rank, at, by_kind) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [unit.usager_id, new_id(), kind, code_rank, clock.now(), unit.by.kind],
    )


@dataclass(frozen=True, slots=True)
class Opposition:
    """What the receipt says: the same each time it is asked for."""

    at: datetime
    reference: str
    standing: Standing


def opposition(proof: Proof) -> Opposition | None:
    """The opposition that holds now; None when there is none. Errors: CodeSpent."""

    def act(unit: Unit) -> Opposition | None:
        unit.untraced("rien de clinique n'est lu : un récépissé")
        codes.check(unit, proof)
        past = queries.events(unit)
        if queries.state(unit) is not State.OPPOSED:
            return None
        rank = max(rank for rank, event in enumerate(past, 1) if event.kind is EventKind.OPPOSED)
        return Opposition(past[rank - 1].at, reference(unit.usager_id, rank), _standing(unit))

    found = unit_of_work(proof.usager_id, act, by=proof.bearer)
    return replace(found, standing=_told_apart(proof, found.standing)) if found is not None else None


def reference(usager_id: UUID, rank: int) -> str:
    """Names an event to whoever holds its receipt, and the person to nobody."""
    digest = keyed(codes_key(), "récépissé", usager_id, rank.to_bytes(2))
    return lettering.grouped(lettering.written(digest, codes.LENGTH))
