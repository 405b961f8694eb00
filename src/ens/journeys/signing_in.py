"""Signing in: a password, then a second proof; or a passkey, which is both. The person's history tells it.

A code by e-mail is the second proof of whoever has set no application.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ens.audit import events
from ens.enrolment import queries as enrolment
from ens.identity import accounts, factors
from ens.identity import queries as identity
from ens.identity.errors import SignInRefused
from ens.kernel.actor import Actor, ActorKind
from ens.notifications import codes
from ens.notifications.codes import Purpose
from ens.persistence.unit import Unit, unit_of_work

APPLICATION, EMAIL = "application", "email"


@dataclass(frozen=True, slots=True)
class Sent:
    """A code on its way. ``to``: the address, masked."""

    code_id: UUID
    to: str


def second_factor(compte: Any) -> str:
    """What is asked after the password: ``application`` or ``email``."""
    return APPLICATION if factors.has_application(compte) else EMAIL


def send_code(compte: Any) -> Sent:
    """Send the second proof by e-mail. Errors: SignInRefused (no address is known), CodeJustSent, TooManyCodes."""
    usager_id = _holder(compte)

    def act(unit: Unit) -> Sent | None:
        address = identity.email(unit)
        if not address:
            unit.untraced("aucune adresse à qui l'envoyer")
            return None
        code_id = codes.issue(unit, Purpose.SIGN_IN, to=address)
        events.code_asked(unit, purpose=Purpose.SIGN_IN)
        return Sent(code_id, masked_email(address))

    sent = unit_of_work(usager_id, act, by=holder_actor(compte, usager_id))
    if sent is None:
        raise SignInRefused()
    return sent


def check_code(compte: Any, code_id: UUID, typed: str) -> None:
    """Errors: CodeRefused, CodeExpired."""
    usager_id = _holder(compte)

    def act(unit: Unit) -> codes.Checked:
        checked = codes.verify(unit, code_id, Purpose.SIGN_IN, typed)
        if checked.verdict is codes.Verdict.RIGHT:
            unit.untraced("la connexion est tracée quand elle a lieu")
        else:
            events.code_checked(unit, purpose=Purpose.SIGN_IN, verdict=checked.verdict)
        return checked

    codes.refuse(unit_of_work(usager_id, act, by=holder_actor(compte, usager_id)))


def note_sign_in(compte: Any, *, way: str) -> None:
    """In the history of the person whose account it is; of an account of the service, in a service stream."""
    if compte.role:
        kind = ActorKind.SUPPORT if compte.role == "support" else ActorKind.PILOTAGE
        events.about_nobody("connexions", "connexion", by=Actor(kind, str(compte.id), compte.name))
        return
    usager_id = _holder(compte)
    unit_of_work(usager_id, lambda unit: events.signed_in(unit, way=way), by=holder_actor(compte, usager_id))


def has_open_space(compte: Any) -> bool:
    """Whether the person's own space is open: an account may outlive it, or come without it (N001, N033)."""
    usager_id = _holder(compte)

    def act(unit: Unit) -> bool:
        unit.untraced("l'état de son propre espace")
        return enrolment.state(unit).is_open

    return unit_of_work(usager_id, act, by=holder_actor(compte, usager_id))


def _holder(compte: Any) -> UUID:
    usager_id = accounts.holder_of(compte)
    if usager_id is None:
        raise SignInRefused()
    return usager_id


def holder_actor(compte: Any, usager_id: UUID) -> Actor:
    """The person, about themselves: before their session opens as after."""
    return Actor(ActorKind.USAGER, str(compte.id), compte.name, usager_id=usager_id)


def masked_email(address: str) -> str:
    """« i•••@exemple.fr »: enough to know which one it is (N004)."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}" if domain else ""
