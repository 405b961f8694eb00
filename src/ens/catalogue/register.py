"""The catalogue's parameters: who is listed since when, under which label, by a CSV; and what everyone may see of it.

A line is a service and a decision on it. The same file read twice changes nothing; a decision is dated and stays, and
follows from the one before (``MOVES``). Only what is listed is shown, what is suspended with its day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from django.db import transaction

from ens.audit import events
from ens.catalogue.errors import CatalogueMalformed
from ens.catalogue.models import Service, ServiceStep
from ens.kernel import clock, tables
from ens.kernel.actor import Actor
from ens.kernel.tables import TableReport, TableUnreadable

COLUMNS = (
    *("identifiant", "nom", "editeur", "type", "categorie", "url"),
    *("statut", "depuis", "motif", "label", "label_le"),
)
LARGEST = 20_000  # lines
KINDS = ("application", "site")
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Status(StrEnum):
    CANDIDATE = "candidate"
    LISTED = "en_ligne"
    REFUSED = "refusee"
    SUSPENDED = "suspendue"
    DELISTED = "dereferencee"


# What may follow each; at first, a candidate.
MOVES: dict[Status | None, tuple[Status, ...]] = {
    None: (Status.CANDIDATE,),
    Status.CANDIDATE: (Status.LISTED, Status.REFUSED),
    Status.REFUSED: (Status.CANDIDATE,),
    Status.LISTED: (Status.SUSPENDED, Status.DELISTED),
    Status.SUSPENDED: (Status.LISTED, Status.DELISTED),
    Status.DELISTED: (Status.CANDIDATE,),
}
REASONED = (Status.REFUSED, Status.SUSPENDED, Status.DELISTED)


@dataclass(frozen=True, slots=True)
class ServiceView:
    identifier: str
    name: str
    editor: str
    kind: str
    category: str
    url: str
    label: str
    labelled_on: date | None
    status: Status
    since: date


def import_catalogue(path: Path, *, by: Actor) -> TableReport:
    """Read the file whole, then write what is right in it, in one transaction. Errors: CatalogueMalformed."""
    report = TableReport()
    try:
        right = tables.accepted(path, COLUMNS, lambda said: (_read(said), said["motif"][:200]), report, most=LARGEST)
    except TableUnreadable as error:
        raise CatalogueMalformed(reason=error.reason) from error
    with transaction.atomic():
        for number, (one, why) in right:
            try:
                _write(one, why, report, by)
            except ValueError as error:
                report.refused.append((number, str(error)))
        if report.added or report.changed:
            events.about_nobody("catalogue", "catalogue_change", by=by)
    return report


def _read(said: dict[str, str]) -> ServiceView:
    """Errors: ValueError, with the reason."""
    if not _IDENTIFIER.fullmatch(said["identifiant"]):
        raise ValueError("l'identifiant s'écrit en minuscules, chiffres et tirets")
    for name, longest in (("nom", 120), ("editeur", 120), ("categorie", 60), ("url", 300)):
        if not said[name] or len(said[name]) > longest:
            raise ValueError(f"« {name} » est vide, ou trop long")
    if said["type"] not in KINDS:
        raise ValueError("le type est « application » ou « site »")
    address = urlsplit(said["url"])
    if address.scheme != "https" or not address.hostname:
        raise ValueError("l'adresse commence par https://")
    if said["statut"] not in set(Status):
        raise ValueError(f"le statut « {said['statut']} » n'existe pas")
    status = Status(said["statut"])
    if status in REASONED and not said["motif"]:
        raise ValueError(f"le statut « {status} » demande un motif")
    if bool(said["label"]) != bool(said["label_le"]):
        raise ValueError("un label se donne avec sa date")
    return ServiceView(
        said["identifiant"], said["nom"], said["editeur"], said["type"], said["categorie"], said["url"],
        said["label"][:120], _day(said["label_le"], "label_le") if said["label_le"] else None,
        status, _day(said["depuis"], "depuis"),
    )  # fmt: skip


def _day(text: str, name: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"« {name} » s'écrit AAAA-MM-JJ") from None
    if day > clock.today():
        raise ValueError(f"« {name} » n'est pas encore venu")
    return day


def _write(one: ServiceView, why: str, report: TableReport, by: Actor) -> None:
    """Errors: ValueError, with the reason: nothing of the line is then written."""
    row = Service.objects.filter(identifier=one.identifier).first()
    steps = list(row.steps.order_by("since")) if row else []
    known = next((step for step in steps if step.since == one.since), None)
    last = steps[-1] if steps else None
    if known is not None and known.status != one.status:
        raise ValueError(f"ce service a déjà le statut {known.status} depuis ce jour")
    if known is None:
        if last is not None and one.since < last.since:
            raise ValueError("une décision plus récente est déjà au catalogue")
        if one.status not in MOVES[Status(last.status) if last else None]:
            raise ValueError(f"« {one.status} » ne suit pas « {last.status if last else 'rien'} »")
    facts = {
        name: getattr(one, name) for name in ("name", "editor", "kind", "category", "url", "label", "labelled_on")
    }
    is_changed = row is not None and any(getattr(row, name) != value for name, value in facts.items())
    is_new = row is None
    if row is None:
        row = Service.objects.create(identifier=one.identifier, **facts)
    elif is_changed:
        Service.objects.filter(id=row.id).update(**facts)
    if known is None:
        ServiceStep.objects.create(
            service=row, status=one.status, since=one.since, why=why, noted_at=clock.now(), noted_by=by.id[:80]
        )
    if is_new:
        report.added += 1
    elif is_changed or known is None:
        report.changed += 1
    else:
        report.unchanged += 1


def shown() -> list[ServiceView]:
    """What everyone may see: the listed and the suspended, by category then by name."""
    found = []
    for row in Service.objects.prefetch_related("steps"):
        last = max(row.steps.all(), key=lambda step: step.since)
        status = Status(last.status)
        if status in (Status.LISTED, Status.SUSPENDED):
            told = (row.identifier, row.name, row.editor, row.kind, row.category, row.url, row.label, row.labelled_on)
            found.append(ServiceView(*told, status, last.since))
    return sorted(found, key=lambda one: (one.category.lower(), one.name.lower()))
