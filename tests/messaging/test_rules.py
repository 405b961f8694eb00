"""Who may be answered, whatever happened before: only who wrote to this usager and did not end the exchange.

And who is heard: everybody but those with whom this usager ended it, until the usager writes to them again.

Two usagers, a mother and her child say, hear from the same mailboxes: what one may do opens nothing to the other.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from ens.kernel.ids import new_id
from ens.messaging.errors import MailboxAbsent, ReplyNotAllowed, ThreadNotFound
from ens.messaging.models import Correspondent
from ens.messaging.types import Beginning, IncomingMail, OperatorRef, Reply, ReplyMode
from tests.factories import before_all_due
from tests.messaging.mails import mail
from tests.outbox import EVERYTHING

SENDERS = ("labo@operateur.example", "dupond@operateur.example")
WRITERS = st.sampled_from(SENDERS)
WHOM = st.sampled_from([0, 1])
# where a sender would have the answer go: another mailbox of the trust space is heard; outside it, under test, a
# usager's or with whom the exchange ended, it is not
USAGER = "289456789012325@patient.mssante.fr"
FOLLOWED = ("secretariat@operateur.example", "secretariat@autre.example")
ELSEWHERE = st.sampled_from(
    ["", "espion@ailleurs.example", "Dupond <essai@encours.example>", USAGER, *FOLLOWED, SENDERS[0]]
)
_numbers = itertools.count()


@pytest.mark.slow
@pytest.mark.feature("S080", "S081", "N074", "B12")
def test_only_who_wrote_and_did_not_end_the_exchange_is_answered_nor_who_was_ended_with_heard(people, operator, relay):
    from ens.messaging import queries, services
    from ens.messaging.services import begin, check_recipient, contacts, list_threads, open_thread, receive, reply
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow
    from ens.persistence.unit import unit_of_work

    services.allow_operator(OperatorRef("autre.example", "Autre opérateur", "127.0.0.1", 1))
    services.allow_operator(OperatorRef("encours.example", "Opérateur en test", "127.0.0.1", 1, is_test=True))

    def addresses(person):
        """Of the usager's correspondents, by id."""

        def act(unit):
            unit.untraced("essai")
            rows = Correspondent.objects.filter(usager_id=unit.usager_id)
            return {row.id: queries.identity_of(unit, row)["address"] for row in rows}

        return unit_of_work(person.usager_id, act, by=person.actor)

    class Mailboxes(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.people = [people.usager(), people.usager()]
            self.ended: dict[tuple[int, str], bool] = {}  # by whose mailbox, and who wrote
            self.refused: set[tuple[int, str]] = set()  # the usager ended the exchange with them
            self.reply_to: dict[tuple[int, str], str] = {}
            self.threads: dict[object, tuple[int, set[str]]] = {}  # whose, and who wrote in each
            self.last = ["", ""]

        @rule(whom=WHOM, writer=WRITERS, reply_to=ELSEWHERE, ends=st.booleans(), in_last=st.booleans())
        def somebody_writes(self, whom, writer, reply_to, ends, in_last):
            person, parent = self.people[whom], self.last[whom] if in_last else ""
            if (whom, writer) in self.refused:
                with pytest.raises(MailboxAbsent):
                    check_recipient(person.address, writer, by=operator)
                with pytest.raises(MailboxAbsent):
                    receive(IncomingMail(writer, person.address, mail(person.address, sender=writer)), by=operator)
                return
            check_recipient(person.address, writer, by=operator)
            self.last[whom] = f"<{next(_numbers)}@operateur.example>"
            headers = ({"Reply-To": reply_to} if reply_to else {}) | ({"X-MSS-MES": "FIN"} if ends else {})
            data = mail(person.address, sender=writer, message_id=self.last[whom], in_reply_to=parent, headers=headers)
            receive(IncomingMail(writer, person.address, data), by=operator)
            thread = list_threads(person.usager_id, by=person.actor)[0].id
            self.threads.setdefault(thread, (whom, set()))[1].add(writer)
            self.ended[whom, writer] = ends
            self.reply_to[whom, writer] = reply_to

        def reached(self, whom, writer):
            """Where an answer to who wrote goes."""
            asked = self.reply_to[whom, writer]
            ended = self.ended.get((whom, asked), False) or (whom, asked) in self.refused
            return asked if asked in FOLLOWED or (asked in SENDERS and not ended) else writer

        def drawn(self, data):
            thread = data.draw(st.sampled_from(sorted(self.threads, key=str)))
            whom, writers = self.threads[thread]
            answerable = {one for one in writers if not self.ended[whom, one]}
            heard = {one for one in answerable if (whom, one) not in self.refused}
            return thread, whom, heard or answerable

        @rule(data=st.data(), ends=st.booleans())
        def the_usager_ends_or_reopens(self, data, ends):
            if not self.threads:
                return
            thread, whom, _ = self.drawn(data)
            person, known = self.people[whom], addresses(self.people[whom])
            people = services.endable(thread, by=person.actor)
            assert {known[one.id] for one in people} == self.threads[thread][1]
            chosen = data.draw(st.sets(st.sampled_from([one.id for one in people]), min_size=1))
            act = services.end_exchange if ends else services.reopen_exchange
            for other in {one.actor for one in self.people} - {person.actor}:
                with pytest.raises(ThreadNotFound):
                    act(thread, tuple(chosen), by=other)
            act(thread, tuple(chosen), by=person.actor)
            changed = {(whom, known[one]) for one in chosen}
            self.refused = self.refused | changed if ends else self.refused - changed
            shown = open_thread(thread, by=person.actor).correspondents
            assert {(whom, known[one.id]) for one in shown if one.ended_at} <= self.refused

        def leaves(self, thread, person, answer):
            relay.sent.clear()
            reply(thread, answer, by=person.actor)
            return self.left_for(person)

        def left_for(self, person):
            OutboxRow.objects.filter(usager_id=person.usager_id).update(due_at=before_all_due())
            outbox.run_due(EVERYTHING)
            return [one[1] for one in relay.sent if one[0] == person.address]

        @rule(data=st.data())
        def the_usager_answers_all_of_them(self, data):
            if not self.threads:
                return
            thread, whom, people = self.drawn(data)
            expected = {self.reached(whom, one) for one in people}
            option = open_thread(thread, by=self.people[whom].actor).reply
            assert (option.mode is ReplyMode.REPLY) == bool(expected) == bool(option.contacts)
            if not expected:
                with pytest.raises(ReplyNotAllowed):
                    reply(thread, Reply("Merci"), by=self.people[whom].actor)
                return
            assert set(self.leaves(thread, self.people[whom], Reply("Merci"))) == expected
            self.refused -= {(whom, one) for one in people}

        @rule(data=st.data())
        def the_usager_answers_one_of_them(self, data):
            if not self.threads:
                return
            thread, whom, _ = self.drawn(data)
            known = addresses(self.people[whom])
            contacts = open_thread(thread, by=self.people[whom].actor).reply.contacts
            for contact in contacts[:1]:
                expected = self.reached(whom, known[contact.id])
                (reached,) = self.leaves(thread, self.people[whom], Reply("Merci", to=(contact.id,)))
                assert known[contact.id] in self.threads[thread][1]
                assert not self.ended[whom, known[contact.id]]
                assert reached == expected
                self.refused.discard((whom, known[contact.id]))

        @rule(whom=WHOM)
        def the_usager_begins_with_each_of_those_offered(self, whom):
            person, other = self.people[whom], self.people[1 - whom]
            relay.sent.clear()
            expected, known = set(), addresses(person)
            offered = contacts(person.usager_id, by=person.actor).wrote
            asked = {who for (whose, who), ended in self.ended.items() if whose == whom and not ended}
            assert {known[contact.id] for contact in offered} == asked
            for contact in offered:
                expected.add(self.reached(whom, known[contact.id]))
                self.refused.discard((whom, known[contact.id]))
                thread = begin(person.usager_id, Beginning(contact.id, Reply("Bonjour")), by=person.actor)
                assert open_thread(thread, by=person.actor).reply.mode is ReplyMode.NO_REPLY
                with pytest.raises(ReplyNotAllowed):
                    begin(other.usager_id, Beginning(contact.id, Reply("Bonjour")), by=other.actor)
            assert set(self.left_for(person)) == expected

        @rule(data=st.data())
        def somebody_tries_a_contact_or_a_thread_that_is_not_theirs(self, data):
            if not self.threads:
                return
            thread, whom, _ = self.drawn(data)
            others = [other for other, (whose, _) in self.threads.items() if whose != whom]
            strangers = [new_id()]
            for other in others[:1]:
                strangers += [one.id for one in open_thread(other, by=self.people[1 - whom].actor).reply.contacts]
            for stranger in strangers:
                with pytest.raises(ReplyNotAllowed):
                    reply(thread, Reply("Merci", to=(stranger,)), by=self.people[whom].actor)
            with pytest.raises(ThreadNotFound):
                reply(thread, Reply("Merci"), by=self.people[1 - whom].actor)

    run_state_machine_as_test(
        Mailboxes,
        settings=settings(
            max_examples=15, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
