"""A new message: only to who wrote and wants answers; to a pharmacy of the directory when a setting allows it."""

from __future__ import annotations

import pytest

from ens.kernel.ids import new_id
from ens.messaging.errors import ReplyNotAllowed
from ens.messaging.types import Beginning, IncomingMail, Reply, ReplyMode
from tests.factories import before_all_due
from tests.messaging.mails import mail
from tests.outbox import EVERYTHING

LABO = "labo@operateur.example"


@pytest.fixture
def pharmacy(people):
    """A pharmacy's mailbox in the directory, one word of which is nobody else's name."""
    from ens.identity.models import Establishment

    place = people.establishment(f"Pharmacie {new_id().hex[-8:]}")
    Establishment.objects.filter(id=place.id).update(sector="SA33", town="NANTES")
    return place.name, people.mailbox(place)


@pytest.fixture
def allowed(monkeypatch):
    monkeypatch.setattr("django.conf.settings.ENS_PHARMACIES_FIRST", True)


def receive(person, operator, sender=LABO, **said):
    from ens.messaging.services import receive as file

    file(IncomingMail(sender, person.address, mail(person.address, sender=sender, **said)), by=operator)


def offered(person, search=""):
    from ens.messaging.services import contacts

    return contacts(person.usager_id, search, by=person.actor)


def begin(person, to, token="", subject="Mon traitement"):
    from ens.messaging.services import begin as send

    return send(person.usager_id, Beginning(to, Reply("Bonjour", token=token, subject=subject)), by=person.actor)


def left(person, relay):
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    OutboxRow.objects.filter(usager_id=person.usager_id).update(due_at=before_all_due())
    outbox.run_due(EVERYTHING)
    return [(one[1], one[2]) for one in relay.sent if one[0] == person.address]


def opened(person, thread_id):
    from ens.messaging.services import open_thread

    return open_thread(thread_id, by=person.actor)


@pytest.mark.feature("S096", "N074")
def test_who_wrote_is_written_to_in_a_new_conversation_and_once(inaya, operator, relay):
    receive(inaya, operator)
    (contact,) = offered(inaya).wrote
    thread = begin(inaya, contact.id, token="formulaire")
    assert begin(inaya, contact.id, token="formulaire") == thread
    ((recipient, data),) = left(inaya, relay)
    assert recipient == LABO
    assert b"Subject: Mon traitement" in data
    assert b"In-Reply-To" not in data
    assert [one.correspondent_label for one in _cards(inaya)] == ["Labo BioPCR Orly"] * 2


def _cards(person):
    from ens.messaging.services import list_threads

    return list_threads(person.usager_id, by=person.actor)


@pytest.mark.feature("S080", "S081", "N074")
def test_nobody_else_is_whoever_asks(people, inaya, operator, pharmacy, relay):
    from ens.identity.models import Mailbox

    child = people.usager(first_names="NOE")
    receive(inaya, operator)
    receive(child, operator, sender="pediatre@operateur.example")
    (of_child,) = offered(child).wrote
    name, address = pharmacy
    box = Mailbox.objects.get(address=address)
    assert offered(inaya, name).pharmacies == ()
    assert not offered(inaya).may_search
    for stranger in (of_child.id, box.id, new_id()):  # of the child, a pharmacy while it is not allowed, nobody
        with pytest.raises(ReplyNotAllowed):
            begin(inaya, stranger)
    receive(inaya, operator, headers={"X-MSS-MES": "FIN"})
    assert offered(inaya).wrote == ()
    assert left(inaya, relay) == []


@pytest.mark.feature("N075")
def test_a_pharmacy_is_written_to_first_then_answers_and_may_end_it(inaya, operator, pharmacy, allowed, relay):
    name, address = pharmacy
    (found,) = offered(inaya, name.lower()).pharmacies
    assert (found.label, found.role) == (name, "NANTES")
    thread = begin(inaya, found.id)
    ((recipient, data),) = left(inaya, relay)
    assert recipient == address
    view = opened(inaya, thread)
    assert (view.correspondent_label, view.reply.mode) == (name, ReplyMode.NO_REPLY)
    assert name in view.reply.reason
    assert offered(inaya).wrote == ()  # it did not write: it is no contact once the setting is off
    message_id = data.split(b"Message-ID: ")[1].split(b"\r\n")[0].decode()
    receive(inaya, operator, sender=address, in_reply_to=message_id)
    assert opened(inaya, thread).reply.mode is ReplyMode.REPLY
    receive(inaya, operator, sender=address, in_reply_to=message_id, headers={"X-MSS-MES": "FIN"})
    for known in (found.id, opened(inaya, thread).id):
        with pytest.raises(ReplyNotAllowed):
            begin(inaya, known)


@pytest.mark.feature("N075")
def test_only_the_mailboxes_of_pharmacies_are_found(people, inaya, pharmacy, allowed):
    name, _ = pharmacy
    hospital = people.establishment(f"{name} Hôpital")
    people.mailbox(hospital)
    assert [one.label for one in offered(inaya, name).pharmacies] == [name]
    assert offered(inaya, "%%%%").pharmacies == offered(inaya, "ph").pharmacies == ()
    from ens.identity.models import Establishment

    site = next(iter(Establishment.objects.filter(name=name)))
    from ens.identity import queries

    works = queries.establishment(site.finess_eg)
    pharmacist = people.professional("Delaunay", profession="21", site=works)
    people.mailbox(pharmacist)
    people.mailbox(people.professional("Dupond", profession="10", site=works))
    assert [one.label for one in offered(inaya, name).pharmacies] == [name, f"{pharmacist.name}, {name}"]


@pytest.mark.feature("N075")
@pytest.mark.parametrize(
    ("called", "asked"), [("Pharmacie du Marché", "marche"), ("PHARMACIE DE L'ETOILE", "Étoile"), ("Évian", "EVIAN")]
)
def test_a_pharmacy_is_found_with_its_accents_or_without(people, inaya, allowed, called, asked):
    from ens.identity.models import Establishment

    mark = new_id().hex[-8:]
    place = people.establishment(f"{called} {mark}")
    Establishment.objects.filter(id=place.id).update(sector="SA33")
    people.mailbox(place)
    assert [one.label for one in offered(inaya, f"{asked} {mark}").pharmacies] == [f"{called} {mark}"]
