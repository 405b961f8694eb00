"""The cast brought to its states by the real services, once; and the crowd. Matricules are this run's own."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from ens.connectors.courriel.client import RelayOfNotices
from ens.connectors.courriel.lots import EmailLots
from ens.connectors.courrier.client import PrintFolder
from ens.connectors.courrier.rendering import Sender
from ens.demonstration import campaign, certificates, crowd, directory, people
from ens.demonstration import cast as table
from ens.demonstration.cast import member, of_kind
from ens.demonstration.progress import Progress
from ens.demonstration.standing import state_of
from ens.enrolment import codes, pace, ports
from ens.identity.population import judging
from ens.kernel import clock
from ens.standards.departements import DEPARTEMENTS, Departement
from tests.connectors.conftest import campaigns_are_over
from tests.connectors.letters import CODE, pages
from tests.connectors.servers import Heard, listening
from tests.factories import matricule

pytestmark = pytest.mark.slow
RELAY = Heard()


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
        _alone_in_their_territory(patch)
        with listening(RELAY):
            _carry(patch, Path(folder) / "courriers")
            yield _prepare()


def _alone_in_their_territory(patch: pytest.MonkeyPatch) -> None:
    """Nobody of another test is noticed by their campaign."""
    campaigns_are_over()
    code = "WWW"
    patch.setitem(DEPARTEMENTS, code, Departement(code, "Essai", "99", "Essai"))
    patch.setattr(judging, "_placed", lambda fields: fields)
    patch.setattr(judging, "_WHOLE", re.compile(".*", re.DOTALL))
    patch.setattr(campaign, "LIVES_IN", code)
    patch.setattr(campaign, "DEPARTEMENTS", (code,))
    patch.setattr(people, "_lives_in", lambda one: code if one.key == "notifie" else "")


def _carry(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(ports, "_senders", {})
    ours = Sender("Mon espace santé", ("Service d’information", "00000 Ville Cedex"))
    ports.use_sender("courrier", PrintFolder(folder, ours, posted_at_once=True))
    relay = RelayOfNotices(f"127.0.0.1:{RELAY.port}", "ne-pas-repondre@espace.example", "Mon espace santé")
    ports.use_sender("email", EmailLots(relay, "Mon espace santé"))


def _prepare() -> people.Ids:
    progress = Progress.read()
    progress.keep()
    people.operators()
    ids = people.usagers(progress, pace.advance)
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


@pytest.mark.feature("S002", "S003", "S005")
def test_a_campaign_is_under_way_with_a_code_that_works_for_each_of_its_people(db, prepared):
    letters = [page for pdf in (Path(os.environ["ENS_DATA"]) / "courriers").glob("*.pdf") for page in pages(pdf)]
    mails = [
        message_from_bytes(data, policy=policy.default).get_body(("plain",)).get_content() for _, _, data in RELAY.mails
    ]
    for said, keys in ((letters, ("madeleine", "rose", "yanis", "lina")), (mails, ("solene", "tom", "bastien"))):
        found = {code for text in said for code in CODE.findall(text)}
        for key in keys:
            who = [code for code in found if _proves(code, member(key).born, prepared[key])]
            assert len(who) == 1, key
    assert len(RELAY.mails) == 4  # and to Karim


def _proves(code: str, born: date, usager_id: Any) -> bool:
    try:
        return codes.prove(code, born).usager_id == usager_id
    except codes.CodeRefused:
        return False


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
