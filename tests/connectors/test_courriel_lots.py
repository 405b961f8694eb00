"""E-mails of a lot through a real SMTP server: to everyone once, whatever falls; who is refused gets a letter."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest

from ens.connectors.courriel import lots as carrier
from ens.connectors.courriel.client import RelayOfNotices
from ens.enrolment import campaigns, codes, pace, ports, references, services
from ens.enrolment.models import Event, Handed, Lot, Return
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work
from tests.connectors.letters import CODE, LAST_DAY, MONDAY, OPENS_ON, STEERER, by_email, create, register
from tests.connectors.servers import Heard, listening


class Relay(Heard):
    """Refuses who is unknown, and falls after ``falls_after`` messages."""

    falls_after = 10_000
    unwanted = ("filtre",)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("inconnu"):
            return "550 5.1.1 boite inconnue"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope):
        if any(one.startswith(self.unwanted) for one in envelope.rcpt_tos):
            return "554 5.7.1 contenu refuse"
        if len(self.mails) >= self.falls_after:
            return "421 4.3.2 en panne"
        return await super().handle_DATA(server, session, envelope)

    @property
    def messages(self):
        return [message_from_bytes(data, policy=policy.default) for _, _, data in self.mails]

    @property
    def reached(self):
        return Counter(to for _, recipients, _ in self.mails for to in recipients)


@pytest.fixture
def relay(territory):
    with listening(Relay()) as heard:
        use(heard)
        yield heard


def use(heard):
    client = RelayOfNotices(f"127.0.0.1:{heard.port}", "ne-pas-repondre@espace.fr", "Mon espace santé")
    ports.use_sender("email", carrier.EmailLots(client, "Mon espace santé"))


def advance():
    with clock.freeze(MONDAY):
        return pace.advance()


def kinds(who):
    def look(unit):
        unit.untraced("essai")
        return list(Event.objects.filter(usager_id=who).order_by("rank").values_list("kind", flat=True))

    return unit_of_work(who, look, by=SYSTEM)


def body(message, subtype):
    return message.get_body((subtype,)).get_content()


@pytest.mark.feature("S002", "S003", "S005", "S010", "S011", "S029", "S151")
def test_an_e_mail_carries_both_routes_the_code_and_the_last_day_and_follows_nobody(relay, territory, tmp_path):
    (who,) = register(tmp_path, territory, by_email("zoe@exemple.fr"))
    create(territory)
    assert advance().noticed == 1
    (message,) = relay.messages
    text, html = " ".join(body(message, "plain").split()), body(message, "html")
    routes = "d’activer votre espace ou de vous opposer"
    for words in ("/bienvenue/", LAST_DAY, f"le {OPENS_ON}", routes, "3422", "8 h 30"):
        assert words in text and words in " ".join(html.split()), words
    (found,) = set(CODE.findall(text))
    with clock.freeze(MONDAY):
        assert codes.prove(found, date(1990, 5, 17)).usager_id == who
    assert "**" not in text + html and not CODE.search(message["Subject"])
    assert not re.search(r"<img|<script|https?://[^\"<]*\?", html)
    assert set(re.findall(r'href="([^"]*)"', html)) == {"http://127.0.0.1:8000/bienvenue/"}
    assert Lot.objects.get(people__contains=[who]).deadline == date(2026, 2, 16)


def test_it_comes_back_by_its_reference(relay, territory, tmp_path):
    (who,) = register(tmp_path, territory, by_email("zoe@exemple.fr"))
    create(territory)
    advance()
    ((sender, _, data),) = relay.mails
    reference = re.fullmatch(r"ne-pas-repondre\+([0-9a-z-]+)@espace\.fr", sender)[1]
    assert references.find(reference).usager_id == who
    assert message_from_bytes(data)["Message-ID"] == f"<notification-{reference}@espace.fr>"


@pytest.mark.feature("S003")
def test_a_relay_that_falls_in_the_middle_then_comes_back_writes_to_everyone_once(relay, territory, tmp_path):
    people = register(tmp_path, territory, *(by_email(f"personne-{rank}@exemple.fr") for rank in range(12)))
    create(territory, lot_size=20)
    relay.falls_after = 5
    assert advance().noticed == 0
    assert 0 < len(relay.mails) < 12 and all(kinds(who) == [] for who in people)
    assert advance().noticed == 0  # still down
    relay.falls_after = 10_000
    assert advance().noticed == 12
    assert relay.reached == Counter({f"personne-{rank}@exemple.fr": 1 for rank in range(12)})
    assert all(kinds(who) == ["noticed"] for who in people)
    assert advance().noticed == 0 and len(relay.mails) == 12
    assert not Handed.objects.filter(usager_id__in=people).exists()


def test_killed_between_the_relay_and_the_event_nobody_is_written_to_twice(relay, territory, tmp_path, monkeypatch):
    people = register(tmp_path, territory, *(by_email(f"personne-{rank}@exemple.fr") for rank in range(3)))
    create(territory)

    def killed(lot_id, sent_at):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pace, "confirm", killed)
        advance()
    pace.lost(Lot.objects.get(people__contains=[people[0]]).id)
    assert advance().noticed == 3
    assert len(relay.mails) == 3


def test_with_nobody_at_the_relay_nothing_is_lost(territory, tmp_path):
    (who,) = register(tmp_path, territory, by_email("zoe@exemple.fr"))
    create(territory)
    with listening(Relay()) as heard:
        pass
    use(heard)  # nobody listens there any more
    assert advance().noticed == 0 and kinds(who) == []
    with listening(Relay()) as heard:
        use(heard)
        assert advance().noticed == 1
    assert len(heard.mails) == 1


@pytest.mark.feature("S003", "S119")
@pytest.mark.parametrize("sessions", [1, 4])
def test_whose_address_the_relay_refuses_is_noticed_by_letter_too(relay, territory, tmp_path, monkeypatch, sessions):
    monkeypatch.setattr(carrier, "SESSIONS", sessions)
    refused, reached = register(
        tmp_path, territory, by_email("inconnu@exemple.fr"), by_email("zoé@exemple.fr"), by_email("zoe@exemple.fr")
    )[::2]
    create(territory)
    assert advance().noticed == 3  # an address that no relay takes holds nobody back
    assert relay.reached == Counter({"zoe@exemple.fr": 1})
    assert (kinds(refused), kinds(reached)) == (["noticed", "returned"], ["noticed"])
    assert Return.objects.filter(usager_id=refused, channel="email").count() == 1
    advance()
    assert Lot.objects.filter(people__contains=[refused], channel="courrier", again=True).count() == 1
    assert kinds(refused) == ["noticed", "returned"]


@pytest.mark.feature("S003")
def test_what_a_recipient_s_filter_refuses_holds_nobody_back(relay, territory, tmp_path, monkeypatch):
    monkeypatch.setattr(carrier, "SESSIONS", 1)
    refused, reached = register(tmp_path, territory, by_email("filtre@exemple.fr"), by_email("zoe@exemple.fr"))
    create(territory)
    assert advance().noticed == 2
    assert relay.reached == Counter({"zoe@exemple.fr": 1})
    assert (kinds(refused), kinds(reached)) == (["noticed", "returned"], ["noticed"])


def test_a_relay_that_refuses_everything_we_say_is_tried_again(relay, territory, tmp_path, monkeypatch):
    """Its quarrel is with us: nobody is noticed by letter because of it."""
    monkeypatch.setattr(carrier, "SESSIONS", 1)
    monkeypatch.setattr(carrier, "IN_A_ROW", 2)
    relay.unwanted = ("",)
    people = register(tmp_path, territory, *(by_email(f"zoe{rank}@exemple.fr") for rank in range(3)))
    create(territory)
    assert advance().noticed == 0
    assert [kinds(one) for one in people] == [[]] * 3
    relay.unwanted = ("filtre",)
    assert advance().noticed == 3
    assert set(relay.reached.values()) == {1}
    assert len(relay.reached) == 3


@pytest.mark.feature("S003", "S023")
def test_a_wave_stopped_in_the_middle_of_a_lot_notices_who_was_written_to_and_gives_the_others_back(
    relay, territory, tmp_path
):
    people = register(tmp_path, territory, *(by_email(f"personne-{rank}@exemple.fr") for rank in range(12)))
    called = create(territory, lot_size=20)
    relay.falls_after = 5
    advance()
    with clock.freeze(MONDAY):
        campaigns.stop(called, "V1", by=STEERER)
    relay.falls_after = 10_000
    told = len(relay.mails)
    assert advance().noticed == told
    assert sorted(map(len, map(kinds, people))) == [0] * (12 - told) + [1] * told
    create(territory)  # another campaign, to the same place
    assert advance().noticed == 12 - told
    assert relay.reached == Counter({f"personne-{rank}@exemple.fr": 1 for rank in range(12)})
    assert all(kinds(who) == ["noticed"] for who in people)


@pytest.mark.feature("S003")
def test_an_e_mail_that_comes_back_once_its_wave_is_over_is_still_followed_by_a_letter(relay, territory, tmp_path):
    who, late = register(tmp_path, territory, by_email("zoe@exemple.fr"), by_email("tard@exemple.fr"))
    create(territory, lot_size=1)
    advance()
    Lot.objects.filter(people__contains=[late]).update(
        sent_at=None, deadline=None, handed_at=None, tries=0
    )  # never left
    letters = []

    class Printer:
        def send(self, lot):
            letters.append(lot)

    ports.use_sender("courrier", Printer())
    with clock.freeze(datetime(2026, 4, 2, 9, tzinfo=UTC)):
        services.returned(who, by=SYSTEM)
        pace.advance()
    assert [(lot.people, lot.again) for lot in letters] == [([who], True)]
    assert len(relay.mails) == 2  # what was not sent in its days is not
