"""One-time codes: six digits, ten minutes, five tries, sent by e-mail; the proof that an address is someone's.

Technical time: the moved clock has no say. No sender of SMS exists: a telephone is kept as data, codes go by e-mail.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ens.coffre.keyring import digest
from ens.coffre.services import sealer
from ens.kernel.ids import new_id
from ens.notifications import services
from ens.notifications.errors import CodeExpired, CodeJustSent, CodeRefused, TooManyCodes
from ens.notifications.models import OneTimeCode
from ens.notifications.types import NoticeKind
from ens.persistence.unit import Unit

LIFE = timedelta(minutes=10)
BETWEEN = timedelta(seconds=30)
HOURLY = 6
TRIES = 5


class Purpose(StrEnum):
    SIGN_IN = "connexion"
    EMAIL = "email"  # proves a new address
    PHONE = "telephone"  # proves who changes the number
    RECOVERY = "recuperation"


class Verdict(StrEnum):
    RIGHT = "juste"
    WRONG = "faux"
    OVER = "perime"  # expired, used, or tried too often: another one is needed


@dataclass(frozen=True, slots=True)
class Checked:
    verdict: Verdict
    value: str = ""  # what the code was proving


def issue(unit: Unit, purpose: Purpose, *, to: str, value: str = "") -> UUID:
    """Send a code, the only one of its purpose from now on. ``value``: kept sealed until the code comes back.

    Half a minute apart unless the last one served, six an hour. Errors: CodeJustSent, TooManyCodes.
    """
    now = datetime.now(UTC)
    earlier = OneTimeCode.objects.filter(usager_id=unit.usager_id, purpose=purpose)
    lately = earlier.filter(sent_at__gt=now - timedelta(hours=1)).order_by("-sent_at")
    sent = list(lately.values_list("sent_at", "used_at"))
    if sent and sent[0][1] is None and now - sent[0][0] < BETWEEN:
        raise CodeJustSent(seconds=max(1, round((sent[0][0] + BETWEEN - now).total_seconds())))
    if len(sent) >= HOURLY:
        raise TooManyCodes()
    earlier.filter(used_at__isnull=True).update(expires_at=now)
    earlier.filter(sent_at__lt=now - timedelta(days=1)).delete()
    code = f"{secrets.randbelow(10**6):06d}"
    row = OneTimeCode(usager_id=unit.usager_id, id=new_id(), purpose=purpose, sent_at=now, expires_at=now + LIFE)
    row.digest = _digest(row.id, code)
    if value:
        row.sealed_value = sealer(unit).seal("code_unique", row.id, value.encode())
    row.save(force_insert=True)
    services.tell(unit, NoticeKind.CODE, to=to, code=code, until=row.expires_at)
    return row.id


def verify(unit: Unit, code_id: UUID, purpose: Purpose, typed: str) -> Checked:
    """Try a code. Nothing is raised here: a failed try is counted, so the unit must commit it. See ``refuse``."""
    now = datetime.now(UTC)
    row = (
        OneTimeCode.objects.select_for_update()
        .filter(usager_id=unit.usager_id, id=code_id, purpose=purpose, used_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if row is None or row.tries >= TRIES:
        return Checked(Verdict.OVER)
    code = re.sub(r"\D", "", typed)
    if not hmac.compare_digest(_digest(row.id, code), bytes(row.digest)):
        row.tries += 1
        row.save(update_fields=("tries",))
        return Checked(Verdict.WRONG if row.tries < TRIES else Verdict.OVER)
    row.used_at = now
    row.save(update_fields=("used_at",))
    value = sealer(unit).open("code_unique", row.id, row.sealed_value).decode() if row.sealed_value else ""
    return Checked(Verdict.RIGHT, value)


def refuse(checked: Checked) -> str:
    """Outside the unit: the value proved. Errors: CodeRefused, CodeExpired."""
    if checked.verdict is Verdict.WRONG:
        raise CodeRefused()
    if checked.verdict is Verdict.OVER:
        raise CodeExpired()
    return checked.value


def _digest(code_id: UUID, code: str) -> bytes:
    return digest("code_unique", code_id, code)
