"""Who may be answered, whatever happened before: only who wrote to this usager and did not end the exchange.

Two usagers, a mother and her child say, hear from the same mailboxes: what one may do opens nothing to the other.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from ens.kernel.ids import new_id
from ens.messaging.errors import ReplyNotAllowed, ThreadNotFound
from ens.messaging.types import Beginning, IncomingMail, Reply, ReplyMode
from tests.factories import before_all_due
from tests.messaging.mails import mail
from tests.outbox import EVERYTHING

WRITERS = st.sampled_from(["labo@operateur.example", "dupond@operateur.example"])
WHOM = st.sampled_from([0, 1])
# where a hostile or clumsy sender would have the answer go
ELSEWHERE = st.sampled_from(
    ["", "espion@ailleurs.example", "Dupond <dupond@autre.example>", "secretariat@operateur.example"]
)
_numbers = itertools.count()


@pytest.mark.slow
@pytest.mark.feature("S080", "S081", "N074", "B12")
def test_only_who_wrote_and_did_not_end_the_exchange_is_ever_answered(people, operator, relay):
    from ens.messaging.services import begin, contacts, list_threads, open_thread, receive, reply
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    class Mailboxes(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.people = [people.usager(), people.usager()]
            self.ended: dict[tuple[int, str], bool] = {}  # by whose mailbox, and who wrote
            self.reply_to: dict[tuple[int, str], str] = {}
            self.threads: dict[object, tuple[int, set[str]]] = {}  # whose, and who wrote in each
            self.last = ["", ""]

        @rule(whom=WHOM, writer=WRITERS, reply_to=ELSEWHERE, ends=st.booleans(), in_last=st.booleans())
        def somebody_writes(self, whom, writer, reply_to, ends, in_last):
            person, parent = self.people[whom], self.last[whom] if in_last else ""
            self.last[whom] = f"<{next(_numbers)}@operateur.example>"
            headers = ({"Reply-To": reply_to} if reply_to else {}) | ({"X-MSS-MES": "FIN"} if ends else {})
            data = mail(person.address, sender=writer, message_id=self.last[whom], in_reply_to=parent, headers=headers)
            receive(IncomingMail(writer, person.address, data), by=operator)
            thread = list_threads(person.usager_id, by=person.actor)[0].id
            self.threads.setdefault(thread, (whom, set()))[1].add(writer)
            self.ended[whom, writer] = ends
            self.reply_to[whom, writer] = reply_to if reply_to.endswith("@operateur.example") else writer

        def drawn(self, data):
            thread = data.draw(st.sampled_from(sorted(self.threads, key=str)))
            whom, writers = self.threads[thread]
            return thread, whom, {self.reply_to[whom, one] for one in writers if not self.ended[whom, one]}

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
            thread, whom, expected = self.drawn(data)
            option = open_thread(thread, by=self.people[whom].actor).reply
            assert (option.mode is ReplyMode.REPLY) == bool(expected) == bool(option.contacts)
            if not expected:
                with pytest.raises(ReplyNotAllowed):
                    reply(thread, Reply("Merci"), by=self.people[whom].actor)
                return
            assert set(self.leaves(thread, self.people[whom], Reply("Merci"))) == expected

        @rule(data=st.data())
        def the_usager_answers_one_of_them(self, data):
            if not self.threads:
                return
            thread, whom, expected = self.drawn(data)
            contacts = open_thread(thread, by=self.people[whom].actor).reply.contacts
            for contact in contacts[:1]:
                (reached,) = self.leaves(thread, self.people[whom], Reply("Merci", to=(contact.id,)))
                assert reached in expected

        @rule(whom=WHOM)
        def the_usager_begins_with_each_of_those_offered(self, whom):
            person, other = self.people[whom], self.people[1 - whom]
            expected = {self.reply_to[key] for key, ended in self.ended.items() if key[0] == whom and not ended}
            relay.sent.clear()
            for contact in contacts(person.usager_id, by=person.actor).wrote:
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
