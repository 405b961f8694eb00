"""The usager's choices: authorise, block, unblock. Each is traced and takes effect on the very next request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connections

from ens.access.errors import BlockedFirst, ConsentNotRecorded, TooManySearches, WhomToChoose
from ens.access.models import Autorisation, Preference
from ens.access.policies import check_is_individual
from ens.access.queries import all_reader_facts, check_own, current, enter, forget
from ens.access.types import FormerChoice, InForce, Motive
from ens.audit import events
from ens.audit.services import rights_changed
from ens.enrolment.queries import check_open, state
from ens.identity import queries as identity
from ens.identity.errors import EstablishmentUnknown, ProfessionalUnknown
from ens.identity.types import EstablishmentRef, ProfessionalRef
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.erasing import Erased, delete_rows
from ens.persistence.unit import RightsChanged, Unit, unit_of_work

_PERSON, _PLACE = Autorisation.PROFESSIONAL, Autorisation.ESTABLISHMENT
CONSENT = "Le patient m'autorise à consulter ses documents."


# -- by the usager --------------------------------------------------------------------------------------------


def authorise(usager_id: UUID, *, rpps: str = "", finess: str = "", by: Actor) -> None:
    """The usager lets a professional, or who acts in an establishment, read their documents. Twice is once.

    Errors: ChoiceNotYours, SpaceAbsent, ProfessionalUnknown, EstablishmentUnknown, BlockedFirst, WhomToChoose.
    """

    def act(unit: Unit) -> None:
        who = _chosen(unit, rpps, finess)
        events.access_authorised(unit, who.id, name=who.name, attempt=True)
        check_own(unit)
        check_open(unit)
        known = _current(unit, who)
        if known is not None and known.state == Autorisation.DENY:
            raise BlockedFirst()
        if known is not None:
            unit.untraced("déjà autorisé")
            return
        _choose(unit, who, Autorisation.PERMIT)
        events.access_authorised(unit, who.id, name=who.name)

    unit_of_work(usager_id, act, by=by)


def block(usager_id: UUID, *, rpps: str = "", finess: str = "", by: Actor) -> None:
    """The usager closes their record to a professional, or to whoever acts in an establishment. Twice is once.

    It ends any authorisation. Any block wins over any authorisation. The blocked may still deposit (N083).
    Errors: ChoiceNotYours, SpaceAbsent, ProfessionalUnknown, EstablishmentUnknown, WhomToChoose.
    """

    def act(unit: Unit) -> None:
        who = _chosen(unit, rpps, finess)
        events.access_blocked(unit, who.id, name=who.name, attempt=True)
        check_own(unit)
        check_open(unit)
        known = _current(unit, who)
        if known is not None and known.state == Autorisation.DENY:
            unit.untraced("déjà bloqué")
            return
        if known is not None:
            _end(unit, known)
        _choose(unit, who, Autorisation.DENY)
        events.access_blocked(unit, who.id, name=who.name)

    unit_of_work(usager_id, act, by=by)


def unblock(usager_id: UUID, *, rpps: str = "", finess: str = "", by: Actor) -> None:
    """End a block. It restores no authorisation: that is another choice (N082).

    Errors: ChoiceNotYours, SpaceAbsent, ProfessionalUnknown, EstablishmentUnknown, WhomToChoose.
    """

    def act(unit: Unit) -> None:
        who = _chosen(unit, rpps, finess)
        events.access_unblocked(unit, who.id, name=who.name, attempt=True)
        check_own(unit)
        check_open(unit)
        known = _current(unit, who)
        if known is None or known.state != Autorisation.DENY:
            unit.untraced("n'était pas bloqué")
            return
        _end(unit, known)
        events.access_unblocked(unit, who.id, name=who.name)

    unit_of_work(usager_id, act, by=by)


# -- by the professional, on the usager's oral consent ---------------------------------------------------------


def record_consent(usager_id: UUID, *, birth_date: date, by: Actor, statement: str = CONSENT) -> None:
    """The professional writes down that the usager, before them, agrees to be read (N082, R1111-46).

    The statement is traced each time; an authorisation already there keeps its date. One answer for every cause
    of refusal: no open space, another birth date, a block. Errors: ConsentNotRecorded, PersonRequired, ModeNotOpen.
    """
    check_is_individual(by)

    def act(unit: Unit) -> None:
        who = UUID(by.id) if by.kind is ActorKind.PROFESSIONNEL else None
        if who is None:
            raise ConsentNotRecorded()
        events.access_consented(unit, who, name=by.name, statement=statement, attempt=True)
        facts, space, is_born_then = all_reader_facts(unit), state(unit), identity.is_born_on(unit, birth_date)
        if not space.is_open or not is_born_then or facts.blocked_since:
            raise ConsentNotRecorded()
        person = identity.professional_by_id(who)
        if _current(unit, person) is None:
            _choose(unit, person, Autorisation.PERMIT)
        events.access_consented(unit, who, name=by.name, statement=statement)

    unit_of_work(usager_id, act, by=by)


# -- by the professional, each time --------------------------------------------------------------------------------


def open_record(usager_id: UUID, motive: Motive, *, by: Actor) -> None:
    """The professional opens the record and says why; the patient reads it in their history.

    What they read inside is decided document by document. Errors: as ``queries.open_record``.
    """

    def act(unit: Unit) -> None:
        events.record_opened(unit, motive=motive, told=motive.told, attempt=True)
        enter(unit)
        events.record_opened(unit, motive=motive, told=motive.told)

    unit_of_work(usager_id, act, by=by)


# -- how often a professional searches -------------------------------------------------------------------------


def count_search(by: Actor) -> None:
    """Count one search or consent of a professional in the current hour. Errors: PersonRequired, TooManySearches.

    Kept in the database, so that every process counts together. Technical time: the moved clock has no say.
    """
    check_is_individual(by)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_searchcount (professional_id, hour, searches) VALUES (%s, %s, 1) "
            "ON CONFLICT (professional_id, hour) DO UPDATE SET searches = access_searchcount.searches + 1 "
            "RETURNING searches",
            [UUID(by.id), hour],
        )
        searches = cursor.fetchone()[0]
        if searches == 1:  # the past hours of this professional serve nothing any more
            cursor.execute(
                "DELETE FROM access_searchcount WHERE professional_id = %s AND hour < %s", [UUID(by.id), hour]
            )
    if searches > settings.ENS_PRO_SEARCHES_PER_HOUR:
        if searches == settings.ENS_PRO_SEARCHES_PER_HOUR + 1:  # said once an hour
            events.about_nobody("professionnels", "recherches_limitees", by=by, code=TooManySearches.code)
        raise TooManySearches()


# -- choices in rows -------------------------------------------------------------------------------------------


def _chosen(unit: Unit, rpps: str, finess: str) -> ProfessionalRef | EstablishmentRef:
    """Whom the choice names: someone already chosen, retired since perhaps, else someone of the directory."""
    if bool(rpps) == bool(finess):
        raise WhomToChoose()
    if finess:
        return identity.establishment(finess)
    chosen = identity.professionals_by_id([row.who_id for row in current(unit) if row.who_kind == _PERSON])
    return next((ref for ref in chosen.values() if ref.rpps == rpps), None) or identity.professional(rpps)


def _kind(who: ProfessionalRef | EstablishmentRef) -> str:
    return _PERSON if isinstance(who, ProfessionalRef) else _PLACE


def _current(unit: Unit, who: ProfessionalRef | EstablishmentRef) -> InForce | None:
    kind = _kind(who)
    return next((row for row in current(unit) if row.who_kind == kind and row.who_id == who.id), None)


def _choose(
    unit: Unit, who: ProfessionalRef | EstablishmentRef, state: str, *, since: datetime | None = None
) -> None:
    """Write the choice. A twin written meanwhile by another unit makes this one start again and see it."""
    row = Autorisation(
        usager_id=unit.usager_id,
        who_kind=_kind(who),
        who_id=who.id,
        state=state,
        since=since or unit.now,
        by_kind=unit.by.kind,
        by_id=unit.by.id,
    )
    Autorisation.objects.bulk_create([row], ignore_conflicts=True)
    if not Autorisation.objects.filter(usager_id=unit.usager_id, id=row.id).exists():
        raise RightsChanged()
    rights_changed(unit)
    forget(unit)


def _end(unit: Unit, row: InForce) -> None:
    # The demonstration's clock may tell the past: a choice never ends before it began.
    until = max(unit.now, row.since)
    Autorisation.objects.filter(usager_id=unit.usager_id, id=row.id).update(until=until)
    rights_changed(unit)
    forget(unit)


# -- from a former DMP -----------------------------------------------------------------------------------------


def take_over(unit: Unit, choices: Iterable[FormerChoice]) -> int:
    """Inside a unit: the choices the usager had made before the space, with their dates; how many now hold.

    Left: about whom the usager chose since, or who is not in the directory. A block goes before an authorisation.
    """
    held = 0
    for one in sorted(choices, key=lambda choice: not choice.is_block):
        try:
            who = identity.establishment(one.finess) if one.finess else identity.professional(one.rpps)
        except (ProfessionalUnknown, EstablishmentUnknown):
            continue
        state = Autorisation.DENY if one.is_block else Autorisation.PERMIT
        known = _current(unit, who)
        if known is None:
            _choose(unit, who, state, since=one.since)
            (events.access_blocked if one.is_block else events.access_authorised)(unit, who.id, name=who.name)
        held += known is None or known.state == state
    return held


# -- deletion -------------------------------------------------------------------------------------------------


def erase(unit: Unit) -> Erased:
    """Every choice of someone whose data are deleted."""
    delete_rows(unit, Autorisation, Preference)
    return Erased()
