"""A population file: CSV as it is, Parquet turned into CSV first; cut into pieces of whole lines."""

from __future__ import annotations

import codecs
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from ens.identity.population.columns import FIELDS, Layout
from ens.identity.population.reading import Chunk
from ens.kernel.errors import Malformed

CHUNK_BYTES = 2_000_000
PARQUET = b"PAR1"


class UnknownColumns(Malformed):
    """The header lacks a compulsory column."""

    code = "colonnes_manquantes"
    message = "Il manque des colonnes : {columns}."


class UnreadableFile(Malformed):
    """The file is not UTF-8 text."""

    code = "fichier_illisible"
    message = "Ce fichier n'est pas un texte en UTF-8."


class UnreadableParquet(Malformed):
    """The file says it is Parquet, and does not read as such."""

    code = "parquet_illisible"
    message = "Ce fichier Parquet ne se lit pas : il est abîmé, coupé ou chiffré."


@dataclass(frozen=True, slots=True)
class PopulationFile:
    path: Path  # of the CSV
    layout: Layout
    digest: bytes
    size: int
    lines: int
    chunk_bytes: int
    chunks: list[Chunk]


def is_parquet(path: Path) -> bool:
    with path.open("rb") as source:
        return source.read(4) == PARQUET


def survey(path: Path) -> PopulationFile:
    """Read the file once: its digest, its encoding, its columns and where its pieces begin.

    Errors: UnknownColumns, UnreadableFile; before anything is written.
    """
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    starts: list[tuple[int, int]] = []  # of each piece: its first byte, its first line
    position, line = 0, 1
    try:
        with path.open("rb") as source:
            header = source.readline()
            layout = Layout.of(header.decode("utf-8-sig"))
            if not isinstance(layout, Layout):
                raise UnknownColumns(columns=", ".join(layout))
            digest.update(header)
            position, line = len(header), 2
            while block := source.read(CHUNK_BYTES):
                block += source.readline()
                starts.append((position, line))
                digest.update(block)
                decoder.decode(block)
                position += len(block)
                line += block.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnreadableFile() from error
    ends = [*(start for start, _ in starts[1:]), position][: len(starts)]
    chunks = [Chunk(n, start, end, first) for n, ((start, first), end) in enumerate(zip(starts, ends, strict=True))]
    return PopulationFile(path, layout, digest.digest(), position, line - 1, CHUNK_BYTES, chunks)


def as_csv(parquet: Path, folder: Path) -> Path:
    """The Parquet file as CSV in a folder of mode 700, made once for its digest; lists become words, null nothing.

    Errors: UnreadableParquet, UnknownColumns.
    """
    import duckdb

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = folder / f"{UUID(bytes=_digest(parquet)[:16])}.csv"
    if made.exists():
        return made
    waiting = made.with_name(made.name + ".partiel")
    os.close(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    # nothing is fetched, and no file but this one is asked for
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as engine:
        try:
            described = engine.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(parquet)]).fetchall()
            names = [(name, kind) for name, kind, *_ in described if name in FIELDS]
            if not names:
                raise UnknownColumns(columns=", ".join(FIELDS[:7]))
            columns = ", ".join(_as_text(name, kind) for name, kind in names)
            engine.execute(
                f"COPY (SELECT {columns} FROM read_parquet(?)) TO '{waiting}' "  # noqa: S608 - names of ours
                "(FORMAT CSV, HEADER, DELIMITER ';', NULLSTR '')",
                [str(parquet)],
            )
        except duckdb.Error as error:
            waiting.unlink(missing_ok=True)
            raise UnreadableParquet() from error
    waiting.rename(made)
    return made


def _as_text(name: str, kind: str) -> str:
    if kind.endswith("[]"):
        return f"array_to_string({name}, ' ') AS {name}"
    if kind == "BOOLEAN":
        return f"CASE WHEN {name} THEN 'oui' WHEN NOT {name} THEN 'non' END AS {name}"
    if kind.startswith("TIMESTAMP"):
        return f"strftime({name}, '%Y-%m-%d') AS {name}"
    return f"CAST({name} AS VARCHAR) AS {name}"


def _digest(path: Path) -> bytes:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").digest()
