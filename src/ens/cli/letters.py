"""``ens courriers``: undelivered letters by file, reply slips that were scanned, e-mails that came back."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse

Answer = tuple[dict[str, object], list[str]]


def perform(options: argparse.Namespace) -> Answer:
    """Once Django is set up: its JSON answer and its sentences. Errors: CommandRefused."""
    if options.action == "rebonds":
        return _bounces(options.files)
    if options.action == "dit":
        return _said(options.files)
    if not options.files:
        raise CommandRefused("Donnez au moins un fichier.")
    for path in options.files:
        if not path.is_file():
            raise CommandRefused(f"Le fichier {path} n'existe pas.")
    return _undelivered(options.files) if options.action == "pnd" else _slips(options.files)


def _undelivered(files: list[Path]) -> Answer:
    from ens.enrolment import replies
    from ens.enrolment.errors import ReferenceUnknown
    from ens.enrolment.replies import Reply

    counts: dict[str, int] = {"returned": 0, "already": 0}
    refused: list[dict[str, Any]] = []
    for path in files:
        for number, reference, at in _lines(path):
            try:
                if isinstance(at, str):
                    raise CommandRefused(at)
                reply = replies.came_back(reference, at=at)
            except ReferenceUnknown as error:
                refused.append({"file": path.name, "line": number, "reason": error.sentence})
            except CommandRefused as error:
                refused.append({"file": path.name, "line": number, "reason": str(error)})
            else:
                counts["returned" if reply is Reply.NOTED else "already"] += 1
    said = [f"{counts['returned']} plis revenus, {counts['already']} déjà dits, {len(refused)} lignes refusées."]
    said += [f"{one['file']}, ligne {one['line']} : {one['reason']}" for one in refused]
    return {**counts, "refused": refused}, said


def _lines(path: Path) -> list[tuple[int, str, datetime | str | None]]:
    """(line, reference, when it came back or what is wrong with it). One column, or « reference » and « date »."""
    from ens.kernel import clock

    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandRefused(f"Le fichier {path} n'est pas un texte en UTF-8.") from error
    rows = list(csv.reader(text.splitlines(), delimiter=";" if ";" in text else ","))
    names = [name.strip().lower() for name in rows[0]] if rows else []
    has_header = "reference" in names
    place = names.index("reference") if has_header else 0
    dated = names.index("date") if has_header and "date" in names else None
    found: list[tuple[int, str, datetime | str | None]] = []
    for number, row in enumerate(rows, 1):
        if (number == 1 and has_header) or not any(cell.strip() for cell in row):
            continue
        cell = row[dated].strip() if dated is not None and dated < len(row) else ""
        at: datetime | str | None = None
        if cell:
            at = "La date s'écrit AAAA-MM-JJ, et n'est pas à venir."
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
                try:
                    noon = datetime.combine(datetime.fromisoformat(cell).date(), time(12), clock.PARIS).astimezone(UTC)
                    at = min(noon, clock.now()) if noon.date() <= clock.today() else at
                except ValueError:
                    pass
        found.append((number, row[place] if place < len(row) else "", at))
    return found


def _slips(files: list[Path]) -> Answer:
    from django.conf import settings

    from ens.connectors.courrier import slips

    folder = Path(settings.ENS_DATA) / "coupons-a-voir"
    opposed = already = 0
    aside = []
    for path in files:
        try:
            done = slips.read(path, folder)
        except OSError as error:
            raise CommandRefused(f"{path} : {error.strerror}. Relancez : rien n'est compté deux fois.") from error
        opposed, already = opposed + done.opposed, already + done.already
        aside += done.aside
    facts: dict[str, object] = {
        "opposed": opposed,
        "already": already,
        "aside": [
            {"file": one.file, "page": one.page, "reason": one.reason, "kept": str(one.kept or "")} for one in aside
        ],
    }
    said = [f"{opposed} oppositions notées, {already} déjà dites, {len(aside)} pages à voir ({folder})."]
    return facts, said + [f"{one.file}, page {one.page} : {one.reason.replace('_', ' ')}" for one in aside]


def _said(names: list[Path]) -> Answer:
    from dataclasses import asdict

    from ens.enrolment import kept
    from ens.enrolment.errors import ReferenceUnknown

    if len(names) != 1:
        raise CommandRefused("Donnez la référence imprimée au-dessus de l'adresse.")
    try:
        found = kept.said(str(names[0]))
    except ReferenceUnknown as error:
        raise CommandRefused(error.sentence) from error
    facts = {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in asdict(found).items()
    }
    head = f"{found.campaign}, {found.wave}, {found.channel}, modèle {found.variant}{found.version}"
    words = [one.replace("**", "") for one in found.paragraphs]  # what is bold in the letter
    return facts, [f"{head}, écrit le {found.written_on:%d/%m/%Y}.", found.subject, *words]


def _bounces(files: list[Path]) -> Answer:
    from django.conf import settings

    from ens.connectors.courriel import bounces

    if files or not settings.ENS_COURRIEL_RETOURS:
        raise CommandRefused("Le Maildir des e-mails revenus est celui du réglage ENS_COURRIEL_RETOURS.")
    done = bounces.read(Path(settings.ENS_COURRIEL_RETOURS))
    said = (
        f"{done.returned} e-mails revenus, {done.already} déjà dits, {done.ignored} sans suite, "
        f"{done.unknown} sans destinataire connu."
    )
    facts = {"returned": done.returned, "already": done.already, "ignored": done.ignored, "unknown": done.unknown}
    return dict(facts), [said]
