"""A batch in the printer's folder: the letters, their list, and last the slip that says the batch is whole.

``lot-<id>.pdf``, ``lot-<id>.csv`` (a line a letter: reference, first page, pages) and ``lot-<id>.json``. The last two
name nobody. Each is written aside, synced, then given its name: a printer that waits for the ``.json`` never
takes half a batch, and a disk that fills up leaves nothing behind.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written of a lot. ``made_of``: a keyed digest of all it says; the same is not written twice."""

    lot_id: UUID
    made_of: str
    pdf: bytes
    references: tuple[str, ...]
    pages: tuple[int, ...]
    facts: dict[str, Any]


def is_there(folder: Path, lot_id: UUID, made_of: str) -> bool:
    """Whether the folder has this very batch, whole."""
    try:
        slip = orjson.loads(_path(folder, lot_id, "json").read_bytes())
        if slip["fait_de"] != made_of:
            return False
        return all(
            _digest(_path(folder, lot_id, kind).read_bytes()) == slip["empreintes"][kind] for kind in ("pdf", "csv")
        )
    except (FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError):
        return False


def write(folder: Path, batch: Batch) -> None:
    """Whole, or not at all. Errors: OSError."""
    listed = _listed(batch)
    slip = {
        "lot": str(batch.lot_id),
        **batch.facts,
        "lettres": len(batch.references),
        "pages": sum(batch.pages),
        "pages_par_lettre": _spread(batch.pages),
        "empreintes": {"pdf": _digest(batch.pdf), "csv": _digest(listed)},  # SHA-256
        "fait_de": batch.made_of,
    }
    parts = {"pdf": batch.pdf, "csv": listed, "json": orjson.dumps(slip, option=orjson.OPT_INDENT_2)}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = {kind: folder / f".lot-{batch.lot_id}.{kind}.en-cours" for kind in parts}
    try:
        for kind, data in parts.items():
            _write_synced(waiting[kind], data)
        _path(folder, batch.lot_id, "json").unlink(missing_ok=True)  # a former batch of this lot is not whole any more
        for kind, path in waiting.items():  # in order: the slip last
            path.replace(_path(folder, batch.lot_id, kind))
        _sync(folder)
    finally:
        for path in waiting.values():
            path.unlink(missing_ok=True)


def _listed(batch: Batch) -> bytes:
    out = io.StringIO(newline="")
    lines = csv.writer(out, delimiter=";", lineterminator="\r\n")
    lines.writerow(("rang", "reference", "premiere_page", "pages"))
    first = 1
    for rank, (reference, pages) in enumerate(zip(batch.references, batch.pages, strict=True), 1):
        lines.writerow((rank, reference, first, pages))
        first += pages
    return out.getvalue().encode()


def _spread(pages: tuple[int, ...]) -> dict[str, int]:
    """How many letters have so many pages: what an inserter is set to."""
    return {str(count): pages.count(count) for count in sorted(set(pages))}


def _path(folder: Path, lot_id: UUID, kind: str) -> Path:
    return folder / f"lot-{lot_id}.{kind}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
