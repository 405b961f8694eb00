"""Who may be answered, whatever happened before: only who wrote to this usager and did not end the exchange."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from ens.messaging.errors import ReplyNotAllowed
from ens.messaging.types import IncomingMail, Reply, ReplyMode
from tests.factories import before_all_due
from tests.messaging.mails import mail

WRITERS = st.sampled_from(["labo@operateur.example", "dupond@operateur.example"])
# where a hostile or clumsy sender would have the answer go
ELSEWHERE = st.sampled_from(
    ["", "espion@ailleurs.example", "Dupond <dupond@autre.example>", "secretariat@operateur.example"]
)
_numbers = itertools.count()


@pytest.mark.slow
@pytest.mark.feature("S080", "S081")
def test_only_who_wrote_and_did_not_end_the_exchange_is_ever_answered(people, operator, relay):
    from ens.messaging.services import list_threads, open_thread, receive, reply
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    class Mailbox(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.person = people.usager()
            self.ended: dict[str, bool] = {}  # by who wrote
            self.reply_to: dict[str, str] = {}
            self.threads: dict[object, set[str]] = {}  # who wrote in each

        @rule(writer=WRITERS, reply_to=ELSEWHERE, ends=st.booleans(), in_last=st.booleans())
        def somebody_writes(self, writer, reply_to, ends, in_last):
            parent = self.last if in_last and self.threads else ""
            self.last = f"<{next(_numbers)}@operateur.example>"
            headers = ({"Reply-To": reply_to} if reply_to else {}) | ({"X-MSS-MES": "FIN"} if ends else {})
            data = mail(self.person.address, sender=writer, message_id=self.last, in_reply_to=parent, headers=headers)
            receive(IncomingMail(writer, self.person.address, data), by=operator)
            thread = list_threads(self.person.usager_id, by=self.person.actor)[0].id
            self.threads.setdefault(thread, set()).add(writer)
            self.ended[writer] = ends
            self.reply_to[writer] = reply_to if reply_to.endswith("@operateur.example") else writer

        @rule(data=st.data())
        def the_usager_answers(self, data):
            if not self.threads:
                return
            thread = data.draw(st.sampled_from(sorted(self.threads, key=str)))
            expected = {self.reply_to[one] for one in self.threads[thread] if not self.ended[one]}
            mode = open_thread(thread, by=self.person.actor).reply.mode
            assert (mode is ReplyMode.REPLY) == bool(expected)
            relay.sent.clear()
            if not expected:
                with pytest.raises(ReplyNotAllowed):
                    reply(thread, Reply("Merci"), by=self.person.actor)
                return
            reply(thread, Reply("Merci"), by=self.person.actor)
            OutboxRow.objects.filter(usager_id=self.person.usager_id).update(due_at=before_all_due())
            outbox.run_due()
            assert {one[1] for one in relay.sent if one[0] == self.person.address} == expected

    run_state_machine_as_test(
        Mailbox,
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
