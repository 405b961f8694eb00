"""An operator of the trust space, a usager, and a relay that keeps what leaves."""

from __future__ import annotations

import pytest


@pytest.fixture
def operator(db):
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    allow_operator(OperatorRef("operateur.example", "Opérateur d'essai", "127.0.0.1", 1))
    return Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")


@pytest.fixture
def inaya(people):
    return people.usager()


class Relay:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str, bytes]] = []
        self.fails: BaseException | None = None

    def send(self, operator, sender, recipient, data) -> None:
        if self.fails:
            raise self.fails
        self.sent.append((sender, recipient, data))


@pytest.fixture
def relay(db):
    from ens.messaging import ports

    before, relay = ports.mail_relay(), Relay()
    ports.use_mail_relay(relay)
    yield relay
    ports.use_mail_relay(before)
