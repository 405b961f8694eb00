"""What identity asks of a connector."""

from __future__ import annotations

from typing import Protocol


class CardRegister(Protocol):
    """Who tells whether a carte Vitale is someone's: the national service, or what stands for it."""

    def belongs(self, matricule: str, serial: str) -> bool:
        """Whether the card of that serial number was given to that matricule; of an unknown matricule, no.

        Errors: CardsUnavailable.
        """


_register: CardRegister | None = None


def use_card_register(register: CardRegister | None) -> None:
    global _register
    _register = register


def card_register() -> CardRegister | None:
    """None when no service is set: nobody is identified by their card."""
    return _register
