"""Reads a piece of a population file into the staging tables, sealed. Runs in a process of its own, without Django.

Nothing in clear reaches the database: the matricule is a keyed digest, the line is sealed under the import's key, and
what set-wise work needs (département, channels, dates, status) is apart.
"""

from __future__ import annotations

import csv
import gc
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import parent_process
from pathlib import Path
from struct import Struct
from typing import Any
from uuid import UUID

import psycopg
import uuid_utils

from ens.coffre.digests import FixedDigest, ShortDigest
from ens.coffre.sealing import LotSealer
from ens.identity.population.columns import FIELDS, VERSION, Layout, joined
from ens.identity.population.judging import Judge, day
from ens.identity.population.reasons import LineRefused
from ens.standards.errors import StandardError
from ens.standards.traits import normalise_lexical

EMAIL, PHONE, POST = 1, 2, 4  # of ``channels``: which ways of reaching the person are known
_TOWN, _DEPARTEMENT, _DMP, _DIED = (FIELDS.index(name) for name in ("adresse_6", "departement", "dmp", "date_deces"))
_HEAD = Struct("!hiiiii16si32s")  # 17 fields: chunk, line, usager_id, digest; each after its length
_MIDDLE = Struct("!iqi16s")  # traits, declared
_NULL = b"\xff\xff\xff\xff"
_EPOCH = date(2000, 1, 1)  # of PostgreSQL's dates
_COPY = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_SPACED = str.maketrans("-'", "  ")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file: whole lines, from byte ``start`` to ``end``; ``first_line`` counts the header."""

    number: int
    start: int
    end: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process of an import is told."""

    path: Path
    layout: Layout
    lot_id: UUID
    lot_key: bytes = field(repr=False)
    search_key: bytes = field(repr=False)
    today: date
    allow_test: bool
    database: dict[str, Any] = field(repr=False)


class Reader:
    """Reads chunks one after the other on its own connection."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._judge = Judge(today=plan.today, allow_test=plan.allow_test)
        self._matricule = FixedDigest(plan.search_key, "matricule", 15)
        self._traits = ShortDigest(plan.search_key, "traits", 8)
        self._declared = ShortDigest(plan.search_key, "declaration", 16)
        self._sealer = LotSealer(plan.lot_id, plan.lot_key)
        self._pick = plan.layout.picker()
        self._short: dict[tuple[str, str, str, int, str], bytes] = {}
        self._majority: dict[str, bytes] = {}
        self._connection: psycopg.Connection[Any] | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def read(self, chunk: Chunk) -> int:
        """Stage a chunk, whole or not at all; returns how many lines were right."""
        staged = self._staged(chunk)
        if self._connection is None:
            self._connection = psycopg.connect(**self._plan.database)
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")  # a lost chunk is read again
            with cursor.copy("COPY identity_import_read FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(_COPY[0] + b"".join(staged.rows) + _COPY[1])
            for table, rows in (
                ("identity_import_matricule (line, main, digest, oid)", staged.others),
                ("identity_import_link (line, child, representative)", staged.links),
                ("identity_import_remark (chunk, line, code, detail, refused)", staged.refusals),
            ):
                if rows:
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
            cursor.execute(
                "INSERT INTO identity_import_chunk (number, lines, accepted) VALUES (%s, %s, %s)",
                [chunk.number, staged.lines, len(staged.rows)],
            )
        return len(staged.rows)

    def _staged(self, chunk: Chunk) -> _Staged:
        staged = _Staged()
        with self._plan.path.open("rb") as source:
            source.seek(chunk.start)
            text = source.read(chunk.end - chunk.start).decode()
        lines = text.split("\n")
        if lines and not lines[-1]:
            lines.pop()
        nonces = os.urandom(12 * len(lines))
        for place, values in enumerate(_values(lines, self._plan.layout)):
            if values is None:
                continue
            staged.lines += 1
            line = chunk.first_line + place
            try:
                if isinstance(values, LineRefused):
                    raise values
                fields = self._judge.judged(self._pick(values))
                self._stage(staged, chunk.number, line, fields, nonces[12 * place : 12 * place + 12])
            except LineRefused as refused:
                staged.refusals.append((chunk.number, line, refused.code, refused.detail[:60], True))
        return staged

    def _stage(self, staged: _Staged, chunk: int, line: int, fields: Any, nonce: bytes) -> None:
        matricule, oid, name, first_names, born, sex, place = fields[:7]  # REQUIRED, the first of FIELDS
        email, doctor, status, others, parents, phone = fields[10:16]
        kept = joined(fields).encode()
        same = f"{matched(name)}|{matched(first_names)}|{born}|{sex}|{place}".encode()
        traits = int.from_bytes(self._traits.of(same), "big", signed=True)
        digest = self._matricule.of(matricule.encode())
        usager = uuid_utils.uuid7().bytes
        sealed = self._sealer.seal(usager, VERSION + kept, nonce)
        channels = (EMAIL if email else 0) | (PHONE if phone else 0) | (POST if fields[_TOWN] else 0)
        short = (oid, status, fields[_DEPARTEMENT], channels, fields[_DMP])
        died = fields[_DIED]
        staged.rows.append(
            b"".join(
                (
                    _HEAD.pack(17, 4, chunk, 4, line, 16, usager, 32, digest),
                    _MIDDLE.pack(8, traits, 16, self._declared.of(kept)),
                    self._short.get(short) or self._pack_short(short),
                    self._majority.get(born) or self._pack_majority(born),
                    _packed_date(died) if died else _NULL,
                    len(doctor).to_bytes(4, "big") + doctor.encode() if doctor else _NULL,
                    b"\x00\x00\x00\x01" + (b"\x01" if others else b"\x00"),
                    b"\x00\x00\x00\x01" + (b"\x01" if parents else b"\x00"),
                    len(sealed).to_bytes(4, "big") + sealed,
                )
            )
        )
        for pair in others.split():
            number, _, other_oid = pair.partition("/")
            staged.others.append((line, digest, self._matricule.of(number.encode()), other_oid))
        for number in parents.split():
            staged.links.append((line, digest, self._matricule.of(number.encode())))

    def _pack_short(self, short: tuple[str, str, str, int, str]) -> bytes:
        """oid, identity_status, departement, channels, legacy_dmp: few combinations, packed once each."""
        oid, status, departement, channels, dmp = short
        packed = b"".join(
            len(text).to_bytes(4, "big") + text.encode() for text in (oid, status or "qualifiee", departement)
        )
        packed += b"\x00\x00\x00\x02" + channels.to_bytes(2, "big")
        packed += b"\x00\x00\x00\x01" + (b"\x01" if dmp == "oui" else b"\x00")
        self._short[short] = packed
        return packed

    def _pack_majority(self, born: str) -> bytes:
        """The eighteenth birthday of who is a minor today; nothing in clear about an adult's birth."""
        majority = majority_of(born)
        packed = _packed_date(majority.isoformat()) if majority > self._plan.today else _NULL
        self._majority[born] = packed
        return packed


@dataclass(slots=True)
class _Staged:
    rows: list[bytes] = field(default_factory=list)
    others: list[tuple[object, ...]] = field(default_factory=list)
    links: list[tuple[object, ...]] = field(default_factory=list)
    refusals: list[tuple[object, ...]] = field(default_factory=list)
    lines: int = 0


def majority_of(born: str) -> date:
    """The eighteenth birthday; who was born on 29 February comes of age on 1 March. Source: Code civil, 388."""
    birth = date.fromisoformat(born)
    try:
        return birth.replace(year=birth.year + 18)
    except ValueError:
        return date(birth.year + 18, 3, 1)


def _packed_date(text: str) -> bytes:
    found = day(text) if text else None
    if found is None:
        return _NULL
    return b"\x00\x00\x00\x04" + (found - _EPOCH).days.to_bytes(4, "big", signed=True)


def matched(name: str) -> str:
    """A name as it is compared: hyphens and apostrophes are spaces. Errors: LineRefused."""
    if name.isascii():
        if name.isupper() and "-" not in name and "'" not in name and "  " not in name:
            return name
    else:
        try:
            name = normalise_lexical(name)
        except StandardError as error:
            raise LineRefused("nom_invalide", "nom") from error
    return " ".join(name.upper().translate(_SPACED).split())


def declaration_digest(search_key: bytes, packed: bytes) -> bytes:
    """The digest of a packed declaration: two that say the same have the same."""
    return ShortDigest(search_key, "declaration", 16).of(packed[len(VERSION) :])


def traits_digest(search_key: bytes, birth_name: str, first_names: str, born: str, sex: str, place: str) -> int:
    """The digest under which two people of the same traits meet. Errors: LineRefused for a name no INS has."""
    text = f"{matched(birth_name)}|{matched(first_names)}|{born}|{sex}|{place}"
    return int.from_bytes(ShortDigest(search_key, "traits", 8).of(text.encode()), "big", signed=True)


def _values(lines: list[str], layout: Layout) -> Iterator[list[str] | LineRefused | None]:
    """The values of each line, followed by an empty one; None for an empty line."""
    delimiter, width = layout.delimiter, layout.width
    for line in lines:
        if line.endswith("\r"):
            line = line[:-1]
        if '"' in line:
            try:
                values = next(csv.reader([line], delimiter=delimiter, strict=True))
            except csv.Error:
                yield LineRefused("ligne_mal_formee")
                continue
        else:
            values = line.split(delimiter)
        if len(values) != width:
            if not line.strip():
                yield None
            else:
                yield LineRefused("colonnes_en_trop" if len(values) > width else "colonnes_en_moins")
            continue
        values.append("")
        yield values


_reader: Reader | None = None


def begin(plan: Plan) -> None:
    """Make this process a reader, until the one that started it ends."""
    global _reader
    gc.disable()  # rows are kept for a chunk and hold no cycle
    _reader = Reader(plan)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed import leaves nobody reading: nothing else tells these processes."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def read_one(chunk: Chunk) -> int:
    """``Reader.read``, in a process that began."""
    assert _reader is not None
    return _reader.read(chunk)
