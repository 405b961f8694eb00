"""What identity asks of a connector."""

from __future__ import annotations

from typing import Protocol

from ens.identity.types import ProvenIdentity, ProviderQuestion


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


class IdentityProvider(Protocol):
    """Who vouches for people (OpenID Connect): FranceConnect, or one that speaks like it."""

    name: str  # as people know it
    issuer: str  # its own name
    origin: str  # where forms may lead

    def question(self) -> ProviderQuestion:
        """A new one for each sign-in. Errors: ProviderUnavailable."""

    def answer(self, code: str, question: ProviderQuestion) -> ProvenIdentity:
        """Who it is, once everything said was checked. Errors: IdentityRefused, ProviderUnavailable."""

    def end_of_session(self, id_token: str, back: str) -> str:
        """Where the person is sent to leave the provider too; nothing when it offers none."""


_provider: IdentityProvider | None = None


def use_identity_provider(provider: IdentityProvider | None) -> None:
    global _provider
    _provider = provider


def identity_provider() -> IdentityProvider | None:
    """None when none is set: nothing of it is shown."""
    return _provider
