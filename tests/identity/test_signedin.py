"""Who is signed in: by statements made once, which say the same as the ORM's; a cookie is anyone's to write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as OfDjango
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from ens.identity.models import Compte, Rattachement
from ens.identity.representing import in_force, ties_in_force
from ens.identity.signedin import AccountBackend, SessionStore
from ens.kernel import clock
from ens.kernel.ids import new_id

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def account() -> Compte:
    return Compte.objects.create(username=f"compte-{new_id()}", name="Inaya Michel")


@pytest.fixture
def signed_in(account: Compte) -> Client:
    client = Client()
    client.force_login(account)
    return client


def asked_with(cookie: str) -> HttpResponse:
    client = Client(raise_request_exception=False)
    client.cookies["ens_session"] = cookie
    return client.get("/accueil/")


def key_of(client: Client) -> str:
    return client.cookies["ens_session"].value


def test_a_session_is_read_as_django_reads_it(signed_in: Client, account: Compte) -> None:
    key = key_of(signed_in)
    assert SessionStore(key).load() == OfDjango(key).load()
    assert SessionStore(key)[SESSION_KEY] == str(account.id)


@pytest.mark.parametrize(
    "cookie",
    ["", "a", "a" * 32, "A" * 32, "é" * 32, "a" * 31 + "'", "a" * 5000, '"' + "\\000" * 32 + '"', "../../etc/passwd"],
)
def test_a_cookie_that_is_no_session_s_is_nobody_s(cookie: str) -> None:
    answer = asked_with(cookie)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/connexion/?suite=%2Faccueil%2F")


def test_a_session_past_its_end_is_nobody_s(signed_in: Client) -> None:
    Session.objects.filter(session_key=key_of(signed_in)).update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
    assert asked_with(key_of(signed_in)).status_code == 302
    assert SessionStore(key_of(signed_in)).load() == {}


def test_a_session_whose_signature_is_not_ours_is_nobody_s(signed_in: Client) -> None:
    row = Session.objects.get(session_key=key_of(signed_in))
    row.session_data = row.session_data[:-2] + ("AA" if not row.session_data.endswith("AA") else "BB")
    row.save()
    assert SessionStore(row.session_key).load() == {}


def test_an_account_is_read_as_the_orm_reads_it(account: Compte) -> None:
    now = datetime.now(UTC)
    Compte.objects.filter(id=account.id).update(
        password="x", last_login=now, role="support", password_set_at=now, terms_accepted_at=now, choices_due=True
    )
    found = AccountBackend().get_user(account.id)
    assert found is not None
    wanted = Compte.objects.get(id=account.id)
    assert {field.attname: getattr(found, field.attname) for field in Compte._meta.concrete_fields} == {
        field.attname: getattr(wanted, field.attname) for field in Compte._meta.concrete_fields
    }
    assert (found._state.db, found._state.adding) == ("default", False)


def test_an_account_that_is_no_longer_active_or_no_longer_there_is_nobody(account: Compte) -> None:
    Compte.objects.filter(id=account.id).update(is_active=False)
    assert AccountBackend().get_user(account.id) is None
    assert AccountBackend().get_user(new_id()) is None


def test_a_password_is_not_checked_here(account: Compte) -> None:
    account.set_password("Violon-8bleu")
    account.save()
    assert AccountBackend().authenticate(None, username=account.username, password="Violon-8bleu") is None


def test_the_ties_of_an_account_are_those_in_force(account: Compte) -> None:
    """Begun or not, over or not, of a child of age or not: as the one rule says it."""
    now, today, second = datetime.now(UTC), clock.today(), timedelta(seconds=60)
    starts = (now - second, now + second)
    ends: tuple[Any, ...] = (None, now - second, now + second)
    birthdays: tuple[Any, ...] = (None, today - timedelta(days=1), today, today + timedelta(days=1))
    for since, until, ends_on in product(starts, ends, birthdays):
        Rattachement.objects.create(
            compte=account, usager_id=new_id(), role="representant", since=since, until=until, ends_on=ends_on
        )
    rows = Rattachement.objects.filter(in_force(), compte=account)
    found = ties_in_force(account.id)
    assert len(found) == 4
    assert set(found) == set(rows.values_list("usager_id", "role"))
