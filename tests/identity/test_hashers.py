"""What keeps a secret depends on who made it: drawn by us, or chosen by a person."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher, make_password
from django.test import Client

from ens.identity import clients
from ens.identity.hashers import PasswordHasher
from ens.identity.models import ApplicationCliente
from ens.kernel.actor import SYSTEM
from tests.factories import People

SECRET = "k7cZ0m2yTq4nV8sR1dL5xB9wF3hJ6pG0aE2uI4oC7tY"  # as drawn


def answers(client_id: str, secret: str) -> int:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return Client().post("/oauth2/token", form).status_code


@pytest.fixture
def software(people: People) -> tuple[str, str]:
    added, secret = clients.add("Logiciel d'essai", rpps=people.professional().rpps, by=SYSTEM)
    return added.client_id, secret


def test_a_secret_of_software_is_kept_by_one_round_and_opens_for_itself_only(software: Any) -> None:
    client_id, secret = software
    kept = ApplicationCliente.objects.get(client_id=client_id).client_secret
    assert kept.startswith("secret_tire$1$")
    assert secret not in kept
    assert answers(client_id, secret) == 200
    assert [answers(client_id, wrong) for wrong in (secret[:-1], kept, "")] == [401] * 3


def test_a_secret_kept_before_still_opens_until_it_is_renewed(software: Any) -> None:
    client_id, _ = software
    ApplicationCliente.objects.filter(client_id=client_id).update(client_secret=make_password(SECRET))
    assert answers(client_id, SECRET) == 200
    renewed = clients.renew(client_id, by=SYSTEM)
    assert [answers(client_id, one) for one in (SECRET, renewed)] == [401, 200]


def test_a_password_is_never_kept_that_way(people: People) -> None:
    from tests.web.public.test_signing_in import make_account

    kept = identify_hasher(make_account(people).compte.password)
    assert kept.algorithm == "argon2"


def test_passwords_are_tried_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, hasher = [0], [0], PasswordHasher()

    def verify(self: Any, password: str, encoded: str) -> bool:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        inside[0] -= 1
        return True

    monkeypatch.setattr(Argon2PasswordHasher, "verify", verify)
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(lambda _: hasher.verify("x", "y"), range(6)))
    assert most == [2]
