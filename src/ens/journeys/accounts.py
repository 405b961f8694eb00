"""What someone changes of their own account: password, e-mail, telephone, second proofs, sessions.

A new e-mail counts once a code sent there came back; the former one is told (N014). Each change is in the history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ens.access.queries import check_own
from ens.audit import events
from ens.identity import accounts, factors, websessions
from ens.identity import queries as identity
from ens.identity import services as identities
from ens.identity.credentials import Personal
from ens.identity.errors import AccountUnknown, PhoneMalformed
from ens.journeys.signing_in import Sent, masked_email
from ens.kernel.actor import Actor
from ens.notifications import codes
from ens.notifications import services as notifications
from ens.notifications.codes import Purpose, Verdict
from ens.notifications.errors import CodeExpired
from ens.notifications.types import NoticeKind
from ens.persistence.unit import Unit, unit_of_work
from ens.standards import phones
from ens.standards.errors import StandardError


def personal(unit: Unit) -> Personal:
    """What the usager's password must not hold."""
    known = identity.traits(unit)
    names = (known.birth_name, known.first_names, known.used_name, known.used_first_name)
    return Personal(tuple(name for name in names if name), known.birth_date, (known.matricule,))


# -- e-mail and telephone --------------------------------------------------------------------------------------


def ask_email(usager_id: UUID, address: str, *, by: Actor) -> Sent:
    """Send a code to the new address, which counts once it comes back. Errors: EmailMalformed, those of ``issue``."""
    wanted = identities.checked_email(address)

    def act(unit: Unit) -> Sent:
        code_id = codes.issue(unit, Purpose.EMAIL, to=wanted, value=wanted)
        events.code_asked(unit, purpose=Purpose.EMAIL)
        return Sent(code_id, masked_email(wanted))

    return unit_of_work(usager_id, act, by=by)


def prove_email(usager_id: UUID, code_id: UUID, typed: str, *, by: Actor) -> None:
    """Notices and codes go to the new address from now on; the former one is told.

    Errors: CodeRefused, CodeExpired.
    """

    def right(unit: Unit, value: str) -> None:
        former = identity.email(unit)
        identities.set_contact(unit, "email", value, proved=True)
        identities.note_channels(unit)
        events.contact_changed(unit)
        if former and former != value:
            notifications.tell(unit, NoticeKind.EMAIL_CHANGED, to=former)

    _prove(usager_id, code_id, Purpose.EMAIL, typed, right, by=by)


def ask_phone(usager_id: UUID, number: str, *, by: Actor) -> Sent:
    """The number is kept as data: nothing sends SMS here, so the code that proves who asks goes to the e-mail.

    An empty number removes it. Errors: PhoneMalformed, CodeExpired (no e-mail), those of ``codes.issue``.
    """
    try:
        wanted = phones.normalise(number) if number.strip() else ""
    except StandardError as error:
        raise PhoneMalformed() from error

    def act(unit: Unit) -> Sent | None:
        address = identity.email(unit)
        if not address:
            unit.untraced("aucune adresse à qui envoyer le code")
            return None
        if not wanted and not identity.phone(unit):
            raise PhoneMalformed()  # there is none to take away
        code_id = codes.issue(unit, Purpose.PHONE, to=address, value=wanted or NO_PHONE)
        events.code_asked(unit, purpose=Purpose.PHONE)
        return Sent(code_id, masked_email(address))

    sent = unit_of_work(usager_id, act, by=by)
    if sent is None:
        raise CodeExpired()
    return sent


NO_PHONE = "-"


def prove_phone(usager_id: UUID, code_id: UUID, typed: str, *, by: Actor) -> None:
    """Errors: CodeRefused, CodeExpired."""

    def right(unit: Unit, value: str) -> None:
        identities.set_contact(unit, "telephone", "" if value == NO_PHONE else value)
        identities.note_channels(unit)
        events.phone_changed(unit)
        notifications.tell(unit, NoticeKind.PHONE_CHANGED)

    _prove(usager_id, code_id, Purpose.PHONE, typed, right, by=by)


def _prove(
    usager_id: UUID, code_id: UUID, purpose: Purpose, typed: str, right: Callable[[Unit, str], None], *, by: Actor
) -> None:
    def act(unit: Unit) -> codes.Checked:
        checked = codes.verify(unit, code_id, purpose, typed)
        if checked.verdict is Verdict.RIGHT:
            right(unit, checked.value)
        else:
            events.code_checked(unit, purpose=purpose, verdict=checked.verdict)
        return checked

    codes.refuse(unit_of_work(usager_id, act, by=by))


# -- letters ---------------------------------------------------------------------------------------------------


def set_large_print(usager_id: UUID, wanted: bool, *, by: Actor) -> bool:
    """Letters come in large print from now on, or as usual again; whether it is a change. Errors: ChoiceNotYours."""

    def act(unit: Unit) -> bool:
        check_own(unit)
        is_change = identities.set_large_print(unit, wanted)
        if not is_change:
            unit.untraced("rien ne change")
        return is_change

    return unit_of_work(usager_id, act, by=by)


# -- password and second proofs -----------------------------------------------------------------------------


def change_password(compte: Any, current: str, password: str, *, by: Actor) -> None:
    """The other sessions end. Errors: SignInRefused, TooManyTries, those of ``accounts.set_password``."""
    accounts.check_own_password(compte, current)
    _set_password(compte, password, "titulaire", by=by)


def _set_password(compte: Any, password: str, way: str, *, by: Actor) -> None:
    """In the transaction of its trace: a password that changed is in the history."""
    usager_id = holder(compte, by)

    def act(unit: Unit) -> None:
        accounts.set_password(compte, password, personal(unit))
        events.password_changed(unit, way=way)
        notifications.tell(unit, NoticeKind.PASSWORD_CHANGED)

    unit_of_work(usager_id, act, by=by)


def confirm_application(compte: Any, code: str, *, by: Actor) -> list[str]:
    """Gives the recovery codes. Errors: SecondFactorRefused, TooManyTries."""
    found = factors.confirm_application(compte, code)
    _note(compte, "application de codes ajoutée", by=by)
    return found


def remove_application(compte: Any, *, by: Actor) -> None:
    factors.remove_application(compte)
    _note(compte, "application de codes retirée", by=by)


def renew_recovery_codes(compte: Any, *, by: Actor) -> list[str]:
    found = factors.renew_recovery_codes(compte)
    _note(compte, "codes de secours renouvelés", by=by)
    return found


def add_passkey(compte: Any, state: Any, answer: Any, label: str, *, by: Actor) -> None:
    """Errors: PasskeyRefused."""
    factors.add_passkey(compte, state, answer, label)
    _note(compte, "clé d'accès ajoutée", by=by)


def remove_passkeys(compte: Any, passkey_id: UUID | None, *, by: Actor) -> None:
    """One, or all (N017)."""
    if factors.remove_passkeys(compte, passkey_id):
        _note(compte, "clé d'accès retirée" if passkey_id else "toutes les clés d'accès retirées", by=by)


def close_sessions(compte: Any, session_id: UUID | None, current_key: str, *, by: Actor) -> int:
    """One, or all the others; how many (N017)."""
    closed = int(websessions.close(compte, session_id)) if session_id else websessions.close_others(compte, current_key)
    if closed:
        unit_of_work(holder(compte, by), events.signed_out_elsewhere, by=by)
    return closed


def _note(compte: Any, what: str, *, by: Actor) -> None:
    def act(unit: Unit) -> None:
        events.sign_in_changed(unit, what=what)
        notifications.tell(unit, NoticeKind.SIGN_IN_CHANGED)

    unit_of_work(holder(compte, by), act, by=by)


def holder(compte: Any, by: Actor) -> UUID:
    """Whose account it is; one that is nobody's own is told where it acts. Errors: AccountUnknown."""
    found = accounts.holder_of(compte) or by.usager_id
    if found is None:
        raise AccountUnknown()
    return found


def accept_terms(compte: Any, *, published: str, by: Actor) -> None:
    def act(unit: Unit) -> None:
        accounts.accept_terms(compte)
        events.terms_accepted(unit, published=published)

    unit_of_work(holder(compte, by), act, by=by)
