"""What the space sent to personal addresses, read as their owner would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ens.notifications import ports
from ens.persistence import outbox
from tests.outbox import EVERYTHING


class Inbox:
    """Stands where the relay does: keeps what it is handed."""

    def __init__(self) -> None:
        self.all: list[Any] = []

    def send(self, email: Any) -> None:
        self.all.append(email)

    def of(self, address: str) -> list[Any]:
        """Everything sent there, once what was due has left."""
        outbox.run_due(EVERYTHING)
        return [email for email in self.all if email.to == address]

    def code(self, address: str) -> str:
        """The last code sent there, as it is written."""
        found = [re.search(r"Votre code : (\d{3}\u00a0\d{3})", email.body) for email in self.of(address)]
        codes = [match[1] for match in found if match]
        assert codes, f"no code was sent to {address}"
        return codes[-1]


@contextmanager
def inbox() -> Iterator[Inbox]:
    before, here = ports.email_sender(), Inbox()
    ports.use_email_sender(here)
    try:
        yield here
    finally:
        ports.use_email_sender(before)
