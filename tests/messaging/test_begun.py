"""A new message begun is kept until it leaves or is not wanted: one a person, sealed, theirs alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ens.kernel.ids import new_id
from ens.messaging import services as messaging
from ens.messaging.errors import DraftElsewhere, ReplyTooLarge, ThreadNotFound
from ens.messaging.types import NOTHING_BEGUN, Beginning, Begun, IncomingMail, MailboxFilter, Reply
from tests.messaging.mails import mail

SAID = Begun(new_id(), "Renouvellement", "Bonjour,\nje n'ai plus de comprimés.", "nantes")
pytestmark = pytest.mark.feature("N077")


def begun(person):
    from ens.messaging.services.begun import begun_in
    from ens.persistence.unit import unit_of_work

    def act(unit):
        unit.untraced("un essai")
        return begun_in(unit)

    return unit_of_work(person.usager_id, act, by=person.actor)


def keep(person, what, **said):
    messaging.keep_begun(person.usager_id, what, by=said.pop("by", person.actor), **said)


def has_begun(person):
    return messaging.mailbox(person.usager_id, MailboxFilter(), by=person.actor).has_begun


def test_what_is_begun_is_found_again_and_the_last_words_replace_the_others(inaya):
    assert (begun(inaya), has_begun(inaya)) == (NOTHING_BEGUN, False)
    keep(inaya, SAID)
    later = replace(SAID, to=None, body="Bonjour Docteur")
    keep(inaya, later, seen=messaging.version_of_begun(SAID))
    assert (begun(inaya), has_begun(inaya)) == (later, True)
    keep(inaya, Begun(pharmacy="nantes"))  # somebody looked for, nothing said
    assert (begun(inaya), has_begun(inaya)) == (NOTHING_BEGUN, False)


def test_it_is_sealed_and_leaves_no_line(inaya):
    from ens.messaging.models import BegunMessage

    keep(inaya, SAID)

    def rows(unit):
        unit.untraced("un essai")
        return [bytes(row.sealed_words) for row in BegunMessage.objects.filter(usager_id=unit.usager_id)]

    from ens.persistence.unit import unit_of_work

    (sealed,) = unit_of_work(inaya.usager_id, rows, by=inaya.actor)
    assert b"Renouvellement" not in sealed and b"comprim" not in sealed


def test_another_window_is_not_replaced_without_being_shown(inaya):
    nothing, first = messaging.version_of_begun(NOTHING_BEGUN), messaging.version_of_begun(SAID)
    keep(inaya, SAID, seen=nothing)
    with pytest.raises(DraftElsewhere):
        keep(inaya, replace(SAID, body="D'une autre fenêtre"), seen=nothing)
    keep(inaya, SAID, seen=nothing)  # the same words: an answer that was lost on its way
    keep(inaya, replace(SAID, body="La suite"), seen=first)
    assert begun(inaya).body == "La suite"


def test_it_ends_when_the_message_leaves_and_does_not_come_back(inaya, operator, relay):
    messaging.receive(IncomingMail("labo@operateur.example", inaya.address, mail(inaya.address)), by=operator)
    (contact,) = messaging.contacts(inaya.usager_id, by=inaya.actor).wrote
    keep(inaya, SAID, token="formulaire")
    message = Beginning(contact.id, Reply("Bonjour", token="formulaire", subject="Renouvellement"))
    messaging.begin(inaya.usager_id, message, by=inaya.actor)
    assert begun(inaya) == NOTHING_BEGUN
    keep(inaya, SAID, token="formulaire")  # the page saved once more, as it left
    assert begun(inaya) == NOTHING_BEGUN


def test_what_is_not_wanted_any_more_is_discarded_twice_alike(inaya):
    keep(inaya, SAID)
    for _ in range(2):
        messaging.discard_begun(inaya.usager_id, by=inaya.actor)
    assert begun(inaya) == NOTHING_BEGUN


def test_nobody_else_keeps_or_discards_it_and_it_is_bounded(inaya, people):
    keep(inaya, SAID)
    other = people.actor(people.professional())
    with pytest.raises(ThreadNotFound):
        keep(inaya, NOTHING_BEGUN, by=other)
    with pytest.raises(ThreadNotFound):
        messaging.discard_begun(inaya.usager_id, by=other)
    with pytest.raises(ReplyTooLarge):
        keep(inaya, replace(SAID, body="a" * 20_001))
    assert begun(inaya) == SAID
