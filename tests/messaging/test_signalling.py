"""A conversation reported to the support: once; the agent reads what was said of it, in its usager's history."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test import Client

from ens.audit.queries import lines
from ens.audit.types import HistoryFilter
from ens.identity.services import create_compte
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.messaging import services
from ens.messaging.errors import MailboxAbsent, SignalNotFound, SignalPointless, ThreadNotFound, TooManySignals
from ens.messaging.models import SignalQueue
from ens.messaging.services.signalling import A_DAY
from ens.messaging.signals import SignalReason
from ens.messaging.types import IncomingMail
from ens.persistence.unit import unit_of_work
from tests.messaging.mails import mail

pytestmark = pytest.mark.feature("N093")
AGENT = Actor(ActorKind.SUPPORT, "agent", "Nadia Roux")
SENDER = "labo@operateur.example"


def written(person, operator, sender=SENDER, text="Vos résultats sont mauvais.", subject="Vos résultats"):
    data = mail(person.address, sender=sender or "mailer-daemon@operateur.example", subject=subject, text=text)
    services.receive(IncomingMail(sender, person.address, data), by=operator)
    return services.list_threads(person.usager_id, by=person.actor)[0].id


def queued(person):
    return SignalQueue.objects.filter(usager_id=person.usager_id)


def history(person):
    def act(unit):
        unit.untraced("essai")
        return [entry.sentence for entry in lines(unit, HistoryFilter()).lines]

    return unit_of_work(person.usager_id, act, by=person.actor)


def test_it_is_told_once_and_read_by_an_agent_without_the_message(inaya, operator):
    thread = written(inaya, operator)
    assert services.signallable(thread, by=inaya.actor) == (("Labo BioPCR Orly", SENDER),)
    for words in ("Ce n’est pas mon médecin.", "encore"):
        services.signal(thread, SignalReason.UNKNOWN, words, by=inaya.actor)
    row = queued(inaya).get()
    assert (row.reason, row.operator, row.read_at) == ("inconnu", "operateur.example", None)
    assert [card.is_read for card in services.waiting(10_000) if card.id == row.id] == [False]
    read = services.read_signal(row.id, by=AGENT)
    assert (read.words, read.writers) == ("Ce n’est pas mon médecin.", (("Labo BioPCR Orly", SENDER),))
    assert "résultats" not in str(read)
    assert queued(inaya).get().read_at is not None
    said = history(inaya)
    assert "a lu votre signalement." in said
    assert sum("au support" in one for one in said) == 1
    shown = services.open_thread(thread, by=inaya.actor)
    assert shown.signalled_at is not None


def test_another_s_conversation_a_machine_s_and_no_report_at_all_are_nothing(inaya, operator, people):
    thread, machine = written(inaya, operator), None
    other = people.usager()
    for act in (
        lambda: services.signal(thread, SignalReason.FRAUD, "", by=other.actor),
        lambda: services.signallable(thread, by=other.actor),
    ):
        with pytest.raises(ThreadNotFound):
            act()
    machine = written(other, operator, sender="")
    with pytest.raises(SignalPointless):
        services.signal(machine, SignalReason.FRAUD, "", by=other.actor)
    with pytest.raises(SignalNotFound):
        services.read_signal(thread, by=AGENT)
    assert not queued(inaya).exists()


def test_the_pages_say_what_will_be_seen_and_the_desk_reads_it(inaya, operator):
    thread = written(inaya, operator)
    usager, desk = Client(), Client()
    usager.force_login(inaya.compte)
    desk.force_login(create_compte(f"support-{thread.hex[-8:]}", name="Nadia Roux", role="support"))
    address = f"/messages/{thread}/signaler/"
    asked = usager.get(address).content.decode()
    assert SENDER in asked
    assert "Choisissez ce qui se passe." in usager.post(address, {"motif": ""}).content.decode()
    assert usager.post(address, {"motif": "fraude", "mots": "On me demande ma carte."}).status_code == 302
    assert "Signalée au support" in usager.get(f"/messages/{thread}/").content.decode()
    listed = desk.get("/support/signalements/").content.decode()
    assert "Tentative de fraude possible" in listed
    assert "On me demande ma carte." not in listed
    opened = desk.post("/support/signalements/", {"signalement": str(queued(inaya).get().id)}).content.decode()
    assert "On me demande ma carte." in opened
    assert SENDER in opened
    assert desk.post("/support/signalements/", {"signalement": "x"}).status_code == 404


def test_a_space_reports_ten_conversations_a_day_and_more_the_day_after(inaya, operator, monkeypatch):
    """The words typed stay on the page; what is reported already stays so."""
    for number in range(A_DAY):
        one = written(inaya, operator, subject=f"Publicité {number}")
        services.signal(one, SignalReason.CONTENT, "", by=inaya.actor)
    thread = written(inaya, operator, subject="Encore une")
    usager = Client()
    usager.force_login(inaya.compte)
    answer = usager.post(f"/messages/{thread}/signaler/", {"motif": "fraude", "mots": "Encore lui."})
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "Vous pourrez signaler celle-ci demain." in page
    assert "Encore lui." in page
    assert queued(inaya).count() == A_DAY
    tomorrow = clock.now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    services.signal(thread, SignalReason.FRAUD, "", by=inaya.actor)
    assert services.open_thread(thread, by=inaya.actor).signalled_at is not None


def test_reports_of_one_instant_are_counted_in_turn(inaya, operator):
    threads = [written(inaya, operator, subject=f"Publicité {number}") for number in range(A_DAY + 2)]
    for one in threads[3:]:
        services.signal(one, SignalReason.CONTENT, "", by=inaya.actor)
    start, answers = Barrier(4), []

    def report(thread):
        start.wait()
        try:
            services.signal(thread, SignalReason.FRAUD, "", by=inaya.actor)
        except TooManySignals as refusal:
            answers.append(refusal.code)
        else:
            answers.append("dit")
        finally:
            connections.close_all()

    at_once = [Thread(target=report, args=(one,)) for one in (*threads[:3], threads[0])]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert queued(inaya).count() == A_DAY
    assert answers.count("dit") in (1, 2)  # the same conversation twice is one report, said twice


def test_a_report_may_end_the_exchange_too(inaya, operator):
    thread = written(inaya, operator)
    usager = Client()
    usager.force_login(inaya.compte)
    usager.post(f"/messages/{thread}/signaler/", {"motif": "fraude", "finir": "oui"})
    shown = services.open_thread(thread, by=inaya.actor)
    assert shown.signalled_at is not None
    assert shown.correspondents[0].ended_at is not None
    with pytest.raises(MailboxAbsent):
        written(inaya, operator)


def test_a_conversation_that_the_other_ended_is_reported_all_the_same(inaya, operator):
    thread = written(inaya, operator)
    fin = mail(inaya.address, subject="[FIN]", text="Au revoir.")
    services.receive(IncomingMail(SENDER, inaya.address, fin), by=operator)
    ended = services.list_threads(inaya.usager_id, by=inaya.actor)[0].id
    usager = Client()
    usager.force_login(inaya.compte)
    for one in {thread, ended}:
        assert services.open_thread(one, by=inaya.actor).ended_by
        assert f"/messages/{one}/signaler/" in usager.get(f"/messages/{one}/").content.decode()
        services.signal(one, SignalReason.CONTENT, "", by=inaya.actor)
        assert services.open_thread(one, by=inaya.actor).signalled_at is not None
