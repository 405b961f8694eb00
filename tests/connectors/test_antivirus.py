"""The antivirus asked, and what becomes of a message when it answers, and when it does not."""

from __future__ import annotations

import socket

import pytest

from ens.connectors.antivirus.client import Clamd
from ens.messaging.ports import AntivirusAway
from tests.connectors.clamd import KINDS, MARK, NAME, running
from tests.messaging.mails import mail


@pytest.fixture(scope="module", params=KINDS)
def clamd(request, tmp_path_factory):
    with running(request.param, tmp_path_factory.mktemp("clamd")) as address:
        yield Clamd(address)


@pytest.fixture
def used(db):
    """Declares an antivirus for a test."""
    from ens.messaging import ports

    yield ports.use_antivirus
    ports.use_antivirus(None)


@pytest.fixture
def silent():
    """At this address, nobody."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Clamd(f"127.0.0.1:{free.getsockname()[1]}")


def received(person, data):
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging.services import list_threads, open_thread, receive
    from ens.messaging.types import IncomingMail

    operator = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")
    receive(IncomingMail("labo@operateur.example", person.address, data), by=operator)
    (card,) = list_threads(person.usager_id, by=person.actor)
    (message,) = open_thread(card.id, by=person.actor).messages
    return message


def test_it_names_what_a_message_carries_encoded_as_mail_is(clamd):
    assert clamd.is_well()
    assert clamd.scan(mail("x@y.example")) == ""
    assert clamd.scan(b"x" * 200_000) == ""
    assert clamd.scan(b"Subject: x\r\n\r\n" + MARK + b"\r\n") == NAME


@pytest.mark.feature("S083", "S087")
def test_what_it_names_refuses_the_message_and_the_rest_is_kept(clamd, used, people):
    from ens.messaging.errors import MessageInfected

    used(clamd)
    person = people.usager()
    with pytest.raises(MessageInfected):
        received(person, mail(person.address, text=MARK.decode()))
    assert received(person, mail(person.address)).is_unseen is False


@pytest.mark.parametrize("address", ["", "clamd", "unix:clamd", "hote:", ":3310", "hote:port"])
def test_an_address_that_is_none_is_refused_at_the_start(address):
    with pytest.raises(ValueError, match="ENS_CLAMD"):
        Clamd(address)


def test_an_answer_that_is_not_one_is_no_answer(silent, tmp_path):
    for one in (silent, Clamd(f"unix:{tmp_path / 'absent'}")):
        assert not one.is_well()
        with pytest.raises(AntivirusAway):
            one.scan(b"x")


def test_a_message_over_its_own_limit_was_not_looked_at(tmp_path, monkeypatch):
    from tests.connectors import clamd

    monkeypatch.setattr(clamd._Server, "limit", 1_000)
    with running("protocol", tmp_path) as address, pytest.raises(AntivirusAway):
        Clamd(address).scan(b"x" * 2_000)


def test_when_it_is_silent_the_sender_tries_again_or_the_reader_is_told(silent, used, people, monkeypatch):
    from ens.messaging.errors import AntivirusSilent

    used(silent)
    person = people.usager()
    data = mail(person.address)
    with pytest.raises(AntivirusSilent):
        received(person, data)
    monkeypatch.setattr("django.conf.settings.ENS_CLAMD_ABSENT", "accepter")
    assert received(person, data).is_unseen is True


def test_its_state_is_said_to_who_runs_the_space(clamd, silent, used, monkeypatch):
    from django.test import Client

    from ens.config import health

    monkeypatch.setattr(health, "KEPT_S", 0)
    for one, state, without in ((None, None, ["antivirus"]), (clamd, "ok", []), (silent, "unavailable", [])):
        used(one)
        said = Client().get("/healthz").json()
        assert (said["parts"].get("antivirus"), said["not_configured"]) == (state, without)
