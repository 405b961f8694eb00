"""The door itself: real sockets, real certificates, the replies operators' software reads."""

from __future__ import annotations

import smtplib
import threading

import pytest

from tests.messaging.mails import mail, report


@pytest.mark.feature("S078", "S089", "S090")
def test_an_operators_message_reaches_the_usager(session, people, mailbox):
    person = people.usager()
    assert session().sendmail("labo@operateur.example", [person.address], mail(person.address)) == {}
    assert mailbox(person) == ["Vos résultats"]


@pytest.mark.feature("S015")
def test_a_space_opened_and_never_activated_receives(session, people):
    person = people.usager(state="opened")
    assert session().sendmail("labo@operateur.example", [person.address], mail(person.address)) == {}


def test_forty_messages_go_in_one_session(session, people, mailbox):
    person, client = people.usager(), session()
    for _ in range(40):
        client.sendmail("labo@operateur.example", [person.address], mail(person.address))
    assert len(mailbox(person)) == 40


def test_the_door_offers_what_it_has_and_no_password(session):
    client = session()
    assert {"size", "8bitmime", "smtputf8"} <= set(client.esmtp_features)
    assert {"auth", "pipelining", "starttls"}.isdisjoint(client.esmtp_features)
    assert client.esmtp_features["size"] == "25000000"


@pytest.mark.feature("S087")
def test_a_non_delivery_report_without_sender_is_received_and_shown_with_its_message(session, people):
    from ens.messaging.services import list_threads, open_thread, reply
    from ens.messaging.types import Delivery, Reply

    person = people.usager()
    client = session()
    client.sendmail("labo@operateur.example", [person.address], mail(person.address))
    (card,) = list_threads(person.usager_id, by=person.actor)
    sent = reply(card.id, Reply("Merci"), by=person.actor)
    assert client.sendmail("", [person.address], report(f"<{sent.hex}@patient.mssante.fr>")) == {}
    view = open_thread(card.id, by=person.actor)
    assert [one.is_system for one in view.messages] == [False, False, True]
    assert view.messages[1].delivery_state is Delivery.FAILED
    assert "n'existe plus" in view.messages[1].delivery_reason


@pytest.mark.parametrize("dots", [b".", b"..", b".\r\n..", b"...fin", b". .", b".\tx"])
def test_lines_that_begin_with_a_dot_are_kept_as_written(session, people, dots):
    from ens.messaging.services import list_threads, open_thread

    person = people.usager()
    data = b"Subject: points\r\n\r\nx\r\n" + dots + b"\r\ny\r\n"
    session().sendmail("labo@operateur.example", [person.address], data)
    (card,) = list_threads(person.usager_id, by=person.actor)
    (message,) = open_thread(card.id, by=person.actor).messages
    assert message.body_text.splitlines() == ["x", *dots.decode().splitlines(), "y"]


@pytest.mark.parametrize("down", ["store", "database"])
def test_when_nothing_can_be_kept_the_sender_is_asked_to_try_again(session, people, mailbox, monkeypatch, down):
    from ens.coffre import store
    from ens.coffre.errors import StoreUnavailable
    from ens.messaging.services import receiving
    from ens.persistence.errors import DatabaseUnavailable

    person = people.usager()

    def fails(*_arguments):
        raise StoreUnavailable() if down == "store" else DatabaseUnavailable()

    target, name = (store, "put") if down == "store" else (receiving, "tell")
    data = mail(person.address)
    with monkeypatch.context() as broken:
        broken.setattr(target, name, fails)
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            session().sendmail("labo@operateur.example", [person.address], data)
    assert (refusal.value.smtp_code, refusal.value.smtp_error[:6]) == (451, b"4.3.0 ")
    assert mailbox(person) == []
    assert session().sendmail("labo@operateur.example", [person.address], data) == {}
    assert len(mailbox(person)) == 1


def test_a_database_that_falls_outside_any_act_is_said_to_the_sender(session, people, mailbox, monkeypatch):
    from django.db import OperationalError

    from ens.interop.smtp import handler

    person = people.usager()

    def fails(*_arguments, **_named):
        raise OperationalError("host=secret")

    with monkeypatch.context() as broken:
        broken.setattr(handler.services, "receive", fails)
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            session().sendmail("labo@operateur.example", [person.address], mail(person.address))
    assert refusal.value.smtp_code == 451
    assert refusal.value.smtp_error.startswith(b"4.3.0 base_indisponible")
    assert b"secret" not in refusal.value.smtp_error
    assert mailbox(person) == []


def test_a_fault_of_ours_is_not_an_acknowledgement(session, people, monkeypatch):
    from ens.interop.smtp import handler

    person = people.usager()

    def fails(*_arguments, **_named):
        raise RuntimeError("une faute")

    monkeypatch.setattr(handler.services, "receive", fails)
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        session().sendmail("labo@operateur.example", [person.address], mail(person.address))
    assert refusal.value.smtp_code == 451


def test_the_same_message_from_ten_connections_is_acknowledged_by_all_and_kept_once(session, people, mailbox):
    person = people.usager()
    data, failures = mail(person.address), []

    def send(client):
        try:
            client.sendmail("labo@operateur.example", [person.address], data)
        except (smtplib.SMTPException, OSError) as error:
            failures.append(error)

    workers = [threading.Thread(target=send, args=(client,)) for client in [session() for _ in range(10)]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert len(mailbox(person)) == 1


@pytest.mark.feature("S086", "S087", "B13")
def test_a_refusal_says_its_code_in_two_languages_and_is_counted_by_operator(session, people):
    from datetime import date

    from ens.messaging import ledger

    def refused(cause="boite_absente"):
        found = ledger.figures(date(2000, 1, 1), date(2200, 1, 1)).get("operateur.example", ledger.Ledger())
        return found.refused[cause]

    before = refused()
    for person in (people.usager(state="opposed"), people.usager(state="closed")):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            session().sendmail("labo@operateur.example", [person.address], mail(person.address))
        ((code, said),) = refusal.value.recipients.values()
        assert (code, said) == (
            550,
            (
                b"5.1.1 boite_absente: Cette boite n'existe pas ou n'accepte pas de message."
                b" / This mailbox does not exist or does not accept mail. "
                    b"http://127.0.0.1:8000/aide/courrier/boite_absente/"
            ),
        )
    assert refused() == before + 2
    before = refused("domaine_non_autorise")
    with pytest.raises(smtplib.SMTPSenderRefused):  # its certificate says whose refusal it is
        session().sendmail("labo@autre.example", [people.usager().address], mail("x@y.example"))
    assert refused("domaine_non_autorise") == before + 1


@pytest.mark.feature("B12", "S085")
def test_who_was_ended_with_is_refused_as_by_a_mailbox_that_is_not_there(session, people):
    from ens.messaging import services

    person, sender = people.usager(), "labo@operateur.example"
    session().sendmail(sender, [person.address], mail(person.address))
    (card,) = services.list_threads(person.usager_id, by=person.actor)
    chosen = tuple(one.id for one in services.endable(card.id, by=person.actor))
    services.end_exchange(card.id, chosen, by=person.actor)
    said = []
    for address in (person.address, people.usager(state="opposed").address):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            session().sendmail(sender.upper(), [address], mail(address))
        said += refusal.value.recipients.values()
    assert said[0] == said[1]
    session().sendmail("dupond@operateur.example", [person.address], mail(person.address))
    services.reopen_exchange(card.id, chosen, by=person.actor)
    session().sendmail(sender, [person.address], mail(person.address))
    assert len(services.list_threads(person.usager_id, by=person.actor)) == 3
