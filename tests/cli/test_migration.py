"""A database is migrated and served by who holds its keys, and never by another."""

from __future__ import annotations

import os
import shutil

import pytest
from django.conf import settings
from django.db import connections

from ens.cli import migration
from ens.cli.refusals import CommandRefused
from ens.coffre import keyring
from ens.enrolment import codes
from ens.identity.population import looked_up
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work
from tests.identity.importing.conftest import imported
from tests.identity.population import line, write


@pytest.fixture
def secrets(people, tmp_path, monkeypatch):
    """A copy of the keys of a space where someone has a key; another's would be in its place by mistake."""
    people.usager()
    shutil.copytree(settings.ENS_SECRETS, tmp_path / "secrets")
    monkeypatch.setattr(settings, "ENS_SECRETS", tmp_path / "secrets")
    keyring.forget_cached_keys()
    yield tmp_path / "secrets"
    keyring.forget_cached_keys()
    connections["owner"].close()


@pytest.fixture
def unmarked(db):
    """As an older version left it."""
    as_owner("DELETE FROM coffre_keymark")
    yield
    migrate()  # what other tests hold for marked is marked again, by the keys of all tests


def as_owner(statement: str, *values: object) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)


def migrate() -> None:
    migration.main("demonstration", check_only=False)


def check() -> None:
    """What ``ens up`` asks of a database outside."""
    migration.main("demonstration", check_only=True)


def give(secrets, name: str, key: bytes | None) -> None:
    (secrets / name).unlink(missing_ok=True)
    if key is not None:
        (secrets / name).write_bytes(key)
    keyring.forget_cached_keys()


def test_with_its_own_keys_it_is_brought_up_to_date_and_served(secrets):
    migrate()
    check()


OTHERS = pytest.mark.parametrize(
    ("key", "said"),
    [(os.urandom(32), "celle"), (b"court", "n'a pas 32 octets"), (None, "manque")],
    ids=["another space's", "damaged", "absent"],
)


@OTHERS
@pytest.mark.parametrize("name", ["maitresse-1", "recherche"])
@pytest.mark.parametrize("act", [migrate, check])
def test_with_others_it_is_refused_in_a_sentence_before_anything_changes(secrets, act, name, key, said, monkeypatch):
    """It would start, open nothing or find nobody, and write apart what arrives."""
    give(secrets, name, key)
    monkeypatch.setattr("ens.persistence.deployment.migrate", lambda: pytest.fail("migrated"))
    with pytest.raises(CommandRefused, match=said) as refusal:
        act()
    assert "rien n'a été changé." in str(refusal.value).lower()


def test_a_database_not_marked_yet_is_never_marked_with_a_key_that_finds_nobody(secrets, unmarked):
    theirs = (secrets / "recherche").read_bytes()
    give(secrets, "recherche", os.urandom(32))
    with pytest.raises(CommandRefused, match="plus personne n'y serait trouvé"):
        migrate()
    give(secrets, "recherche", theirs)
    with pytest.raises(CommandRefused, match="ens migrate"):
        check()
    migrate()
    check()
    give(secrets, "recherche", os.urandom(32))
    with pytest.raises(CommandRefused, match="« recherche »"):
        check()
    give(secrets, "recherche", theirs)


def test_people_nothing_was_written_about_since_their_import_say_which_key_finds_them(secrets, tmp_path, monkeypatch):
    imported(write(tmp_path / "population.csv", line()))
    only_them = looked_up._SOME.replace("LIMIT", "AND NOT own_key LIMIT")
    monkeypatch.setattr(looked_up, "_SOME", only_them)
    assert looked_up.are_found_with_this_key("owner")
    give(secrets, "recherche", os.urandom(32))
    assert not looked_up.are_found_with_this_key("owner")


def test_a_key_is_added_to_wrap_the_new_ones(secrets):
    give(secrets, "maitresse-2", os.urandom(32))
    check()
    migrate()
    as_owner("DELETE FROM coffre_keymark WHERE name = 'maitresse-2'")  # no key of the tests


class TestTheKeyOfCodes:
    @pytest.fixture
    def sent(self, people, secrets):
        """A code that still serves, and then another key."""
        person = people.usager(state="noticed")

        def act(unit):
            unit.untraced("essai")
            return codes.issue(unit, channel="email")

        unit_of_work(person.usager_id, act, by=SYSTEM)
        theirs = (secrets / "codes").read_bytes()
        give(secrets, "codes", os.urandom(32))
        yield
        give(secrets, "codes", theirs)
        migrate()

    def test_does_not_change_while_codes_sent_serve(self, sent):
        with pytest.raises(CommandRefused, match="codes déjà envoyés"):
            migrate()
        with pytest.raises(CommandRefused, match="« codes »"):
            check()

    def test_changes_when_its_operator_says_that_it_is_lost(self, sent, monkeypatch):
        monkeypatch.setattr(settings, "ENS_CODES_RENEWED", True)
        migrate()
        monkeypatch.setattr(settings, "ENS_CODES_RENEWED", False)
        check()
        migrate()

    def test_changes_when_no_code_serves(self, sent, monkeypatch):
        with monkeypatch.context() as over:
            over.setattr(codes, "_STILL_FOUND", codes._STILL_FOUND.replace("LIMIT 5", "LIMIT 0"))
            migrate()
        check()
