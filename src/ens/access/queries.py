"""The facts of access in one usager's space, and the pages that show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from ens.access.errors import ChoiceNotYours, RecordNotOpen
from ens.access.models import Autorisation
from ens.access.policies import check_can_open
from ens.access.types import Choice, InForce, KnownReader, ReaderFacts
from ens.audit import events
from ens.enrolment.queries import state
from ens.identity import queries as identity
from ens.identity.types import EstablishmentRef, ProfessionalRef, Traits
from ens.kernel import clock
from ens.kernel.actor import AccessMode, Actor, ActorKind
from ens.persistence.facts import Fact
from ens.persistence.unit import Unit, unit_of_work

_PERSON, _PLACE = Autorisation.PROFESSIONAL, Autorisation.ESTABLISHMENT


# -- facts ----------------------------------------------------------------------------------------------------


FACT = Fact(
    "choices",
    f"SELECT {', '.join(f'array_agg({one} ORDER BY since, id) AS {one}' for one in InForce._fields)} "  # noqa: S608
    "FROM access_autorisation WHERE usager_id = %(usager)s AND until IS NULL",
    InForce._fields,
    concerns=lambda kind: kind is ActorKind.PROFESSIONNEL,  # the others' access does not hang on them
)


def current(unit: Unit) -> list[InForce]:
    """The usager's choices in force, oldest first, read once a unit. A service that changes one forgets them."""
    known: list[InForce] | None = unit.cache.get("access.current")
    if known is None:
        if FACT.name in unit.facts:
            known = [InForce(*row) for row in zip(*(column or () for column in unit.facts[FACT.name]), strict=True)]
        else:
            rows = Autorisation.objects.filter(usager_id=unit.usager_id, until__isnull=True).order_by("since", "id")
            known = [InForce(*row) for row in rows.values_list(*InForce._fields)]
        unit.cache["access.current"] = known
    return known


def forget(unit: Unit) -> None:
    """After a change of choices inside the unit."""
    unit.facts.pop(FACT.name, None)
    unit.cache.pop("access.current", None)
    unit.cache.pop("access.reader", None)


def reader_facts(unit: Unit) -> ReaderFacts:
    """The facts of ``unit.by`` in this usager's space, read once a unit; the rights counter guards their age."""
    known: ReaderFacts | None = unit.cache.get("access.reader")
    if known is None:
        known = unit.cache["access.reader"] = _facts(unit, unit.by)
    return known


def _facts(unit: Unit, by: Actor) -> ReaderFacts:
    if by.kind is ActorKind.USAGER:
        own = by.usager_id == unit.usager_id
        # The holder's role has no label: any other is someone who acts for them.
        return ReaderFacts(by.kind, is_usager=own, is_representative=own and bool(by.role), today=clock.today())
    if by.kind is not ActorKind.PROFESSIONNEL or not by.rpps:
        return ReaderFacts(by.kind, mode=by.mode, today=clock.today())
    return _professional_facts(unit, UUID(by.id), by.rpps, by.profession, _uuid(by.organisation_id), by)


def _professional_facts(
    unit: Unit, professional_id: UUID, rpps: str, profession: str, place: UUID | None, by: Actor | None = None
) -> ReaderFacts:
    choices = current(unit)
    return ReaderFacts(
        ActorKind.PROFESSIONNEL,
        rpps=rpps,
        profession=profession,
        is_medecin_traitant=identity.medecin_traitant(unit) == professional_id,
        authorised_since=_since(choices, Autorisation.PERMIT, professional_id, {place} if place else set()),
        blocked_since=_since(choices, Autorisation.DENY, professional_id, _places(unit, professional_id, place)),
        mode=by.mode if by else AccessMode.NORMAL,
        today=clock.today(),
    )


def _since(choices: Iterable[InForce], state: str, person: UUID, places: set[UUID]) -> datetime | None:
    """Since when a choice of that state reaches the person, by name or by a place they act in."""
    reaching = [
        row.since
        for row in choices
        if row.state == state
        and ((row.who_kind == _PERSON and row.who_id == person) or (row.who_kind == _PLACE and row.who_id in places))
    ]
    return min(reaching, default=None)


def _places(unit: Unit, professional_id: UUID, place: UUID | None) -> set[UUID]:
    """Where a block of an establishment reaches the person: where they act, and everywhere they work.

    Sign-in does not say in which of their places a professional acts; in doubt, the block wins. The directory is
    asked only when an establishment is blocked.
    """
    found = {place} if place else set()
    if any(row.who_kind == _PLACE and row.state == Autorisation.DENY for row in current(unit)):
        found |= _where_they_work(unit, professional_id)
    return found


def _where_they_work(unit: Unit, professional_id: UUID) -> set[UUID]:
    known: dict[UUID, set[UUID]] = unit.cache.setdefault("access.activities", {})
    if professional_id not in known:
        known[professional_id] = set(identity.activity_establishments(professional_id))
    return known[professional_id]


def _uuid(value: str) -> UUID | None:
    return UUID(value) if value else None


def known_readers(unit: Unit, *, author_rpps: str = "") -> list[KnownReader]:
    """The professionals the usager authorised or blocked, their médecin traitant, and the author of a document when
    the directory knows them: for ``policies.explain``."""
    ids = {row.who_id for row in current(unit) if row.who_kind == _PERSON}
    ids |= {found for found in (identity.medecin_traitant(unit), identity.professional_id(author_rpps)) if found}
    people = identity.professionals_by_id(sorted(ids))
    return [
        KnownReader(
            person.name,
            person.profession_label,
            _professional_facts(unit, person.id, person.rpps, person.profession, _uuid(person.organisation_id)),
        )
        for person in sorted(people.values(), key=lambda ref: (ref.last_name, ref.first_name, ref.rpps))
    ]


# -- pages ----------------------------------------------------------------------------------------------------


def authorisations(usager_id: UUID, *, by: Actor) -> list[Choice]:
    """The choices in force, newest first: authorised since, or blocked since. Traced. Errors: ChoiceNotYours."""
    return unit_of_work(usager_id, choices_in, by=by)


def choices_in(unit: Unit) -> list[Choice]:
    """``authorisations`` inside a unit already open."""
    events.rights_read(unit, attempt=True)
    check_own(unit)
    choices = current(unit)
    people = identity.professionals_by_id([row.who_id for row in choices if row.who_kind == _PERSON])
    places = identity.establishments_by_id([row.who_id for row in choices if row.who_kind == _PLACE])
    events.rights_read(unit)
    return [
        _choice(row, people.get(row.who_id), places.get(row.who_id))
        for row in sorted(choices, key=lambda row: (row.since, row.id), reverse=True)
    ]


def check_own(unit: Unit) -> None:
    """The usager's choices are theirs, or of who acts for them. Errors: ChoiceNotYours."""
    if unit.by.kind is not ActorKind.USAGER or unit.by.usager_id != unit.usager_id:
        raise ChoiceNotYours()


def _choice(row: InForce, person: ProfessionalRef | None, place: EstablishmentRef | None) -> Choice:
    is_place = row.who_kind == _PLACE
    return Choice(
        id=row.id,
        name=(place.name if place else "Établissement") if is_place else (person.name if person else "Professionnel"),
        role_label="" if is_place or person is None else person.profession_label,
        is_organisation=is_place,
        rpps=person.rpps if person and not is_place else "",
        finess=place.finess if place and is_place else "",
        since=row.since,
        blocked_since=row.since if row.state == Autorisation.DENY else None,
        by_professional=row.by_kind == ActorKind.PROFESSIONNEL,
    )


def open_record(usager_id: UUID, *, by: Actor, traced: bool = True) -> Traits:
    """Whose record a professional enters: the identity to check at its opening and to show on each of its pages.

    ``traced=False`` is for the strip of a page whose reading is already traced; a refusal always is. Errors:
    RecordNotOpen, the same for every reason; PersonRequired; ModeNotOpen.
    """

    def act(unit: Unit) -> Traits:
        events.patient_looked_up(unit, attempt=True)
        enter(unit)
        if traced:
            events.patient_looked_up(unit)
        else:
            unit.untraced("identité rappelée sur une page dont la lecture est tracée")
        return identity.traits(unit)

    return unit_of_work(usager_id, act, by=by)


def enter(unit: Unit) -> None:
    """The space is open and its reader enters it. Errors: as ``open_record``.

    The facts are all asked before any is judged: how long a refusal takes says nothing of its reason.
    """
    facts, space = all_reader_facts(unit), state(unit)
    if not space.is_open:
        raise RecordNotOpen()
    check_can_open(facts)


def all_reader_facts(unit: Unit) -> ReaderFacts:
    """``reader_facts``, by as many statements whatever the usager chose."""
    if unit.by.kind is ActorKind.PROFESSIONNEL:
        _where_they_work(unit, UUID(unit.by.id))
    return reader_facts(unit)
