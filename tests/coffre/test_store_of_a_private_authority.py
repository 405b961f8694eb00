"""Contents kept in a real store spoken to in HTTPS, under a certificate of its owner's own authority."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import trustme
from django.conf import settings
from django.test import Client

from ens.coffre import remote, store
from ens.coffre.errors import StoreUnavailable
from ens.config import health
from tests.seaweed import BUCKET, KEY, Seaweed, seaweed

pytestmark = pytest.mark.slow  # a store is started for all of them


@pytest.fixture(scope="module")
def its_authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(its_authority: trustme.CA) -> Iterator[Seaweed]:
    with seaweed(its_authority) as running:
        yield running


@pytest.fixture(autouse=True)
def there(secure: Seaweed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENS_STORE", f"s3://{BUCKET}/{uuid4().hex}")
    monkeypatch.setattr(settings, "ENS_STORE_ENDPOINT", secure.endpoint)
    monkeypatch.setattr(settings, "ENS_STORE_KEY", KEY)
    monkeypatch.setattr(remote, "TRIES", 0)
    monkeypatch.setattr(health, "_remote", health.RemoteTrial())
    monkeypatch.setattr(health, "KEPT_S", 0.0)


def said_of_the_store() -> str:
    return str(Client().get("/healthz").json()["parts"]["store"])


def test_its_authority_given_contents_are_put_and_read_back(db, its_authority, monkeypatch):
    monkeypatch.setattr(settings, "ENS_STORE_CA", its_authority.cert_pem.bytes())
    key = uuid4()
    store.put(key, b"scelle")
    assert store.get(key) == b"scelle"
    assert said_of_the_store() == health.OK


@pytest.mark.parametrize("given", ["another", "none"])
def test_without_it_nothing_is_said_to_whoever_answers_and_health_tells_why(db, monkeypatch, capfd, given):
    pem = trustme.CA().cert_pem.bytes() if given == "another" else b""
    monkeypatch.setattr(settings, "ENS_STORE_CA", pem)
    with pytest.raises(StoreUnavailable):
        store.put(uuid4(), b"scelle")
    assert '"reason": "certificate"' in capfd.readouterr().err
    assert said_of_the_store() == "certificate_refused"


def test_a_certificate_of_another_name_is_refused_too(db, its_authority, secure, monkeypatch):
    monkeypatch.setattr(settings, "ENS_STORE_CA", its_authority.cert_pem.bytes())
    monkeypatch.setattr(settings, "ENS_STORE_ENDPOINT", secure.endpoint.replace("127.0.0.1", "localhost"))
    assert said_of_the_store() == "certificate_refused"
