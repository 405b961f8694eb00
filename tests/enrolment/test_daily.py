"""The figures by lot and by day are those counted from the events, at the end of every day, whatever happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as of_day

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from ens.enrolment import daily, lots, services
from ens.enrolment.daily import Standing
from ens.enrolment.funnel import figures
from ens.enrolment.models import Lot
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from tests.enrolment.test_funnel import ACTS, DELAY, T0, happen

DAY = date(2026, 1, 5)


def end_of(day: date) -> datetime:
    return datetime.combine(day, of_day.max, clock.PARIS)


def total(found: dict[str, Standing]) -> tuple[int, ...]:
    rows = found.values()
    names = ("noticed", "by_email", "by_post", "returned", "opposed", "activated", "opened", "closed")
    sums = [sum(getattr(row, one) for row in rows) for one in names]
    return (*sums, sum(row.not_due + row.overdue for row in rows))


def counted(day: date) -> tuple[int, ...]:
    one = figures(end_of(day))
    return (
        one.noticed, one.by_email, one.by_post, one.returned, one.opposed, one.activated, one.opened, one.closed,
        one.pending,
    )  # fmt: skip


@pytest.mark.feature("S021", "S022", "B07")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_they_agree_with_the_events_at_the_end_of_every_day(people, acts):
    """Told again after each act, as the worker does; the people of all the other tests are counted too."""
    moment = T0
    with clock.freeze(moment):
        three = [people.usager(state="unknown") for _ in range(3)]
    ids = sorted(person.usager_id for person in three)
    days = {DAY - timedelta(days=1), DAY}
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
        days.add(moment.astimezone(clock.PARIS).date())
        if wait % 3 == 0:  # late or not, counted once
            daily.refresh()
    daily.refresh()
    for day in sorted(days):
        for dimension in daily.DIMENSIONS:
            found = daily.standings(dimension, day)
            assert total(found) == counted(day), (day, dimension)
            assert all(row.adds_up for row in found.values()), (day, dimension)


def test_nothing_counts_twice_and_nothing_waits(people):
    daily.refresh()
    before = daily.standings("departement", date(2030, 1, 1))
    assert daily.refresh() == 0
    assert daily.moves_waiting() == 0
    assert daily.standings("departement", date(2030, 1, 1)) == before


def test_the_lots_that_hold_a_figure_hold_it_whole(people):
    """What a page opens, lot after lot, is what it shows."""
    with clock.freeze(datetime(2026, 2, 3, 9, tzinfo=UTC)):
        for state in ("noticed", "opposed", "opposed"):
            people.usager(state=state)
    daily.refresh()
    day = date(2026, 2, 3)
    shown = daily.standings("canal", day)
    for measure in ("noticed", "opposed", "not_due", "overdue", "closed", "by_email"):
        held = sum(count for _, count in daily.counts_by_lot(measure, day))
        assert held == sum(getattr(row, measure) for row in shown.values()), measure


@pytest.mark.feature("S012", "B07")
def test_who_opposed_then_activated_changed_their_mind_and_the_figures_kept_before_are_brought_to_say_so(people, db):
    from importlib import import_module

    person = people.usager(state="unknown")
    day = date(2026, 2, 6)
    with clock.freeze(datetime(2026, 2, 6, 9, tzinfo=UTC)):
        services.notice(person.usager_id, channel="courrier", by=SYSTEM)
    for hour, act in ((10, services.oppose), (11, services.activate), (12, services.close), (13, services.activate)):
        with clock.freeze(datetime(2026, 2, 6, hour, tzinfo=UTC)):
            act(person.usager_id, by=SYSTEM)
    daily.refresh()
    lot = Lot.objects.get(people=[person.usager_id])
    assert dict(daily.counts_by_lot("changed_mind", day))[lot.id] == 1
    (behind,) = daily.events_behind("changed_mind", day, [(lot.id, 1)])
    assert (behind.usager_id, behind.kind) == (person.usager_id, "activated")
    counted_before = import_module("ens.enrolment.migrations.0011_minds_changed_by_activating").COUNTED
    with psycopg.connect(db.owner) as owner:
        owner.execute("UPDATE enrolment_daily SET changed_mind = 0 WHERE lot_id = %s", [lot.id])
        owner.execute(counted_before)
        found = owner.execute("SELECT day, changed_mind FROM enrolment_daily WHERE lot_id = %s", [lot.id]).fetchall()
        owner.rollback()
    assert found == [(day, 1)]


@pytest.mark.feature("S025")
def test_a_person_is_counted_where_they_lived_when_noticed(people):
    from ens.identity.models import Usager
    from ens.persistence.unit import unit_of_work

    person = people.usager(state="unknown")

    def live_in_somme(unit):
        unit.untraced("essai")
        Usager.objects.filter(usager_id=person.usager_id).update(departement="80")

    unit_of_work(person.usager_id, live_in_somme, by=SYSTEM)
    daily.refresh()
    with clock.freeze(datetime(2026, 2, 4, 9, tzinfo=UTC)):
        before = daily.standings("jour", clock.today(), departements=["80"]).get("2026-02-04", Standing())
        services.notice(person.usager_id, channel="courrier", by=SYSTEM)
        daily.refresh()
        after = daily.standings("jour", clock.today(), departements=["80"])["2026-02-04"]
        assert after.by_post == before.by_post + 1
        assert after.not_due == before.not_due + 1
        elsewhere = daily.standings("jour", clock.today(), departements=["31"], within={"canal": "courrier"})
        assert "2026-02-04" not in elsewhere
