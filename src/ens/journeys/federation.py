"""Signing in by an identity provider: the account it is tied to, or that of the person of the same five traits.

Never by an e-mail address. Of someone without an account, opposed, closed or unknown, one answer.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any
from uuid import UUID

from ens.audit import events
from ens.coffre.keyring import unwrap, wrap
from ens.identity import accounts, federation, limits
from ens.identity.errors import IdentityOfAnother, IdentityWithoutAccount
from ens.identity.types import Pivot, ProvenIdentity
from ens.journeys.accounts import holder
from ens.journeys.signing_in import holder_actor
from ens.kernel.actor import Actor, ActorKind
from ens.notifications import services as notifications
from ens.notifications.types import NoticeKind
from ens.persistence.unit import Unit, unit_of_work

FAILURES, _ADDRESS = 50, "fournisseur"  # from one network address, in the window of ``identity.limits``


def may_ask(address: str) -> None:
    """Errors: TooManyTries."""
    limits.check(_ADDRESS, address, FAILURES)


def note_failure(address: str, code: str) -> None:
    limits.add(_ADDRESS, address)
    events.about_nobody("connexions", "connexion_refusee", by=Actor(ActorKind.USAGER, "inconnu", ""), code=code)


def account_for(identity: ProvenIdentity, *, provider: str) -> Any:
    """The account to open. Found by the traits, it is tied from then on: written in the history, and told.

    Errors: IdentityWithoutAccount.
    """
    known = federation.account_of(identity)
    if known is not None:
        return known
    usager_id = federation.first_of_traits(identity.pivot) if identity.pivot is not None else None
    found = accounts.account_of(usager_id) if usager_id is not None else None
    if found is None or usager_id is None or not found.is_active or identity.pivot is None:
        raise IdentityWithoutAccount()
    try:
        _tie(found, usager_id, identity, provider, by=holder_actor(found, usager_id))
    except IdentityOfAnother as error:
        raise IdentityWithoutAccount() from error
    return found


def tie(compte: Any, identity: ProvenIdentity, *, provider: str, by: Actor) -> None:
    """From the account already open; an identity that tells its traits is the holder's. Errors: IdentityOfAnother."""
    _tie(compte, holder(compte, by), identity, provider, by=by)


def _tie(compte: Any, usager_id: UUID, identity: ProvenIdentity, provider: str, *, by: Actor) -> None:
    def act(unit: Unit) -> bool:
        if not _is_theirs(unit, identity.pivot):
            unit.untraced("une identité qui n'est pas la sienne : rien n'est montré")
            return False
        if federation.tie(compte, identity):
            _told(unit, f"{provider} ouvre votre compte")
        else:
            unit.untraced("déjà reliée : rien n'a changé")
        return True

    if not unit_of_work(usager_id, act, by=by):
        raise IdentityOfAnother()


def _is_theirs(unit: Unit, pivot: Pivot | None) -> bool:
    return pivot is None or federation.is_of(unit, pivot)


def untie(compte: Any, issuer: str, *, provider: str, by: Actor) -> None:
    def act(unit: Unit) -> None:
        if federation.untie(compte, issuer):
            _told(unit, f"{provider} n'ouvre plus votre compte")
        else:
            unit.untraced("aucune identité reliée : rien n'a changé")

    unit_of_work(holder(compte, by), act, by=by)


def kept(id_token: str) -> str:
    """The provider's token as a session may keep it: wrapped, since it tells who it is about."""
    master, wrapped = wrap(id_token.encode() + b" " * (-len(id_token) % 8))
    return f"{master}.{b64encode(wrapped).decode()}"


def taken(said: str) -> str:
    master, _, wrapped = said.partition(".")
    return unwrap(int(master), b64decode(wrapped)).decode().rstrip()


def _told(unit: Unit, what: str) -> None:
    events.sign_in_changed(unit, what=what)
    notifications.tell(unit, NoticeKind.SIGN_IN_CHANGED)
