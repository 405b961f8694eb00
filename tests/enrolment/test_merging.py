"""Two registrations of one person made one, and two again: by a human, dated, traced, whatever cuts it short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ens.enrolment import lots, merging, queries, services
from ens.enrolment.errors import MergeImpossible, MergeUnknown
from ens.enrolment.funnel import figures
from ens.enrolment.types import State
from ens.identity.models import Doubt
from ens.identity.queries import find_usager
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.persistence.unit import unit_of_work

AGENT = Actor(ActorKind.SUPPORT, "agent-7", "Nadia Roux")
T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = T0 + timedelta(days=50)


def state(person):
    def look(unit):
        unit.untraced("essai")
        return queries.state(unit)

    return unit_of_work(person.usager_id, look, by=person.actor)


def history(person):
    from ens.audit.queries import lines
    from ens.audit.types import HistoryFilter

    def look(unit):
        unit.untraced("essai")
        return [(line.actor_name, line.sentence) for line in lines(unit, HistoryFilter()).lines]

    return unit_of_work(person.usager_id, look, by=person.actor)


@pytest.fixture
def two(people):
    with clock.freeze(T0):
        kept, absorbed = people.usager(state="unknown"), people.usager(state="unknown")
        for person in (kept, absorbed):
            services.notice(person.usager_id, channel="email", by=SYSTEM)
    return kept, absorbed


def merge(two):
    return merging.merge(two[0].usager_id, two[1].usager_id, reason="même personne, deux caisses", by=AGENT)


@pytest.mark.feature("S038")
def test_both_numbers_find_the_one_kept_and_both_histories_say_who_decided(two):
    kept, absorbed = two
    merge(two)
    assert find_usager(absorbed.matricule).usager_id == find_usager(kept.matricule).usager_id == kept.usager_id
    assert (state(kept), state(absorbed)) == (State.NOTICED, State.MERGED)
    for person in two:
        assert ("Nadia Roux", "a réuni deux inscriptions faites à votre nom.") in history(person)
    with clock.freeze(LATER):
        services.open_due()
    assert (state(kept), state(absorbed)) == (State.OPENED, State.MERGED)


@pytest.mark.feature("S038")
def test_separated_each_has_its_number_and_its_past_again(two):
    kept, absorbed = two
    merge_id = merge(two)
    merging.separate(merge_id, reason="jumelles", by=AGENT)
    assert find_usager(absorbed.matricule).usager_id == absorbed.usager_id
    assert find_usager(kept.matricule).usager_id == kept.usager_id
    assert (state(kept), state(absorbed)) == (State.NOTICED, State.NOTICED)
    assert ("Nadia Roux", "a séparé deux inscriptions réunies par erreur.") in history(absorbed)
    with pytest.raises(MergeUnknown):
        merging.separate(merge_id, reason="encore", by=AGENT)
    merge(two)  # and they may be made one again
    assert state(absorbed) is State.MERGED


def test_someone_separated_after_the_deadline_is_still_opened(two):
    _, absorbed = two
    merge_id = merge(two)
    with clock.freeze(LATER):
        services.open_due()  # their lot is over
        merging.separate(merge_id, reason="jumelles", by=AGENT)
    with clock.freeze(LATER + timedelta(days=1)):
        services.open_due()
    assert state(absorbed) is State.OPENED


@pytest.mark.feature("S009")
def test_an_opposition_of_either_is_of_both_and_is_taken_back_with_the_merge(two):
    kept, absorbed = two
    services.oppose(absorbed.usager_id, by=SYSTEM)
    merge_id = merge(two)
    assert state(kept) is State.OPPOSED
    with clock.freeze(LATER):
        services.open_due()
    assert state(kept) is State.OPPOSED
    merging.separate(merge_id, reason="jumelles", by=AGENT)
    assert (state(kept), state(absorbed)) == (State.NOTICED, State.OPPOSED)


@pytest.mark.parametrize("opened", ["activate", "due"])
def test_a_space_opened_once_is_never_absorbed(two, opened):
    kept, absorbed = two
    if opened == "activate":
        services.activate(absorbed.usager_id, by=SYSTEM)
    else:
        with clock.freeze(LATER):
            services.open_due()
    with pytest.raises(MergeImpossible):
        merge(two)
    assert find_usager(absorbed.matricule).usager_id == absorbed.usager_id
    with pytest.raises(MergeImpossible):
        merging.merge(kept.usager_id, kept.usager_id, reason="soi-même", by=AGENT)


def test_nobody_is_absorbed_twice(two, people):
    merge(two)
    other = people.usager(state="unknown")
    with pytest.raises(MergeImpossible):
        merging.merge(other.usager_id, two[1].usager_id, reason="encore", by=AGENT)
    with pytest.raises(MergeImpossible):
        merging.merge(two[1].usager_id, other.usager_id, reason="vers une absorbée", by=AGENT)


@pytest.mark.feature("B07")
def test_the_figures_count_one_person_from_the_day_they_are_one(two):
    among = [person.usager_id for person in two]
    with clock.freeze(T0 + timedelta(days=3)):
        merge_id = merge(two)
    with clock.freeze(T0 + timedelta(days=6)):
        merging.separate(merge_id, reason="jumelles", by=AGENT)
    for days, number in ((1, 2), (4, 1), (7, 2)):
        found = figures(T0 + timedelta(days=days), among=among)
        assert (found.people, found.noticed, found.adds_up) == (number, number, True)


STEPS = ("ens.enrolment.services.record", "ens.identity.merging.move", "ens.identity.merging.end")


@pytest.mark.parametrize("step", STEPS)
def test_a_merge_cut_short_is_finished(two, monkeypatch, step):
    from ens.identity import merging as numbers

    def cut(*_, **__):
        raise KeyboardInterrupt

    services.oppose(two[1].usager_id, by=SYSTEM)
    with monkeypatch.context() as short:
        short.setattr(step, cut)
        with pytest.raises(KeyboardInterrupt):
            merge(two)
    (left,) = [one for one in numbers.waiting() if numbers.find(one).kept_id == two[0].usager_id]
    merging.finish(left, reason="reprise", by=AGENT)
    kept, absorbed = two
    assert find_usager(absorbed.matricule).usager_id == kept.usager_id
    assert state(absorbed) is State.MERGED
    assert state(kept) is State.OPPOSED
    assert numbers.find(left).undone is False
    assert left not in numbers.waiting()


def test_a_lot_sent_after_the_merge_does_not_notice_the_one_absorbed(people):
    from ens.enrolment.models import Lot

    kept, absorbed = people.usager(state="unknown"), people.usager(state="unknown")
    merge((kept, absorbed))
    ids = sorted((kept.usager_id, absorbed.usager_id))
    lot = Lot.objects.create(people=ids, count=2, channel="email", made_at=clock.now())
    assert lots.to_notice(lot.id) == [kept.usager_id]
    assert lots.sent(lot.id, at=clock.now(), delay=timedelta(days=42)) == 1


@pytest.mark.feature("S038")
def test_a_doubt_answered_by_the_command_is_a_merge_in_the_name_of_the_account(people, tmp_path):
    from ens.cli.doubts import answer
    from ens.cli.refusals import CommandRefused
    from ens.identity import services as identity
    from ens.identity.population.load import import_population
    from ens.kernel.ids import new_id
    from tests.factories import matricule
    from tests.identity.population import line, write

    one = line()
    twin = one | {"matricule": matricule(), "email": "autre@exemple.fr"}
    import_population(write(tmp_path / "p.csv", one))
    import_population(write(tmp_path / "p2.csv", twin))
    account = f"support-{new_id().hex[-6:]}"
    identity.create_compte(account, name="Nadia Roux", role="support")
    listed, _ = answer("liste", "", "", "")
    ours = find_usager(twin["matricule"]).usager_id
    asked = str(Doubt.objects.get(usager_id=ours, decided_at=None).id)  # the queue also holds what other tests left
    assert listed["waiting"] >= 1
    assert one["nom_naissance"] in " ".join(answer("comparer", asked, account, "")[1])
    for wrong in (("reunir", asked, account, ""), ("reunir", asked, "personne", "x"), ("separer", "x", account, "x")):
        with pytest.raises(CommandRefused):
            answer(*wrong)
    told, _ = answer("reunir", asked, account, "même personne")
    assert find_usager(twin["matricule"]).usager_id == find_usager(one["matricule"]).usager_id
    answer("separer", str(told["merge"]), account, "jumelles")
    assert find_usager(twin["matricule"]).usager_id == ours
    with pytest.raises(CommandRefused):
        answer("distinguer", asked, account, "")
