"""An operator that is away, drops, refuses for long or for good: what the usager wrote is never lost, and rarely twice.

The real outbox and the real relay, and a real server that misbehaves.
"""

from __future__ import annotations

from contextlib import contextmanager
from email import message_from_bytes

import pytest
import trustme

from ens.connectors.relay.client import OperatorRelay
from ens.kernel.actor import Actor, ActorKind
from ens.messaging import delivery
from tests.connectors.servers import Heard, listening, server_context
from tests.factories import before_all_due
from tests.messaging.mails import mail
from tests.outbox import EVERYTHING

DOMAIN = "fragile.example"
pytestmark = pytest.mark.feature("B18", "S087")


class Killed(BaseException):
    """The worker ends here, as by ``kill -9``."""


class Dropping(Heard):
    """Hangs up at a command, and not always before it took the message."""

    def __init__(self, at: str, *, takes: bool = False) -> None:
        super().__init__()
        self.at, self.takes = at, takes
        self.drops = 1

    def _drop(self, server, command: str) -> bool:
        if command != self.at or not self.drops:
            return False
        self.drops -= 1
        server._original_transport.abort()
        return True

    async def handle_MAIL(self, server, session, envelope, address, options):
        return (
            "421 x"
            if self._drop(server, "MAIL")
            else await super().handle_MAIL(server, session, envelope, address, options)
        )

    async def handle_DATA(self, server, session, envelope):
        if self.takes:
            await super().handle_DATA(server, session, envelope)
        if self._drop(server, "DATA"):
            return "421 x"
        return "250 2.0.0 OK" if self.takes else await super().handle_DATA(server, session, envelope)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def relay(db, authority, tmp_path):
    from ens.messaging import ports

    certificate = authority.issue_cert("patient.mssante.fr")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(tmp_path / "cert.pem", append=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    before = ports.mail_relay()
    ports.use_mail_relay(OperatorRelay(*(str(tmp_path / name) for name in ("cert.pem", "key.pem", "ca.pem"))))
    yield
    ports.use_mail_relay(before)


@pytest.fixture
def operator(authority):
    """Listens on a port of its own, and is listed there, until the end of the block."""
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    @contextmanager
    def act(heard):
        with listening(heard, server_context(authority, "127.0.0.1")):
            allow_operator(OperatorRef(DOMAIN, "Opérateur fragile", "127.0.0.1", heard.port))
            yield heard

    return act


class Writer:
    """A usager who answered a message, and the worker that sends."""

    def __init__(self, person) -> None:
        self.person = person
        self.thread = self.message = None

    def answers(self, body: str = "Merci") -> None:
        from ens.messaging.services import list_threads, receive, reply
        from ens.messaging.types import IncomingMail, Reply

        by = Actor(ActorKind.OPERATEUR, DOMAIN, "Opérateur fragile")
        data = mail(self.person.address, sender=f"labo@{DOMAIN}")
        receive(IncomingMail(f"labo@{DOMAIN}", self.person.address, data), by=by)
        self.thread = list_threads(self.person.usager_id, by=self.person.actor)[0].id
        reply(self.thread, Reply(body), by=self.person.actor)

    def worker_passes(self) -> None:
        from ens.persistence import outbox
        from ens.persistence.models import OutboxRow

        OutboxRow.objects.filter(usager_id=self.person.usager_id).update(due_at=before_all_due())
        outbox.run_due(EVERYTHING)

    def sees(self):
        from ens.messaging.services import open_thread

        last = open_thread(self.thread, by=self.person.actor).messages[-1]
        return last.delivery_state, last.delivery_reason


@pytest.fixture
def writer(db, people, relay):
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    allow_operator(OperatorRef(DOMAIN, "Opérateur fragile", "127.0.0.1", 1))
    found = Writer(people.usager())
    found.answers()
    return found


def message_ids(heard) -> list[str]:
    return [message_from_bytes(data)["Message-ID"] for _, _, data in heard.mails]


def test_an_operator_that_is_down_receives_the_message_when_it_is_back(writer, operator):
    from ens.messaging.types import Delivery

    writer.worker_passes()
    assert writer.sees() == (Delivery.QUEUED, "")
    with operator(Heard()) as heard:
        writer.worker_passes()
        writer.worker_passes()
    assert len(heard.mails) == 1
    assert writer.sees() == (Delivery.SENT, "")


@pytest.mark.parametrize("at", ["MAIL", "DATA"])
def test_an_operator_that_hangs_up_before_it_took_the_message_is_tried_again(writer, operator, at):
    from ens.messaging.types import Delivery

    with operator(Dropping(at)) as heard:
        writer.worker_passes()
        assert (writer.sees(), heard.mails) == ((Delivery.QUEUED, ""), [])
        writer.worker_passes()
        writer.worker_passes()
    assert len(heard.mails) == 1
    assert writer.sees() == (Delivery.SENT, "")


def test_an_operator_that_takes_it_and_hangs_up_before_it_says_so_has_it_twice_under_one_name(writer, operator):
    """Nobody can tell a message taken from one lost without its answer: the same Message-ID lets the operator see."""
    from ens.messaging.types import Delivery

    with operator(Dropping("DATA", takes=True)) as heard:
        writer.worker_passes()
        assert writer.sees() == (Delivery.QUEUED, "")
        writer.worker_passes()
        writer.worker_passes()
    assert len(heard.mails) == 2
    assert len(set(message_ids(heard))) == 1
    assert writer.sees() == (Delivery.SENT, "")


def test_a_worker_killed_after_the_operator_took_it_sends_it_again_under_the_same_name(writer, operator, monkeypatch):
    from ens.messaging.services import sending
    from ens.messaging.types import Delivery

    def killed(*_arguments, **_named):
        raise Killed()

    with operator(Heard()) as heard:
        with monkeypatch.context() as patched:
            patched.setattr(sending, "_end", killed)
            with pytest.raises(Killed):
                writer.worker_passes()
        assert writer.sees() == (Delivery.QUEUED, "")
        writer.worker_passes()
        writer.worker_passes()
    assert len(heard.mails) == 2
    assert len(set(message_ids(heard))) == 1
    assert writer.sees() == (Delivery.SENT, "")


def test_an_operator_that_says_later_for_two_days_ends_in_a_message_not_delivered(writer, operator):
    from ens.messaging.types import Delivery
    from ens.persistence import outbox

    with operator(Heard({"RCPT": "450 4.2.1 plus tard"})) as heard:
        for _ in range(outbox.MAX_ATTEMPTS - 1):
            writer.worker_passes()
            assert writer.sees() == (Delivery.QUEUED, "")
        writer.worker_passes()
        assert writer.sees() == (Delivery.FAILED, delivery.SILENT)
        heard.answers.clear()
        writer.worker_passes()
    assert heard.mails == []


def test_a_worker_killed_while_it_gives_up_still_tells_the_usager(writer, operator, monkeypatch):
    from ens.messaging.types import Delivery
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    OutboxRow.objects.filter(usager_id=writer.person.usager_id, kind="courrier").update(
        attempts=outbox.MAX_ATTEMPTS - 1
    )

    def killed(*_arguments):
        raise Killed()

    kind = outbox._kinds["courrier"]
    with monkeypatch.context() as patched:
        patched.setitem(outbox._kinds, "courrier", outbox.Kind(kind.name, kind.handler, killed))
        with pytest.raises(Killed):
            writer.worker_passes()
    assert writer.sees() == (Delivery.QUEUED, "")
    writer.worker_passes()
    assert writer.sees() == (Delivery.FAILED, delivery.SILENT)


def test_an_operator_that_refuses_for_good_is_not_asked_again(writer, operator):
    from ens.messaging.types import Delivery

    with operator(Heard({"RCPT": "550 5.1.1 inconnu"})) as heard:
        writer.worker_passes()
        heard.answers.clear()
        writer.worker_passes()
    assert heard.mails == []
    assert writer.sees() == (Delivery.FAILED, delivery.ADDRESS)
