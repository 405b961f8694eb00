"""An identifier or a password that was forgotten (N012).

The identifier leaves for the e-mail that is known, whoever asks: one answer, by the same work. A new password asks for
the card and for a code sent to that e-mail, shown masked once the card is right (N004); the second proof stays asked
at the sign-in. Of someone unknown, without account or without e-mail, as of a wrong card, one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings

from ens.audit import events
from ens.identity import accounts, limits, websessions
from ens.identity import queries as identity
from ens.identity.errors import CardsUnavailable, IdentificationRefused, TooManyTries
from ens.identity.ports import card_register
from ens.journeys.accounts import personal
from ens.journeys.signing_in import Sent, holder_actor, masked_email
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.kernel.ids import new_id
from ens.notifications import codes
from ens.notifications import services as notifications
from ens.notifications.codes import Purpose, Verdict
from ens.notifications.errors import CodeExpired
from ens.notifications.types import NoticeKind
from ens.persistence import outbox
from ens.persistence.unit import Unit, unit_of_work

OUTBOX_KIND = "identifiant_oublie"
TRIES, TRIES_PER_ADDRESS = 5, 50  # in the window of ``identity.limits``
_PERSON, _ADDRESS = "recuperation", "recuperation_adresse"
_ASKED, _ASKED_THERE = "identifiant oublie", "identifiants oublies d'une adresse"


# -- the identifier -------------------------------------------------------------------------------------------------


def ask_identifier(matricule: str, birth_date: date, *, address: str) -> None:
    """Have the identifier sent to the person's e-mail, if it is them and both are known. Nothing tells whether.

    Errors: TooManyTries, by what was typed and by the network ``address``, whoever it is about.
    """
    for purpose, subject, most in _asked(matricule, address):
        limits.check(purpose, subject, most)
    for purpose, subject, _ in _asked(matricule, address):
        limits.add(purpose, subject)
    found, nobody = identity.find_usager(matricule), identity.nobody(matricule)

    def act(unit: Unit) -> bool:
        unit.untraced("une demande : l'avis qui part laisse sa trace")
        return identity.is_born_on(unit, birth_date)

    is_theirs = unit_of_work(found.usager_id if found else nobody, act, by=SYSTEM)

    def leave(unit: Unit) -> None:
        unit.untraced("une demande : l'avis qui part laisse sa trace")
        outbox.put(unit, OUTBOX_KIND, new_id())

    unit_of_work(found.usager_id if found and is_theirs else nobody, leave, by=SYSTEM)


def _asked(matricule: str, address: str) -> tuple[tuple[str, str, int], ...]:
    most = settings.ENS_CODE_TRIES_PER_ADDRESS
    return (_ASKED, matricule, settings.ENS_CODE_TRIES), (_ASKED_THERE, address, most)


def send_identifier(usager_id: UUID, request_id: UUID) -> None:
    """Write to the person, if there is one with an account and an e-mail. Called by the worker."""

    def act(unit: Unit) -> None:
        unit.untraced("l'avis qui part laisse sa trace")
        if unit.is_nobody or not identity.is_registered_alive(unit) or not identity.email(unit):
            return
        compte = accounts.account_of(unit.usager_id)
        if compte is not None and compte.is_active:
            notifications.tell(unit, NoticeKind.IDENTIFIER, identifier=compte.username)

    unit_of_work(usager_id, act, by=SYSTEM)


# -- the password ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """What someone says of themselves, as the standards write it."""

    matricule: str
    serial: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Recovery:
    """Under way: whose, the code that was sent, and to which address, masked."""

    usager_id: UUID
    sent: Sent


def identify(card: Card, *, address: str) -> Recovery:
    """Send a code to the e-mail of the holder of this card. ``address``: the network address that asks.

    Errors: IdentificationRefused (for every cause), CardsUnavailable, TooManyTries, CodeJustSent, TooManyCodes.
    """
    register = card_register()
    if register is None:
        raise CardsUnavailable()
    for purpose, subject, most in ((_PERSON, card.matricule, TRIES), (_ADDRESS, address, TRIES_PER_ADDRESS)):
        limits.check(purpose, subject, most)
    is_theirs = register.belongs(card.matricule, card.serial)
    found = identity.find_usager(card.matricule)
    usager_id = found.usager_id if found else identity.nobody(card.matricule)

    def judge(unit: Unit) -> bool:
        unit.untraced("rien n'est encore fait")
        is_born = identity.is_born_on(unit, card.birth_date)
        alive = identity.is_registered_alive(unit)
        return is_born and alive and bool(identity.email(unit))

    is_right = unit_of_work(usager_id, judge, by=SYSTEM) and is_theirs
    compte = accounts.account_of(usager_id)
    if not is_right or compte is None or not compte.is_active:
        _note_failure(card.matricule, address)
        raise IdentificationRefused()
    limits.forget(_PERSON, card.matricule)
    return Recovery(usager_id, _send(compte, usager_id))


def _send(compte: Any, usager_id: UUID) -> Sent:
    def act(unit: Unit) -> Sent:
        to = identity.email(unit)
        code_id = codes.issue(unit, Purpose.RECOVERY, to=to)
        events.code_asked(unit, purpose=Purpose.RECOVERY)
        return Sent(code_id, masked_email(to))

    return unit_of_work(usager_id, act, by=holder_actor(compte, usager_id))


def send_again(usager_id: UUID) -> Sent:
    """Another code; the former does not serve any more. Errors: CodeExpired, CodeJustSent, TooManyCodes."""
    return _send(_account(usager_id), usager_id)


def _account(usager_id: UUID) -> Any:
    compte = accounts.account_of(usager_id)
    if compte is None or not compte.is_active:
        raise CodeExpired()
    return compte


def _note_failure(matricule: str, address: str) -> None:
    tries, from_there = limits.add(_PERSON, matricule), limits.add(_ADDRESS, address)
    by = Actor(ActorKind.USAGER, "inconnu", "")
    events.about_nobody("connexions", "recuperation_refusee", by=by, code=IdentificationRefused.code)
    if tries == TRIES or from_there == TRIES_PER_ADDRESS:
        events.about_nobody("connexions", "attente_imposee", by=by, code=TooManyTries.code)


def change_password(usager_id: UUID, code_id: UUID, typed: str, password: str) -> None:
    """A new password, once the code came back; every session of the account ends, and the person is told.

    A password that is refused spends no code. Errors: CodeRefused, CodeExpired, those of ``accounts.set_password``.
    """
    compte = _account(usager_id)

    def act(unit: Unit) -> codes.Checked:
        checked = codes.verify(unit, code_id, Purpose.RECOVERY, typed)
        if checked.verdict is not Verdict.RIGHT:
            events.code_checked(unit, purpose=Purpose.RECOVERY, verdict=checked.verdict)
            return checked
        accounts.set_password(compte, password, personal(unit))
        events.password_changed(unit, way="récupération")
        notifications.tell(unit, NoticeKind.PASSWORD_CHANGED)
        return checked

    codes.refuse(unit_of_work(usager_id, act, by=holder_actor(compte, usager_id)))
    websessions.close_others(compte, "")
