"""Provisional codes: what a letter or an e-mail carries, so that its person chooses without an account.

Twelve characters of thirty-one (about 59 bits). The text is never kept: it is made from the notice, the person and the
rank of the code under the key ``codes``, so that a letter printed again after a crash says the same, and only keyed
digests find it (decision 0020). Source: FEATURES S005, N006; NIST SP 800-63B-4, 3.1.2 (look-up secrets).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import OperationalError, connections, transaction

from ens.coffre.digests import keyed
from ens.coffre.keyring import codes_key
from ens.enrolment import lettering, tries
from ens.enrolment.errors import CodeRefused, CodeSpent
from ens.enrolment.models import Code, Declaration
from ens.enrolment.types import POST
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import id_of_nobody, new_id
from ens.persistence import sql
from ens.persistence.erasing import Erased, delete_rows
from ens.persistence.unit import StartAgain, Unit, unit_of_work

LENGTH = 12
# From the code's making to the letter box: printing and posting take that at most, beside the delay to oppose.
PRINTING = timedelta(days=30)
CHUNK = 10_000
ATTEMPTS = 5
_WRITTEN = 16  # bytes of a digest kept


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to write, in three groups of four, and its last day."""

    text: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class Proof:
    """Someone holds the person's last code and knows their birth date."""

    usager_id: UUID
    rank: int
    channel: str  # of the notice that carried it
    expires_on: date

    @property
    def bearer(self) -> Actor:
        return bearer(self.usager_id)


def bearer(usager_id: UUID) -> Actor:
    """Who acts with a provisional code: no account names them, only what they hold."""
    return Actor(ActorKind.USAGER, f"code:{usager_id}", "Porteur du code provisoire", usager_id=usager_id)


# -- text and digest -------------------------------------------------------------------------------------------


def _text(key: bytes, usager_id: UUID, rank: int, notice_id: UUID) -> str:
    return lettering.written(keyed(key, "code", usager_id, rank.to_bytes(2), notice_id), LENGTH)


def _digest(key: bytes, text: str) -> bytes:
    return keyed(key, "condensat", text)[:_WRITTEN]


# -- issuing ---------------------------------------------------------------------------------------------------


def last_day(channel: str, days: int | None = None) -> date:
    """Until when a code made now serves: for as long as one may oppose, or ``days``, and for a letter its printing.

    A code is never shorter than the delay its notice tells.
    """
    told = timedelta(days=settings.ENS_OPPOSITION_DAYS if days is None else days)
    return clock.today() + told + (PRINTING if channel == POST else timedelta())


def issue(unit: Unit, *, channel: str, notice_id: UUID | None = None, days: int | None = None) -> IssuedCode:
    """A new code for the unit's person, which revokes the former. ``notice_id``: of the notice that carries it.

    The same notice asked again gives the same code, unless another came since. ``days``: how long it serves.
    """
    notice, expires, now = notice_id or new_id(), last_day(channel, days), clock.now()
    key = codes_key()
    last = _last(unit)
    if last is not None and last.notice_id == notice:
        if last.expires_on < expires:
            sql.execute(
                "UPDATE enrolment_code SET expires_on = %s WHERE usager_id = %s AND rank = %s",
                [expires, unit.usager_id, last.rank],
            )
        text = _text(key, unit.usager_id, last.rank, notice)
        if not last.expires_on < expires or _found_by(unit, _digest(key, text), expires):
            return IssuedCode(lettering.grouped(text), max(expires, last.expires_on))
    rank = last.rank if last is not None else 0
    while True:
        rank += 1
        text = _text(key, unit.usager_id, rank, notice)
        if _found_by(unit, _digest(key, text), expires):
            break  # else it is somebody's already: the next one
    values = [unit.usager_id, rank, notice, channel, now, expires]
    if not sql.execute(
        "INSERT INTO enrolment_code (usager_id, rank, notice_id, channel, issued_at, expires_on) "
        "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        values,
    ):
        raise StartAgain  # a lot gave them one meanwhile
    return IssuedCode(lettering.grouped(text), expires)


_KNOWN = """
ON CONFLICT (digest) DO UPDATE SET expires_on = EXCLUDED.expires_on
WHERE enrolment_codelookup.usager_id = EXCLUDED.usager_id AND enrolment_codelookup.expires_on < EXCLUDED.expires_on
"""
_FIND_ONE = f"INSERT INTO enrolment_codelookup (digest, usager_id, expires_on) VALUES (%s, %s, %s) {_KNOWN}"  # noqa: S608


def _found_by(unit: Unit, digest: bytes, expires: date) -> bool:
    """Make the unit's person found by this digest until that day; False: it finds somebody else."""
    return bool(sql.execute(_FIND_ONE, [digest, unit.usager_id, expires]))


_LASTS = """
SELECT DISTINCT ON (usager_id) usager_id, rank, notice_id, expires_on FROM enrolment_code
WHERE usager_id = ANY(%(people)s::uuid[]) ORDER BY usager_id, rank DESC
"""
_ISSUE = f"""
INSERT INTO enrolment_code (usager_id, rank, notice_id, channel, issued_at, expires_on)
SELECT wanted.usager_id, coalesce(last.rank, 0) + 1, %(notice)s, %(channel)s, %(now)s, %(expires)s
FROM (SELECT DISTINCT unnest(%(people)s::uuid[]) AS usager_id) AS wanted
LEFT JOIN ({_LASTS}) AS last USING (usager_id)
WHERE last.notice_id IS DISTINCT FROM %(notice)s
ORDER BY wanted.usager_id ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own constants
_LENGTHEN = f"""
UPDATE enrolment_code AS code SET expires_on = %(expires)s FROM ({_LASTS}) AS last
WHERE code.usager_id = last.usager_id AND code.rank = last.rank
  AND code.notice_id = %(notice)s AND code.expires_on < %(expires)s
"""  # noqa: S608 - our own constants
_FIND = f"""
INSERT INTO enrolment_codelookup (digest, usager_id, expires_on)
SELECT DISTINCT ON (digest) digest, usager_id, %(expires)s::date
FROM unnest(%(digests)s::bytea[], %(people)s::uuid[]) AS code(digest, usager_id) ORDER BY digest {_KNOWN}
"""  # noqa: S608 - our own constants
_TAKEN = """
SELECT code.usager_id FROM unnest(%(digests)s::bytea[], %(people)s::uuid[]) AS code(digest, usager_id)
JOIN enrolment_codelookup AS found USING (digest) WHERE found.usager_id <> code.usager_id
"""
_NEXT = f"""
INSERT INTO enrolment_code (usager_id, rank, notice_id, channel, issued_at, expires_on)
SELECT usager_id, rank + 1, %(notice)s, %(channel)s, %(now)s, %(expires)s FROM ({_LASTS}) AS last
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own constants


def issue_many(people: Sequence[UUID], *, notice_id: UUID, channel: str, days: int | None = None) -> dict[UUID, str]:
    """A code for each of these people, as ``ens_batch``, by a few statements for ten thousand: person → printed text.

    ``notice_id``: the lot. ``days``: the delay its text tells. The same lot asked again after a crash gives the same
    texts, but to who got a newer code since: theirs is revoked by a new one, so that what is printed always serves.
    """
    found: dict[UUID, str] = {}
    for start in range(0, len(people), CHUNK):
        chunk = list(people[start : start + CHUNK])
        for attempt in range(ATTEMPTS):
            try:
                found |= _issue_chunk(chunk, notice_id, channel, days)
                break
            except OperationalError as error:  # two lots of the same people at once: one waited for the other
                is_last = attempt == ATTEMPTS - 1
                if is_last or not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                    raise
    return found


def _issue_chunk(people: list[UUID], notice_id: UUID, channel: str, days: int | None) -> dict[UUID, str]:
    key = codes_key()
    texts: dict[UUID, str] = {}
    what: dict[str, Any] = {
        "people": people,
        "notice": notice_id,
        "channel": channel,
        "now": clock.now(),
        "expires": last_day(channel, days),
    }
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        waiting = set(people)
        cursor.execute(_ISSUE, what)
        written = cursor.rowcount
        if written < len(waiting):
            cursor.execute(_LENGTHEN, what)
        while waiting:
            cursor.execute(_LASTS, {"people": list(waiting)})
            lasts = cursor.fetchall()
            made = {who: _text(key, who, rank, notice_id) for who, rank, notice, _ in lasts if notice == notice_id}
            taken = _note_digests(cursor, key, made, what["expires"])
            texts |= {who: lettering.grouped(text) for who, text in made.items() if who not in taken}
            waiting -= made.keys() - taken
            if taken:  # somebody else's code, once in a country: the next rank's
                cursor.execute(_NEXT, {**what, "people": list(taken)})
            if waiting - taken:  # a unit gave them one in the same instant
                cursor.execute(_ISSUE, {**what, "people": list(waiting - taken)})
    return texts


def _note_digests(cursor: Any, key: bytes, made: Mapping[UUID, str], expires: date) -> set[UUID]:
    """Make these codes known until that day; whose are another's already."""
    what = {"digests": [_digest(key, text) for text in made.values()], "people": list(made), "expires": expires}
    cursor.execute(_FIND, what)
    if cursor.rowcount == len(made):
        return set()
    cursor.execute(_TAKEN, what)
    return {who for (who,) in cursor.fetchall()}


# -- at the door -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Last:
    rank: int
    notice_id: UUID
    channel: str
    issued_at: datetime
    expires_on: date
    used_at: datetime | None
    spent_at: datetime | None


_LAST = (
    "SELECT rank, notice_id, channel, issued_at, expires_on, used_at, spent_at FROM enrolment_code "
    "WHERE usager_id = %s ORDER BY rank DESC LIMIT 1"
)


def _last(unit: Unit) -> _Last | None:
    found = sql.row(_LAST, [unit.usager_id])
    return _Last(*found) if found else None


def prove(typed: str, birth_date: date, *, address: str = "") -> Proof:
    """Who holds this code and was born that day. Used for a choice, it proves again until its last day.

    Wrong code, wrong date, expired, revoked, spent, deceased: one answer, by the same statements and the same work.
    ``address``: the network's, for counting failures. Errors: CodeMalformed; CodeRefused; TooManyTries.
    """
    key, text = codes_key(), lettering.normalised(typed, LENGTH)
    tries.check(text, address)
    proof = _prove(key, text, birth_date)
    if proof is None:
        tries.failed(text, address)
        raise CodeRefused()
    return proof


def _prove(key: bytes, text: str, birth_date: date) -> Proof | None:
    found = sql.row("SELECT usager_id FROM enrolment_codelookup WHERE digest = %s", [_digest(key, text)])
    usager_id = found[0] if found else id_of_nobody(keyed(key, "personne", text))

    def act(unit: Unit) -> Proof | None:
        unit.untraced("une preuve n'ouvre que le choix, qui est un événement daté")
        last = _last(unit) or _Last(0, usager_id, "", clock.now(), date.min, None, None)
        same = hmac.compare_digest(_text(key, usager_id, last.rank, last.notice_id), text)
        born = identity.is_born_on(unit, birth_date)
        chooses = identity.is_registered_alive(unit)
        holds = last.expires_on >= clock.today() and last.spent_at is None
        is_proved = same and born and chooses and holds
        return Proof(usager_id, last.rank, last.channel, last.expires_on) if is_proved else None

    return unit_of_work(usager_id, act, by=bearer(usager_id))


def check(unit: Unit, proof: Proof) -> None:
    """The proof still holds in this unit: its code is the last and opened no account. Errors: CodeSpent."""
    last = _last(unit)
    if last is None or last.rank != proof.rank or last.spent_at is not None:
        raise CodeSpent()


def note_use(unit: Unit, proof: Proof) -> None:
    """A choice was made with it. Errors: CodeSpent."""
    check(unit, proof)
    sql.execute(
        "UPDATE enrolment_code SET used_at = coalesce(used_at, %s) WHERE usager_id = %s AND rank = %s",
        [clock.now(), unit.usager_id, proof.rank],
    )


def spend(unit: Unit, proof: Proof) -> None:
    """The account is made, in this unit: the code serves no more, whoever else held it. Errors: CodeSpent."""
    if not sql.execute(
        "UPDATE enrolment_code SET spent_at = %(now)s, used_at = coalesce(used_at, %(now)s) "
        "WHERE usager_id = %(who)s AND rank = %(rank)s AND spent_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM enrolment_code WHERE usager_id = %(who)s AND rank > %(rank)s)",
        {"now": clock.now(), "who": unit.usager_id, "rank": proof.rank},
    ):
        raise CodeSpent()


def forget_expired() -> int:
    """As ``ens_batch``: nothing finds a code any more once its last day is over; how many. Safe to repeat.

    The codes' own rows stay: their ranks make the next ones.
    """
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute("DELETE FROM enrolment_codelookup WHERE expires_on < %s", [clock.today()])
        return int(cursor.rowcount)


_STILL_FOUND = """
SELECT found.digest, usager_id, code.rank, code.notice_id
FROM (SELECT digest, usager_id FROM enrolment_codelookup LIMIT 5) AS found JOIN enrolment_code AS code USING (usager_id)
"""


def were_made_with_this_key(alias: str) -> bool:
    """Whether the key here made the codes sent that still serve, a few of them looked at; so when there is none."""
    key = codes_key()
    with connections[alias].cursor() as cursor:
        cursor.execute(_STILL_FOUND)
        sent = cursor.fetchall()
    return not sent or any(bytes(row[0]) == _digest(key, _text(key, *row[1:])) for row in sent)


def erase(unit: Unit) -> Erased:
    """Nothing finds the person by a code any more."""
    key = codes_key()
    rows = Code.objects.filter(usager_id=unit.usager_id).values_list("rank", "notice_id")
    digests = [_digest(key, _text(key, unit.usager_id, rank, notice)) for rank, notice in rows]
    sql.execute(  # a rank may have been passed over because its text was somebody else's
        "DELETE FROM enrolment_codelookup WHERE digest = ANY(%s) AND usager_id = %s", [sorted(digests), unit.usager_id]
    )
    delete_rows(unit, Code, Declaration)
    return Erased()
