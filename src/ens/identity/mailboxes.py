"""The professional mailboxes of the trust space, from the daily extract of MSSanté: half a million lines, set-wise.

The lines are copied into a staging table, compared at once with what is known, and only what differs is written: an
extract of the day before costs its reading. A mailbox that the extract no longer has is marked gone, never deleted: the
conversations with it remain. All of it or nothing, one import at a time.

Source: ANS, Extraction_Correspondance_MSSante (31 columns); référentiel MSSanté #1, annuaire.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connections, transaction

from ens.identity.reports import ImportReport
from ens.kernel.errors import Malformed
from ens.persistence import sql

KINDS = frozenset(("PER", "ORG", "APP", "CAB"))
GONE_AT_MOST = 0.2  # of the mailboxes known: an extract without more of them was cut, or is another's
FEW = 20
_LOCK = 0x4D535331
_NAMES = (
    "Type de BAL", "Adresse BAL", "Identifiant PP", "Identification Structure", "Service de rattachement",
    "Civilité d'exercice", "Prénom d'exercice", "Nom d'exercice", "Raison Sociale structure BAL",
)  # fmt: skip


class ExtractTooShort(Malformed):
    """Too many of the mailboxes known would be gone at once: nothing is changed."""

    code = "extrait_trop_court"
    message = (
        "Cet extrait ferait disparaître {gone} boîtes sur {known} : il est coupé, ou ce n'est pas l'extrait complet. "
        "Rien n'a changé. S'il est complet, recommencez avec --disparitions."
    )


def import_mailboxes(
    header: list[str], rows: Iterator[tuple[int, list[str]]], *, accept_gone: bool = False, is_part: bool = False
) -> ImportReport:
    """Bring the directory of mailboxes to what the extract says. ``rows``: line number and cells, after the header.

    ``accept_gone``: however many of those known it has no more. ``is_part``: some of them, saying nothing of others.

    Errors: ExtractTooShort. A line that cannot be read is refused with its reason; its mailbox, if known, stays.
    """
    report = ImportReport("boîtes MSSanté")
    places = [header.index(name) if name in header else None for name in _NAMES]
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("TRUNCATE identity_mailbox_extract")
        with cursor.cursor.copy(_COPY) as copy:
            for line in _lines(rows, places, len(header), report):
                copy.write_row(line)
        cursor.execute("ANALYZE identity_mailbox_extract")
        now = datetime.now(UTC)
        cursor.execute(_UPSERT, {"now": now, "listed": not is_part})
        (made, changed) = cursor.fetchone()
        gone = 0
        if not is_part:
            if not accept_gone:
                _check_whole(cursor)
            cursor.execute(_GONE, {"now": now})
            gone = cursor.rowcount
        report.written.update({"boîtes": made + changed, "nouvelles": made, "parties": gone})
        cursor.execute("TRUNCATE identity_mailbox_extract")
    return report


def gone_mailboxes(addresses: list[str]) -> set[str]:
    """Those of these addresses that the directory had, and has no more (N080)."""
    found = sql.rows(_LEFT, [[one.lower() for one in addresses]])
    return {address for (address,) in found}


_LEFT = "SELECT address FROM identity_mailbox WHERE address = ANY(%s) AND gone_at IS NOT NULL"


def _lines(
    rows: Iterator[tuple[int, list[str]]], places: list[int | None], width: int, report: ImportReport
) -> Iterator[tuple[Any, ...]]:
    for number, row in rows:
        report.read += 1
        kind, address, owner, place, service, civility, first, last, company = (
            row[at].strip() if at is not None and at < len(row) else "" for at in places
        )
        address = address.lower()
        if len(row) < width:
            report.refused.append((number, "ligne coupée"))
            continue
        if address.count("@") != 1 or len(address) > 254 or not address.isprintable():
            report.refused.append((number, "adresse de la boîte invalide"))
            continue
        is_known = kind in KINDS
        if not is_known:
            report.refused.append((number, "type de boîte inconnu"))
        label = " ".join(part for part in (civility, first, last) if part) or company or service
        # a line refused for its kind still says that its mailbox is there
        yield number, address, kind if is_known else None, label[:250], owner, place


def _check_whole(cursor: Any) -> None:
    cursor.execute(_MISSING)
    gone, known = cursor.fetchone()
    if known and gone > max(known * GONE_AT_MOST, FEW):
        raise ExtractTooShort(gone=gone, known=known)


_COPY = "COPY identity_mailbox_extract (line, address, kind, label, owner, place) FROM STDIN"
# The last line of an address counts. A structure is named by its FINESS, or by its own identifier.
_UPSERT = """
WITH sites AS (
    SELECT DISTINCT ON (key) key, id FROM (
        SELECT finess_eg AS key, id, 0 AS rank FROM identity_establishment WHERE finess_eg <> ''
        UNION ALL SELECT identifier, id, 1 FROM identity_establishment
    ) AS named ORDER BY key, rank, id
), wanted AS (
    SELECT DISTINCT ON (extract.address) extract.address, extract.kind, extract.label,
        professional.id AS professional_id, sites.id AS establishment_id
    FROM identity_mailbox_extract AS extract
    LEFT JOIN identity_professional AS professional ON professional.rpps = extract.owner AND extract.owner <> ''
    LEFT JOIN sites ON sites.key = extract.place AND extract.place <> ''
    WHERE extract.kind IS NOT NULL
    ORDER BY extract.address, extract.line DESC
), different AS (
    SELECT wanted.*, known.id AS known_id FROM wanted LEFT JOIN identity_mailbox AS known USING (address)
    WHERE known.id IS NULL OR known.gone_at IS NOT NULL OR (%(listed)s AND NOT known.listed)
        OR (known.kind, known.label, known.professional_id, known.establishment_id)
            IS DISTINCT FROM (wanted.kind, wanted.label, wanted.professional_id, wanted.establishment_id)
), made AS (
    INSERT INTO identity_mailbox
        (id, address, kind, label, professional_id, establishment_id, updated_at, gone_at, listed)
    SELECT gen_random_uuid(), address, kind, label, professional_id, establishment_id, %(now)s, NULL, %(listed)s
    FROM different WHERE known_id IS NULL
    ON CONFLICT (address) DO NOTHING
    RETURNING 1
), changed AS (
    UPDATE identity_mailbox AS known SET kind = different.kind, label = different.label,
        professional_id = different.professional_id, establishment_id = different.establishment_id,
        updated_at = %(now)s, gone_at = NULL, listed = known.listed OR %(listed)s
    FROM different WHERE known.id = different.known_id
    RETURNING 1
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM changed)
"""
_MISSING = """
SELECT count(*) FILTER (WHERE extract.address IS NULL), count(*)
FROM identity_mailbox AS known
LEFT JOIN (SELECT DISTINCT address FROM identity_mailbox_extract) AS extract USING (address)
WHERE known.listed AND known.gone_at IS NULL
"""
_GONE = """
UPDATE identity_mailbox AS known SET gone_at = %(now)s, updated_at = %(now)s
WHERE known.listed AND known.gone_at IS NULL
    AND NOT EXISTS (SELECT FROM identity_mailbox_extract AS extract WHERE extract.address = known.address)
"""
