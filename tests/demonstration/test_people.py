"""The cast brought to its states by the real services, once; and the crowd. Matricules are this run's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ens.demonstration import cast as table
from ens.demonstration import certificates, crowd, directory, people
from ens.demonstration.cast import member, of_kind
from ens.demonstration.progress import Progress
from ens.demonstration.standing import state_of
from ens.kernel import clock
from tests.factories import matricule

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prepared(database: Any) -> Iterator[people.Ids]:
    """The cast in the tests' database, under new matricules: another test may know theirs."""
    rows = tuple(
        replace(one, matricule=matricule(one.sex), oid=table.member("inaya").oid) if one.kind == "usager" else one
        for one in table.cast()
    )
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "cast", lambda: rows)
        patch.setenv("ENS_DATA", folder)
        secrets = Path(folder) / "secrets"
        secrets.mkdir()
        (secrets / "codes").write_bytes(os.urandom(32))
        patch.setenv("ENS_SECRETS", str(secrets))
        certificates.main()
        directory.fill()
        yield _prepare()


def _prepare() -> people.Ids:
    progress = Progress.read()
    progress.keep()
    people.operators()
    ids = people.usagers(progress)
    people.accounts(ids)
    people.clients()
    people.rights(ids, progress)
    return ids


@pytest.mark.feature("B01")
def test_each_of_the_cast_is_in_the_state_of_the_table(db, prepared):
    assert {one.key: str(state_of(one)) for one in of_kind("usager")} == {
        one.key: one.state for one in of_kind("usager")
    }
    assert clock.offset().total_seconds() == 0  # the clock is given back


def test_a_second_start_does_nothing_twice(db, prepared):
    from ens.enrolment.models import Event
    from ens.persistence.unit import unit_of_work

    def events(key):
        def look(unit):
            unit.untraced("compte des événements d'un test")
            return Event.objects.filter(usager_id=unit.usager_id).count()

        return unit_of_work(prepared[key], look, by=people.SYSTEM)

    before = {key: events(key) for key in prepared}
    assert _prepare() == prepared
    assert {key: events(key) for key in prepared} == before


def test_a_start_cut_short_goes_on(db, prepared):
    progress = Progress.read()
    for step in ("fermeture", "information"):
        progress.done.pop(step)
    progress.keep()
    assert _prepare() == prepared
    assert str(state_of(member("fermee"))) == "closed"
    assert str(state_of(member("notifie"))) == "noticed"


def test_what_someone_chose_since_is_kept_by_another_start(db, prepared):
    from ens.access import services
    from ens.access.queries import authorisations

    inaya = people.acting(member("inaya"))
    services.block(prepared["inaya"], rpps=member("dupond").rpps, by=inaya)
    services.unblock(prepared["inaya"], rpps=member("etienne").rpps, by=inaya)
    before = authorisations(prepared["inaya"], by=inaya)
    _prepare()
    assert authorisations(prepared["inaya"], by=inaya) == before


@pytest.mark.feature("B01")
def test_the_crowd_is_open_readable_by_docteur_dupond_and_never_twice(db, prepared, tmp_path):
    from ens.access.queries import authorisations
    from ens.identity.queries import find_usager
    from ens.kernel.actor import Actor, ActorKind
    from ens.standards.ins import Matricule

    path = tmp_path / "crowd.txt"
    assert (crowd.make(3, path), crowd.make(2, path)) == (3, 2)
    lines = path.read_text().split()
    assert len(set(lines)) == 5
    for line in lines:
        oid, _, number = line.partition("|")
        assert Matricule.parse(number).has_valid_key
        usager_id = find_usager(number, oid).usager_id
        person = Actor(ActorKind.USAGER, "foule", "Personne de la foule", usager_id=usager_id)
        assert "Dupond" in str(authorisations(usager_id, by=person))
    path.unlink()
    assert crowd.make(3, path) == 3  # people already there are found again, in the same order
    assert path.read_text().split() == lines[:3]


def test_matricules_of_the_crowd_differ_and_are_never_the_cast_s():
    numbers = {crowd.matricule(rank) for rank in (*range(5_000), *range(99_000, 104_000), 1_439_999)}
    assert len(numbers) == 10_001
    assert not numbers & {one.matricule for one in of_kind("usager")}
    assert len(set(map(len, numbers))) == 1
