"""Deletions in a backup: everyone deleted when it ended, so that a restore deletes them again.

They come from the ledger of the space and, for what its outbox had not noted yet, from the events of enrolment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg
from django.conf import settings

from ens.cli.backup.manifest import Deletions, DigestingWriter, damaged, inside
from ens.coffre import deletions
from ens.coffre.deletions import Deletion

LIST = "suppressions.liste"


def gather(owner_url: str) -> set[Deletion]:
    """Everyone deleted so far. Errors: StoreUnavailable; psycopg's."""
    found, _ = deletions.read(settings.ENS_DELETIONS) if is_reached(settings.ENS_DELETIONS) else (set(), 0)
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute("SELECT usager_id, max(at) FROM enrolment_event WHERE kind = 'deleted' GROUP BY 1")
        return found | {Deletion(usager, at) for usager, at in rows}


def is_reached(address: str) -> bool:
    """Whether a ledger may be read there; a folder that nobody made yet holds nothing."""
    return "://" in address or Path(address).is_dir()


def write(backup: Path, file: str, found: Iterable[Deletion]) -> Deletions:
    count = 0
    with DigestingWriter(backup / file) as out:
        for one in sorted(found):
            out.write(f"{one.usager_id.hex} {one.at.isoformat()}\n".encode())
            count += 1
    place = settings.ENS_DELETIONS
    return Deletions(
        file=file,
        size=out.size,
        sha256=out.sha256,
        count=count,
        place=place if "://" in place else str(Path(place).absolute()),
    )


def read(backup: Path, kept: Deletions) -> Iterator[Deletion]:
    """Errors: Refusal."""
    try:
        for line in inside(backup, kept.file).read_text("ascii").splitlines():
            usager, at = line.split(" ")
            yield Deletion(UUID(usager), datetime.fromisoformat(at))
    except ValueError as error:
        raise damaged(backup, f"{kept.file} n'est pas lisible") from error
