"""A database is migrated by who holds its keys, and never by another."""

from __future__ import annotations

import os
import shutil

import pytest
from django.conf import settings
from django.db import connections

from ens.cli import migration
from ens.cli.refusals import CommandRefused
from ens.coffre import keyring


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


def migrate() -> None:
    migration.main("demonstration", check_only=False)


def test_with_its_own_keys_it_is_brought_up_to_date(secrets):
    migrate()


@pytest.mark.parametrize(
    ("key", "said"),
    [(os.urandom(32), "ne sont pas celles de cette base"), (b"court", "n'a pas 32 octets"), (None, "manque")],
    ids=["another space's", "damaged", "absent"],
)
def test_with_others_it_is_refused_in_a_sentence_before_anything_changes(secrets, key, said, monkeypatch):
    """It would start, open nothing, and seal apart what arrives."""
    (secrets / "maitresse-1").unlink()
    if key is not None:
        (secrets / "maitresse-1").write_bytes(key)
    monkeypatch.setattr("ens.persistence.deployment.migrate", lambda: pytest.fail("migrated"))
    with pytest.raises(CommandRefused, match=said) as refusal:
        migrate()
    assert str(refusal.value).endswith(".")
