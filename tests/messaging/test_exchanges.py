"""Who is answered, who wants no answer, and who signs."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from ens.messaging.types import IncomingMail, Reply, ReplyMode
from tests.factories import before_all_due
from tests.messaging.mails import mail
from tests.outbox import EVERYTHING

FIRST = "<un@operateur.example>"


def receive(person, operator, sender, **said):
    from ens.messaging.services import receive as file

    file(IncomingMail(sender, person.address, mail(person.address, sender=sender, **said)), by=operator)


def only_thread(person):
    from ens.messaging.services import list_threads, open_thread

    (card,) = list_threads(person.usager_id, by=person.actor)
    return open_thread(card.id, by=person.actor)


def sent(person, thread, answer, relay, *, by=None):
    from ens.messaging.services import reply
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    reply(thread.id, answer, by=by or person.actor)
    OutboxRow.objects.filter(usager_id=person.usager_id).update(due_at=before_all_due())
    outbox.run_due(EVERYTHING)
    return [
        (one[1], message_from_bytes(one[2], policy=policy.default)) for one in relay.sent if one[0] == person.address
    ]


@pytest.fixture
def two(inaya, operator):
    """A laboratory wrote, then a doctor in the same conversation."""
    receive(inaya, operator, "labo@operateur.example", message_id=FIRST)
    receive(inaya, operator, "dupond@operateur.example", label="Dr_Anne_DUPOND_Cabinet", in_reply_to=FIRST)
    return inaya


@pytest.mark.feature("N073", "N074", "S096")
def test_of_two_who_wrote_one_may_be_answered_alone(two, relay):
    thread = only_thread(two)
    doctor, laboratory = thread.reply.contacts
    assert thread.reply.recipients_label == f"{doctor.label}, {laboratory.label}"
    ((recipient, message),) = sent(two, thread, Reply("Merci", to=(laboratory.id,)), relay)
    assert recipient == message["To"] == "labo@operateur.example"


@pytest.mark.feature("N073")
def test_who_ended_the_exchange_is_named_and_not_written_to(two, operator, relay):
    receive(two, operator, "labo@operateur.example", in_reply_to=FIRST, headers={"X-MSS-MES": "FIN"})
    thread = only_thread(two)
    assert thread.reply.mode is ReplyMode.REPLY
    assert thread.reply.ended_by == ("Labo BioPCR Orly",)
    assert [recipient for recipient, _ in sent(two, thread, Reply("Merci"), relay)] == ["dupond@operateur.example"]
    receive(two, operator, "dupond@operateur.example", in_reply_to=FIRST, subject="[FIN]")
    blocked = only_thread(two).reply
    assert blocked.mode is ReplyMode.REPLY_BLOCKED
    assert blocked.reason.endswith("ont mis fin à vos échanges.")


@pytest.mark.feature("N031")
def test_a_representative_signs_with_both_names_and_is_shown_in_the_thread(inaya, operator, relay):
    receive(inaya, operator, "labo@operateur.example")
    father = replace(inaya.actor, id="un-autre-compte", name="Paul Michel", role="représentant légal")
    ((_, message),) = sent(inaya, only_thread(inaya), Reply("Merci"), relay, by=father)
    assert message["From"].addresses[0].display_name == "Paul Michel pour Inaya Michel"
    assert message["From"].addresses[0].addr_spec == inaya.address
    assert message.get_content().rstrip().endswith("Paul Michel, représentant légal, pour Inaya Michel")
    shown = only_thread(inaya).messages[-1]
    assert (shown.from_label, shown.role_label, shown.body_text) == ("Paul Michel", "représentant légal", "Merci")


def test_who_writes_for_themselves_signs_with_one_name(inaya, operator, relay):
    receive(inaya, operator, "labo@operateur.example")
    ((_, message),) = sent(inaya, only_thread(inaya), Reply("Merci"), relay)
    assert message["From"].addresses[0].display_name == "Inaya Michel"
    assert message.get_content().strip() == "Merci"


@pytest.mark.feature("S135")
def test_a_letter_to_a_colleague_with_the_patient_in_copy_is_answered_to_who_wrote_it_alone(inaya, operator, relay):
    """One message, two mailboxes: ours receives its own copy; the colleague wrote nothing to the patient."""
    receive(
        inaya,
        operator,
        "dupond@operateur.example",
        subject="Orientation vers un spécialiste",
        headers={"Cc": "specialiste@autre.example"},
    )
    thread = only_thread(inaya)
    assert [contact.label for contact in thread.reply.contacts] == ["Labo BioPCR Orly"]
    assert [recipient for recipient, _ in sent(inaya, thread, Reply("Merci"), relay)] == ["dupond@operateur.example"]


# -- ended by the usager --------------------------------------------------------------------------------------------
def ended(person, thread, *people, by=None):
    from ens.messaging.services import end_exchange

    end_exchange(thread.id, tuple(one.id for one in people or thread.correspondents), by=by or person.actor)


def history(person):
    from ens.audit.queries import lines
    from ens.audit.types import HistoryFilter
    from ens.persistence.unit import unit_of_work

    def act(unit):
        unit.untraced("essai")
        return [(entry.actor_name, entry.sentence) for entry in lines(unit, HistoryFilter()).lines]

    return unit_of_work(person.usager_id, act, by=person.actor)


@pytest.mark.feature("S080", "B12")
def test_an_exchange_that_the_usager_ended_is_reopened_by_writing_and_both_are_in_the_history(inaya, operator, relay):
    from ens.messaging.errors import MailboxAbsent
    from ens.messaging.services import mailbox
    from ens.messaging.types import Box, MailboxFilter

    receive(inaya, operator, "labo@operateur.example", message_id=FIRST)
    mother = replace(inaya.actor, id="un-autre-compte", name="Anne Michel", role="représentante légale")
    for _ in range(2):
        ended(inaya, only_thread(inaya), by=mother)
    with pytest.raises(MailboxAbsent):
        receive(inaya, operator, "labo@operateur.example", in_reply_to=FIRST)
    thread = only_thread(inaya)
    assert (len(thread.messages), thread.correspondents[0].ended_at is not None) == (1, True)
    assert mailbox(inaya.usager_id, MailboxFilter(box=Box.ENDED), by=inaya.actor).matching == 1
    assert [recipient for recipient, _ in sent(inaya, thread, Reply("Bonjour"), relay)] == ["labo@operateur.example"]
    receive(inaya, operator, "labo@operateur.example", in_reply_to=FIRST)
    assert len(only_thread(inaya).messages) == 3
    said = [one for one in history(inaya) if "l’échange" in one[1]]
    assert [sentence for _, sentence in said] == [
        "a rouvert l’échange avec Labo BioPCR Orly.",
        "a mis fin à l’échange avec Labo BioPCR Orly.",
    ]
    assert "Anne Michel" in said[1][0]


@pytest.mark.feature("N073")
def test_an_answer_to_all_leaves_out_whom_the_usager_ended_with_unless_chosen(two, relay):
    thread = only_thread(two)
    ended(two, thread, next(one for one in thread.correspondents if one.label == "Labo BioPCR Orly"))
    thread = only_thread(two)
    assert "Labo" not in thread.reply.recipients_label
    assert [recipient for recipient, _ in sent(two, thread, Reply("Merci"), relay)] == ["dupond@operateur.example"]
    laboratory = next(one for one in thread.reply.contacts if one.ended_at)
    relay.sent.clear()
    ((recipient, _),) = sent(two, thread, Reply("Merci", to=(laboratory.id,)), relay)
    assert recipient == "labo@operateur.example"
    assert not [one for one in only_thread(two).correspondents if one.ended_at]


def test_a_stranger_of_the_conversation_or_nobody_is_not_ended_with(inaya, operator, people):
    from ens.kernel.ids import new_id
    from ens.messaging.errors import ThreadNotFound
    from ens.messaging.services import end_exchange, endable

    receive(inaya, operator, "labo@operateur.example")
    thread = only_thread(inaya)
    for chosen in ((), (new_id(),)):
        with pytest.raises(ThreadNotFound):
            end_exchange(thread.id, chosen, by=inaya.actor)
    with pytest.raises(ThreadNotFound):
        endable(thread.id, by=people.usager().actor)


def answered(inaya, relay, **said):
    """Where an answer to the conversation of this message goes."""
    thread = open_newest(inaya)
    relay.sent.clear()
    return [recipient for recipient, _ in sent(inaya, thread, Reply("Merci", **said), relay)]


def open_newest(person):
    from ens.messaging.services import list_threads, open_thread

    return open_thread(list_threads(person.usager_id, by=person.actor)[0].id, by=person.actor)


@pytest.mark.feature("S081")
def test_reply_to_is_followed_inside_the_trust_space_and_the_page_says_it(inaya, operator, relay):
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    allow_operator(OperatorRef("cabinet.example", "Opérateur du cabinet", "127.0.0.1", 1))
    allow_operator(OperatorRef("essai.example", "Opérateur en test", "127.0.0.1", 1, is_test=True))
    for asked, expected in (
        ("Secretariat <secretariat@cabinet.example>", "secretariat@cabinet.example"),
        ("secretariat@operateur.example", "secretariat@operateur.example"),
        ("espion@ailleurs.example", "labo@operateur.example"),
        ("essai@essai.example", "labo@operateur.example"),
        (inaya.address, "labo@operateur.example"),  # no usager is written to
        ('"deux mots"@cabinet.example', "labo@operateur.example"),
    ):
        receive(inaya, operator, "labo@operateur.example", headers={"Reply-To": asked})
        (contact,) = open_newest(inaya).reply.contacts
        assert contact.answered_at == ("" if expected == "labo@operateur.example" else expected)
        assert answered(inaya, relay) == [expected]


@pytest.mark.feature("S081", "B12")
def test_reply_to_never_leads_to_who_ended_the_exchange_nor_to_whom_the_usager_ended_it_with(inaya, operator, relay):
    from ens.messaging.services import end_exchange, reopen_exchange

    receive(inaya, operator, "labo@operateur.example", headers={"X-MSS-MES": "FIN"})
    receive(inaya, operator, "dupond@operateur.example", headers={"Reply-To": "Labo@operateur.example"})
    assert answered(inaya, relay) == ["dupond@operateur.example"]
    receive(inaya, operator, "labo@operateur.example")  # writes again: it may be answered
    laboratory = open_newest(inaya)
    receive(inaya, operator, "dupond@operateur.example", headers={"Reply-To": "labo@operateur.example"})
    assert answered(inaya, relay) == ["labo@operateur.example"]
    people = tuple(one.id for one in laboratory.correspondents)
    end_exchange(laboratory.id, people, by=inaya.actor)
    assert answered(inaya, relay) == ["dupond@operateur.example"]
    reopen_exchange(laboratory.id, people, by=inaya.actor)
    assert answered(inaya, relay) == ["labo@operateur.example"]


@pytest.mark.feature("B12")
def test_what_a_machine_answers_reopens_no_exchange_that_its_holder_ended(inaya, operator):
    receive(inaya, operator, "labo@operateur.example", message_id=FIRST, headers={"X-MSS-MES": "FIN"})
    absent = {"Auto-Submitted": "auto-replied (vacation)"}
    receive(inaya, operator, "labo@operateur.example", in_reply_to=FIRST, subject="Absent", headers=absent)
    assert only_thread(inaya).reply.mode is ReplyMode.REPLY_BLOCKED
    receive(inaya, operator, "labo@operateur.example", in_reply_to=FIRST, subject="Me revoici")
    assert only_thread(inaya).reply.mode is ReplyMode.REPLY


def test_an_answer_repeats_no_identifier_of_another_alphabet(inaya, operator, relay):
    """Encoded, the software of who wrote would not know it again, and would thread the answer nowhere."""
    receive(inaya, operator, "labo@operateur.example", message_id=FIRST)
    data = mail(inaya.address, sender="labo@operateur.example", message_id="<deux@x>", in_reply_to=FIRST)
    from ens.messaging.services import receive as file

    file(IncomingMail("labo@operateur.example", inaya.address, data.replace(b"<deux@", "<été@".encode())), by=operator)
    ((_, message),) = sent(inaya, only_thread(inaya), Reply("Merci"), relay)
    assert (message["In-Reply-To"], message["References"]) == (FIRST, FIRST)
