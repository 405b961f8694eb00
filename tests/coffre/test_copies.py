"""Copies of keys made by backups: until when they live, and what an operator is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ens.coffre import copies

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def account(db) -> Iterator[psycopg.Connection]:
    """The account of copies, empty; only the owner's command writes it."""
    with psycopg.connect(db.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM coffre_keycopy")
        yield owner
        owner.execute("DELETE FROM coffre_keycopy")


def made(account, days_ago: float, *, removed: bool = False) -> None:
    when = NOW - timedelta(days=days_ago)
    account.execute(
        "INSERT INTO coffre_keycopy (name, place, made_at, removed_at) VALUES (%s, '/cles', %s, %s)",
        [f"cles-{when:%Y%m%dT%H%M%S}", when, NOW if removed else None],
    )


def test_without_a_backup_a_destroyed_key_is_nowhere_and_the_age_is_infinite(account):
    assert copies.no_copy_after(NOW) == NOW
    assert copies.backup_age(NOW) == float("inf")
    assert copies.overdue(NOW) == 0


def test_the_last_copy_decides_from_when_none_exists(account):
    made(account, 20)
    made(account, 0.5)
    assert copies.no_copy_after(NOW) == NOW + timedelta(days=29.5)
    assert copies.backup_age(NOW) == 43_200


def test_a_copy_that_was_removed_counts_no_more_but_was_a_backup(account):
    made(account, 1, removed=True)
    assert copies.no_copy_after(NOW) == NOW
    assert copies.backup_age(NOW) == 86_400


def test_a_copy_older_than_promised_is_told(account):
    made(account, 29)
    made(account, 31)
    made(account, 45, removed=True)
    assert copies.overdue(NOW) == 1


def test_the_figures_are_in_the_metrics(account):
    from django.test import Client

    said = Client().get("/metrics").content.decode()
    assert "ens_backup_age_seconds +Inf" in said
    assert "ens_key_copies_overdue 0.0" in said
