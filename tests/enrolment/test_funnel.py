"""The figures add up at any past instant; whatever races, nobody who opposed is opened (S009)."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ens.enrolment import lots, services
from ens.enrolment.errors import MoveNotAllowed
from ens.enrolment.funnel import Figures, breakdown, figures, of_one
from ens.enrolment.types import MOVES, EnrolmentEvent, EventKind, derive
from ens.identity.population.load import import_population
from ens.identity.queries import find_usager
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from tests.identity.population import line, write

T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
DELAY = timedelta(days=42)
CHOICES = ("oppose", "change_mind", "activate", "close", "returned", "freeze", "release", "notice_email", "notice_post")


@given(st.lists(st.sampled_from(list(EventKind)), max_size=12))
def test_whatever_happens_to_a_person_their_figures_add_up(wanted):
    """Every story that the table of moves allows."""
    past: list[EnrolmentEvent] = []
    for kind in wanted:
        if derive(past) in MOVES[kind][0]:
            past.append(EnrolmentEvent(kind, T0))
    one = of_one(past, ["email" for event in past if event.kind is EventKind.NOTICED])
    assert one.adds_up
    assert one.opened_after_opposition == 0
    assert one.closed <= one.activated + one.opened


def happen(person, what: str) -> None:
    try:
        if what.startswith("notice_"):
            channel = "email" if what == "notice_email" else "courrier"
            services.notice(person.usager_id, channel=channel, by=SYSTEM)
        else:
            getattr(services, what)(person.usager_id, by=SYSTEM)
    except MoveNotAllowed:
        return  # the state does not allow it: nothing happened


def told(people) -> list[list[tuple[str, datetime, str]]]:
    """Each person's events as the table holds them."""
    from django.db import connections

    statement = "SELECT kind, at, channel FROM enrolment_event WHERE usager_id = %s ORDER BY rank"
    found = []
    with connections["owner"].cursor() as cursor:
        for person in people:
            cursor.execute(statement, [person.usager_id])
            found.append(cursor.fetchall())
    return found


def expected(stories, at: datetime) -> Figures:
    total = Figures()
    for story in stories:
        past = [(EventKind(kind), moment, channel) for kind, moment, channel in story if moment <= at]
        notices = [channel for kind, _, channel in past if kind is EventKind.NOTICED]
        total += of_one([EnrolmentEvent(kind, moment) for kind, moment, _ in past], notices)
    return total


ACTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from((*CHOICES, "due", "lot")), st.integers(0, 30)), max_size=25
)


@pytest.mark.feature("S009", "S021", "S022", "B07")
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_the_figures_agree_with_the_events_at_any_past_date(people, acts):
    from ens.enrolment.models import Lot

    moment = T0
    with clock.freeze(moment):
        three = [people.usager(state="unknown") for _ in range(3)]
    ids = sorted(person.usager_id for person in three)
    for who, what, wait in acts:
        moment += timedelta(days=wait)
        with clock.freeze(moment):
            if what == "due":
                services.open_due()
            elif what == "lot":
                lot = Lot.objects.create(people=ids, count=3, channel="courrier", made_at=moment)
                lots.sent(lot.id, at=moment, delay=DELAY, again=True)
            else:
                happen(three[who], what)
    stories = told(three)
    for story in stories:
        past: list[EnrolmentEvent] = []
        for kind, at, _ in story:
            assert derive(past) in MOVES[EventKind(kind)][0]  # allowed where it happened
            assert not past or past[-1].at <= at
            past.append(EnrolmentEvent(EventKind(kind), at))
    for day in range(0, 800, 50):
        found = figures(T0 + timedelta(days=day), among=ids)
        assert found.adds_up
        assert found.opened_after_opposition == 0
        assert found == expected(stories, T0 + timedelta(days=day))
        for dimension in ("departement", "vague", "canal", "variante", "jour"):
            parts = breakdown(dimension, T0 + timedelta(days=day), among=ids)
            assert all(part.adds_up and part.noticed == part.people > 0 for part in parts.values())
            whole = sum(parts.values(), Figures())
            assert replace(whole, people=found.people) == found


@dataclass(frozen=True)
class Registered:
    usager_id: UUID


def registered(folder, population: list[dict[str, str]]) -> list[Registered]:
    assert import_population(write(folder / "population.csv", *population)).registered == len(population)
    return [Registered(find_usager(one["matricule"]).usager_id) for one in population]


@pytest.mark.feature("S009")
@pytest.mark.slow
def test_oppositions_activations_imports_and_due_runs_race_and_every_answer_given_holds(people, tmp_path):
    """The population files of the day say other addresses, and that some have died: nothing chosen is undone."""
    from django.db import connections

    from ens.enrolment.models import Lot

    population = [line() for _ in range(40)]
    with clock.freeze(T0):
        crowd = registered(tmp_path, population)
    for start in range(0, 40, 5):
        ids = sorted(person.usager_id for person in crowd[start : start + 5])
        lots.sent(Lot.objects.create(people=ids, count=5, channel="email", made_at=T0).id, at=T0, delay=DELAY)
    start_line = threading.Barrier(8)
    answered: dict[str, list[object]] = {"oppose": [], "activate": []}

    def choose(what: str, chosen) -> None:
        with clock.freeze(T0 + timedelta(days=43)):
            start_line.wait()
            for person in chosen:
                try:
                    getattr(services, what)(person.usager_id, by=SYSTEM)
                except MoveNotAllowed:
                    continue  # opened a moment before
                answered[what].append(person)
        connections.close_all()

    def due() -> None:
        with clock.freeze(T0 + timedelta(days=43)):
            start_line.wait()
            for _ in range(4):
                time.sleep(0.08)  # others choose meanwhile
                lots._open_chunk(5)
        connections.close_all()

    def load(number: int) -> None:
        changed = [{**one, "email": f"autre{number}@exemple.fr"} for one in population]
        for one in changed[number::8]:
            one["date_deces"] = "2026-02-01"
        with clock.freeze(T0 + timedelta(days=43)):
            start_line.wait()
            import_population(write(tmp_path / f"population-{number}.csv", *changed))
        connections.close_all()

    work = [
        *(threading.Thread(target=choose, args=("oppose", crowd[n::2][:15])) for n in range(2)),
        *(threading.Thread(target=choose, args=("activate", crowd[n::2][5:])) for n in range(2)),
        *(threading.Thread(target=due) for _ in range(2)),
        *(threading.Thread(target=load, args=(n,)) for n in range(2)),
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    with clock.freeze(T0 + timedelta(days=43)):
        lots.open_due()
    found = figures(T0 + timedelta(days=44), among=[person.usager_id for person in crowd])
    assert found.adds_up
    assert (found.noticed, found.opened_after_opposition) == (40, 0)
    for person, story in zip(crowd, told(crowd), strict=True):
        kinds = [kind for kind, _, _ in story]
        if person in answered["oppose"]:
            assert "opposed" in kinds
            assert "opened" not in kinds
        if person in answered["activate"]:
            assert "activated" in kinds
        assert kinds.count("noticed") == 1
        assert kinds.count("opened") <= 1


def test_the_figures_of_a_day_are_those_of_its_end(people):
    with clock.freeze(T0):
        person = people.usager(state="unknown")
        services.notice(person.usager_id, channel="courrier", by=SYSTEM)
    among = [person.usager_id]
    assert figures(T0 - timedelta(seconds=1), among=among) == Figures()
    assert figures(T0, among=among) == Figures(people=1, noticed=1, by_post=1, pending=1)
