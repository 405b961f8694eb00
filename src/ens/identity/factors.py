"""What proves it is them beside a password: the application's codes, recovery codes, passkeys.

A code is taken once; failures are counted by account. Source: RFC 6238; WebAuthn level 2.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pyotp
from django.conf import settings
from django.db import transaction
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ens.coffre.keyring import digest, unwrap, wrap
from ens.identity import limits
from ens.identity.errors import PasskeyRefused, SecondFactorRefused
from ens.identity.models import Authenticator, Compte, Passkey, RecoveryCode

STEP_S = 30
SECRET_OCTETS = 20
_PAD = bytes(4)  # a wrapped key is a multiple of eight octets
RECOVERY_CODES = 10
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_FACTOR = "second_facteur"
MOST_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class PasskeyRef:
    id: UUID
    label: str
    made_at: datetime
    used_at: datetime | None


# -- the application that gives codes --------------------------------------------------------------------------


def has_application(compte: Compte) -> bool:
    return Authenticator.objects.filter(compte=compte, confirmed_at__isnull=False).exists()


def prepare_application(compte: Compte) -> str:
    """A new secret to put in the application (base32): it opens nothing until a code of it is given back.

    Asked again before that, the same. One that is confirmed stays until it is.
    """
    if has_application(compte):
        raise SecondFactorRefused()
    made, _ = Authenticator.objects.get_or_create(compte=compte, defaults=_new_secret())
    return b32encode(_secret(made)).decode()


def code_now(secret: str) -> str:
    """The code that an application holding this secret shows now: proves that what was made works."""
    return pyotp.TOTP(secret, interval=STEP_S).now()


def _new_secret() -> dict[str, Any]:
    master, wrapped = wrap(secrets.token_bytes(SECRET_OCTETS) + _PAD)
    return {"master": master, "wrapped": wrapped, "made_at": datetime.now(UTC)}


def _secret(row: Authenticator) -> bytes:
    return unwrap(row.master, bytes(row.wrapped))[:SECRET_OCTETS]


def confirm_application(compte: Compte, code: str) -> list[str]:
    """The application works: it is asked for from now on. Gives the recovery codes, shown this once.

    Errors: SecondFactorRefused, TooManyTries.
    """
    row = Authenticator.objects.filter(compte=compte, confirmed_at__isnull=True).first()
    if row is None or not _takes(row, code):
        raise _refused(compte)
    Authenticator.objects.filter(compte=compte).update(confirmed_at=datetime.now(UTC))
    return renew_recovery_codes(compte)


def remove_application(compte: Compte) -> None:
    with transaction.atomic():
        Authenticator.objects.filter(compte=compte).delete()
        RecoveryCode.objects.filter(compte=compte).delete()


def renew_recovery_codes(compte: Compte) -> list[str]:
    """Ten new ones; the former open nothing any more."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(compte=compte).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(compte=compte, digest=_recovery_digest(compte, code)) for code in codes
        )
    return [f"{code[:5]} {code[5:]}" for code in codes]


def recovery_codes_left(compte: Compte) -> int:
    return RecoveryCode.objects.filter(compte=compte, used_at__isnull=True).count()


def check_code(compte: Compte, typed: str) -> str:
    """A code of the application, or a recovery code: says which, « application » or « secours ».

    Errors: SecondFactorRefused, TooManyTries.
    """
    limits.check(_FACTOR, str(compte.id), settings.ENS_SIGNIN_TRIES)
    code = re.sub(r"[\s-]", "", typed).upper()
    row = Authenticator.objects.filter(compte=compte, confirmed_at__isnull=False).first()
    if row is not None and _takes(row, code):
        limits.forget(_FACTOR, str(compte.id))
        return "application"
    unused = RecoveryCode.objects.filter(compte=compte, used_at__isnull=True, digest=_recovery_digest(compte, code))
    if unused.update(used_at=datetime.now(UTC)):
        limits.forget(_FACTOR, str(compte.id))
        return "secours"
    raise _refused(compte)


def _refused(compte: Compte) -> SecondFactorRefused:
    limits.check(_FACTOR, str(compte.id), settings.ENS_SIGNIN_TRIES)
    limits.add(_FACTOR, str(compte.id))
    return SecondFactorRefused()


def _takes(row: Authenticator, code: str) -> bool:
    """Whether it is the code of now, of the step before or after, and was not taken yet."""
    code = re.sub(r"\s", "", code)
    if not re.fullmatch(r"\d{6}", code, re.ASCII):
        return False
    totp = pyotp.TOTP(b32encode(_secret(row)).decode(), interval=STEP_S)
    now = int(datetime.now(UTC).timestamp()) // STEP_S
    step = next((one for one in (now, now - 1, now + 1) if secrets.compare_digest(totp.generate_otp(one), code)), None)
    if step is None:
        return False
    return bool(Authenticator.objects.filter(compte_id=row.compte_id, last_step__lt=step).update(last_step=step))


def _recovery_digest(compte: Compte, code: str) -> bytes:
    return digest("code_de_secours", compte.id, code)


def application_address(compte: Compte, secret: str) -> str:
    """What the QR code of the application holds."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=compte.username, issuer_name=settings.ENS_SERVICE_NAME))


# -- passkeys --------------------------------------------------------------------------------------------------


def _server() -> Fido2Server:
    ours = urlsplit(settings.ENS_BASE_URL)
    origin = f"{ours.scheme}://{ours.netloc}"
    rp = PublicKeyCredentialRpEntity(name=settings.ENS_SERVICE_NAME, id=ours.hostname or "localhost")
    return Fido2Server(rp, verify_origin=lambda seen: seen == origin)


def passkeys_possible() -> bool:
    """Passkeys belong to a name: a space reached by a bare network address has none."""
    host = urlsplit(settings.ENS_BASE_URL).hostname or ""
    return bool(host) and not re.fullmatch(r"[\d.]+|.*:.*", host)


def passkeys(compte: Compte) -> list[PasskeyRef]:
    rows = Passkey.objects.filter(compte=compte).order_by("made_at")
    return [PasskeyRef(row.id, row.label, row.made_at, row.used_at) for row in rows]


def begin_passkey(compte: Compte) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked, and what to keep in the web session until it answers."""
    known = [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=bytes(one))
        for one in Passkey.objects.filter(compte=compte).values_list("credential_id", flat=True)
    ]
    user = PublicKeyCredentialUserEntity(id=compte.id.bytes, name=compte.username, display_name=compte.name)
    options, state = _server().register_begin(
        user,
        credentials=known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), dict(state)


def add_passkey(compte: Compte, state: Mapping[str, Any], answer: Mapping[str, Any], label: str) -> None:
    """Errors: PasskeyRefused."""
    if Passkey.objects.filter(compte=compte).count() >= MOST_PASSKEYS:
        raise PasskeyRefused()
    try:
        made = _server().register_complete(state, answer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused() from error
    credential = made.credential_data
    if credential is None:
        raise PasskeyRefused()
    row = Passkey(
        compte=compte,
        credential_id=credential.credential_id,
        credential=bytes(credential),
        label=label,
        made_at=datetime.now(UTC),
    )
    if Passkey.objects.filter(credential_id=credential.credential_id).exists():
        raise PasskeyRefused()
    row.save(force_insert=True)


def begin_sign_in() -> tuple[dict[str, Any], dict[str, Any]]:
    """The device says whose key it holds: nobody is named beforehand."""
    options, state = _server().authenticate_begin(user_verification=UserVerificationRequirement.REQUIRED)
    return dict(options), dict(state)


def sign_in_with_passkey(state: Mapping[str, Any], answer: Mapping[str, Any]) -> Compte:
    """Whose key answered. Errors: PasskeyRefused."""
    try:
        row = Passkey.objects.select_related("compte").filter(credential_id=websafe_decode(str(answer["id"]))).first()
        if row is None or not row.compte.is_active:
            raise PasskeyRefused()
        _server().authenticate_complete(state, [AttestedCredentialData(bytes(row.credential))], answer)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused() from error
    Passkey.objects.filter(id=row.id).update(used_at=datetime.now(UTC))
    return row.compte


def remove_passkeys(compte: Compte, passkey_id: UUID | None = None) -> int:
    """One, or all."""
    rows = Passkey.objects.filter(compte=compte)
    return int((rows.filter(id=passkey_id) if passkey_id else rows).delete()[0])
