"""Figures and events as files: CSV for a spreadsheet, Parquet for a tool. What is hidden on the page is empty here."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.steering.register import SiteView
from ens.steering.takings import note
from ens.steering.types import MEASURES, OpenedEvent, Table, View

CSV, PARQUET = "csv", "parquet"
FORMS = {CSV: "text/csv; charset=utf-8", PARQUET: "application/vnd.apache.parquet"}
# The names of the columns: those of the indicators' definitions.
COLUMNS = {
    "noticed": "prevenus", "activated": "actives", "opened": "ouverts_a_l_echeance", "opposed": "oppositions",
    "not_due": "en_attente", "overdue": "reste", "by_email": "par_email", "by_post": "par_courrier",
    "delivered": "remis", "returned": "revenus", "changed_mind": "ont_change_d_avis", "closed": "fermes",
    "deleted": "effaces",
}  # fmt: skip
EVENT_COLUMNS = ("reference", "evenement", "date", "canal_de_la_notification", "par", "dernier_jour", "lot")
Cell = str | int | None


def export_table(table: Table, form: str, *, by: Actor) -> bytes:
    """The table as a file; kept who took it. ``masques`` says how many counts of the row are hidden."""
    note("tableau", form, table.view, len(table.rows), by=by)
    return file_of(*table_rows(table), form)


def export_sites(sites: list[SiteView], shown: View, form: str, *, by: Actor) -> bytes:
    """The register as a file; kept who took it."""
    note("registre", form, shown, len(sites), by=by)
    head = ("identifiant", "type", "nom", "departement", "statut", "depuis", "accompagnement")
    rows: list[list[Cell]] = [
        [one.identifier, one.kind, one.name, one.departement, one.status.value, one.since.isoformat(), one.helped_by]
        for one in sites
    ]
    return file_of(head, rows, (*["VARCHAR"] * 5, "DATE", "VARCHAR"), form)


def table_rows(table: Table) -> tuple[Sequence[str], list[list[Cell]], Sequence[str]]:
    """The names of the columns, the rows, the types of the columns; the total is not a row of a file."""
    head = (table.view.dimension, "libelle", *(COLUMNS[one] for one in MEASURES), "masques", "situation_au")
    day = table.view.day.isoformat()
    rows: list[list[Cell]] = [
        [row.key, row.label, *row.counts.values(), list(row.counts.values()).count(None), day] for row in table.rows
    ]
    return head, rows, ("VARCHAR", "VARCHAR", *["BIGINT"] * (len(MEASURES) + 1), "DATE")


def event_rows(events: Iterable[OpenedEvent]) -> tuple[Sequence[str], Iterator[list[Cell]], Sequence[str]]:
    rows: Iterator[list[Cell]] = (
        [
            one.reference,
            one.kind,
            one.at.astimezone(clock.PARIS).isoformat(timespec="seconds"),
            one.channel,
            one.by_kind,
            one.deadline.isoformat() if one.deadline else None,
            one.lot,
        ]
        for one in events
    )
    return EVENT_COLUMNS, rows, ("VARCHAR", "VARCHAR", "TIMESTAMPTZ", "VARCHAR", "VARCHAR", "DATE", "VARCHAR")


def file_of(head: Sequence[str], rows: Iterable[Sequence[Cell]], types: Sequence[str], form: str) -> bytes:
    text = _csv(head, rows, separator=";" if form == CSV else ",")
    if form == CSV:
        return b"\xef\xbb\xbf" + text.encode()  # spreadsheets in French take a file without this mark for another code
    return _parquet(text, head, types)


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]], *, separator: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    return out.getvalue()


def _plain(cell: Cell) -> Cell:
    """A word that a spreadsheet would run as a formula is given as a word. Source: OWASP, CSV injection."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _parquet(text: str, head: Sequence[str], types: Sequence[str]) -> bytes:
    import duckdb  # for the few who ask for such a file: each process would begin later

    with tempfile.TemporaryDirectory(prefix="ens-pilotage-") as folder, duckdb.connect() as base:
        source, target = Path(folder) / "lignes.csv", Path(folder) / "lignes.parquet"
        source.write_text(text, encoding="utf-8")
        columns = dict(zip(head, types, strict=True))
        base.execute("SET TimeZone = 'Europe/Paris'")
        relation = base.sql(
            "SELECT * FROM read_csv($source, header = true, auto_detect = false, delim = ',', quote = '\"', "
            "escape = '\"', nullstr = '', columns = $columns)",
            params={"source": str(source), "columns": columns},
        )
        relation.write_parquet(str(target))
        return target.read_bytes()
