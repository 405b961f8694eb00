"""A parent's account shows several spaces: each has its own mailbox, its own count, and nothing of the others."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from ens.identity import services as identity
from ens.journeys import profiles
from ens.kernel.actor import Actor, ActorKind
from ens.messaging import services as messaging
from ens.messaging.types import IncomingMail
from tests.messaging.mails import mail

OPERATOR = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")


@pytest.fixture
def family(people):
    """A mother, and a child she represents."""
    mother, child = people.usager(), people.usager(first_names="NOE", sex="M")
    identity.attach(mother.compte, child.usager_id, "representant")
    return mother, child


def write(person, subject):
    data = mail(person.address, sender="labo@operateur.example", subject=subject)
    messaging.receive(IncomingMail("labo@operateur.example", person.address, data), by=OPERATOR)


@pytest.mark.feature("N089", "S081")
def test_what_is_written_to_the_child_is_counted_and_read_there_only(family):
    mother, child = family
    write(child, "Le vaccin de Noé")
    write(child, "Le carnet de Noé")
    write(mother, "Vos résultats")
    assert [(card.is_own, card.unread) for card in profiles.cards(mother.compte)] == [(True, 1), (False, 2)]
    (own,) = messaging.list_threads(mother.usager_id, by=mother.actor)
    assert own.subject == "Vos résultats"
    browser = Client()
    browser.force_login(mother.compte)
    shown = browser.get("/profils/").content.decode()
    assert "1 conversation non lue<" in shown
    assert "2 conversations non lues<" in shown
    assert "Le vaccin de Noé" not in browser.get("/messages/").content.decode()
    browser.post("/profils/", {"profil": str(child.usager_id)})
    assert "Le vaccin de Noé" in browser.get("/messages/").content.decode()
    assert "Vos résultats" not in browser.get("/messages/").content.decode()


@pytest.mark.feature("S042")
def test_where_one_chooses_the_menu_counts_what_waits_in_the_space_shown_and_says_whose_it_is(family):
    mother, child = family
    browser = Client()
    browser.force_login(mother.compte)

    def menu(place: str) -> tuple[list[str], list[str]]:
        said = browser.get(place).content.decode()
        name = re.findall(r'class="ens-puce-profil__(?:nom|role)">([^<]+)<', said)
        return re.findall(r'class="ens-compteur"><span aria-hidden="true">([^<]+)<', said), name

    assert menu("/profils/")[0] == []
    write(mother, "Vos résultats")
    write(child, "Le vaccin de Noé")
    write(child, "Le carnet de Noé")
    assert menu("/profils/") == menu("/documents/")
    assert menu("/profils/")[0] == ["1", "1"]  # of the menu, and of the bar of a phone
    browser.post("/profils/", {"profil": str(child.usager_id)})
    assert menu("/profils/") == menu("/documents/")
    assert menu("/profils/")[0] == ["2", "2"]


@pytest.mark.feature("S081")
def test_in_one_space_nothing_of_the_other_can_be_answered(family):
    from ens.messaging.errors import ThreadNotFound
    from ens.messaging.types import Reply

    mother, child = family
    write(child, "Le vaccin de Noé")
    (thread,) = messaging.list_threads(child.usager_id, by=child.actor)
    with pytest.raises(ThreadNotFound):  # from her own space, though she is his representative
        messaging.reply(thread.id, Reply("Merci"), by=mother.actor)
