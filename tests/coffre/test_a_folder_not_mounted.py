"""A folder of contents that is absent or empty is a store that does not answer; one content missing from it is lost."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import ProgrammingError
from django.test import override_settings

from ens.cli import contents, migration
from ens.cli.refusals import CommandRefused
from ens.coffre import founding, store
from ens.coffre.errors import ContentDamaged, StoreUnavailable
from ens.persistence import locator

EMPTY = pytest.mark.parametrize("empty", [False, True], ids=["absent", "empty"])


@pytest.fixture
def nothing_filed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locator, "is_empty", lambda _alias: True)


@EMPTY
def test_nothing_is_read_written_or_taken_away_there_and_nothing_is_made(store_not_mounted, capfd, empty):
    content = uuid4()
    with store_not_mounted(empty=empty) as place:
        for act in (
            lambda: store.get(content),
            lambda: store.put(content, b"scelle"),
            lambda: store.put_at(settings.ENS_STORE, "sonde", b"x"),
            lambda: store.delete(content),
        ):
            with pytest.raises(StoreUnavailable):
                act()
            assert '"reason": "ENOENT"' in capfd.readouterr().err
        assert place.exists() == empty and not any(place.glob("*"))


@EMPTY
def test_a_disk_that_goes_while_the_space_runs_is_found_again_with_all_it_held(tmp_path, empty):
    place, unmounted, kept, lost = tmp_path / "disque", tmp_path / "ailleurs", uuid4(), uuid4()
    with override_settings(ENS_STORE=str(place)):
        founding.make()
        store.put(kept, b"scelle")
        place.rename(unmounted)
        if empty:
            place.mkdir()
        for act in (lambda: store.get(kept), lambda: store.put(lost, b"x"), lambda: store.delete(kept)):
            with pytest.raises(StoreUnavailable):
                act()
        if empty:
            place.rmdir()
        unmounted.rename(place)
        assert store.get(kept) == b"scelle"
        with pytest.raises(ContentDamaged):  # this one alone is missing
            store.get(lost)


def test_a_store_older_than_its_mark_is_known_by_what_it_holds(tmp_path):
    (tmp_path / "0a").mkdir()
    with override_settings(ENS_STORE=str(tmp_path)):
        store.put(uuid4(), b"scelle")
        with pytest.raises(ContentDamaged):
            store.get(uuid4())


@EMPTY
def test_a_first_start_makes_the_folder_and_says_whose_it_is(store_not_mounted, nothing_filed, empty):
    with store_not_mounted(empty=empty) as place:
        contents.refuse_lost("owner")
        contents.make()
        assert [path.name for path in place.iterdir()] == ["espace"]
        assert founding.is_ours()
        content = uuid4()
        store.put(content, b"scelle")
        contents.make()  # a second start
        assert store.get(content) == b"scelle"


@pytest.mark.parametrize("check_only", [False, True], ids=["own base", "base outside"])
@EMPTY
def test_a_start_without_the_contents_that_were_filed_is_refused_and_makes_nothing(
    store_not_mounted: Any, people: Any, empty: bool, check_only: bool
) -> None:
    from tests.record.builders import deposit, document

    deposit(people.usager(), document(), by=people.actor(people.establishment()))
    with store_not_mounted(empty=empty) as place:
        with pytest.raises(CommandRefused, match=f"{place} est absent ou vide.*remontez son disque"):
            migration.main("demonstration", check_only=check_only, starts=True)
        assert not any(place.glob("*"))
        migration.main("demonstration", check_only=check_only)  # ``ens migrate`` asks nothing of contents
        assert not any(place.glob("*"))


def test_a_new_database_has_filed_nothing(db: Any, store_not_mounted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_table(_alias: str) -> bool:
        raise ProgrammingError()

    monkeypatch.setattr(locator, "is_empty", no_table)
    with store_not_mounted():
        contents.refuse_lost("owner")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    place = str(tmp_path / "fichier" / "contenus")
    with override_settings(ENS_STORE=place), pytest.raises(CommandRefused, match="ne peut pas être fait : "):
        contents.make()


def test_a_store_elsewhere_is_made_by_its_keeper(store_away: Any) -> None:
    with store_away():
        contents.refuse_lost("owner")
        contents.make()


def test_the_ledger_of_deletions_is_made_by_its_first_entry(tmp_path: Path) -> None:
    ledger = tmp_path / "suppressions"
    store.put_at(str(ledger), "00/une", b"{}", makes_it=True)
    assert (ledger / "00" / "une").read_bytes() == b"{}"
    shutil.rmtree(ledger)
    with pytest.raises(StoreUnavailable):
        store.put_at(str(ledger), "00/une", b"{}")
