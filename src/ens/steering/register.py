"""The register of engagement: which establishments and professionals of a territory take part, since when (S139, S142).

Filled from a CSV, a line a site and a status; the same file read twice changes nothing. A status is dated and stays, so
that the register is known at the end of any day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch

from ens.kernel import clock, tables
from ens.kernel.actor import Actor
from ens.kernel.tables import TableReport, TableUnreadable
from ens.standards.departements import DEPARTEMENTS
from ens.standards.errors import StandardError
from ens.standards.finess import parse_finess
from ens.standards.rpps import parse_rpps
from ens.steering.errors import RegisterMalformed
from ens.steering.models import Site, SiteStep

COLUMNS = ("identifiant", "type", "nom", "departement", "statut", "depuis", "accompagnement")
LARGEST = 200_000  # lines


class Status(StrEnum):
    CONTACTED = "contacte"
    ENGAGED = "engage"
    CONNECTED = "raccorde"
    IN_SERVICE = "en_service"
    WITHDRAWN = "retire"

    @property
    def is_engaged(self) -> bool:
        return self in (Status.ENGAGED, Status.CONNECTED, Status.IN_SERVICE)


@dataclass(frozen=True, slots=True)
class SiteView:
    """``id``: ours, in addresses; None for a line being read."""

    identifier: str
    kind: str
    name: str
    departement: str
    helped_by: str
    status: Status
    since: date
    id: UUID | None = None


def import_register(path: Path, *, by: Actor) -> TableReport:
    """Read the file whole, then write what is right in it, in one transaction. Errors: RegisterMalformed."""
    report = TableReport()
    try:
        right = tables.accepted(path, COLUMNS, _read, report, most=LARGEST, optional=COLUMNS[-1:])
    except TableUnreadable as error:
        raise RegisterMalformed(reason=error.reason) from error
    with transaction.atomic():
        for number, one in right:
            _write(one, number, report, by)
    return report


def _read(said: dict[str, str]) -> SiteView:
    """Errors: ValueError, with the reason."""
    kind = {"etablissement": Site.ESTABLISHMENT, "liberal": Site.LIBERAL}.get(said["type"].lower())
    if kind is None:
        raise ValueError("le type est « etablissement » ou « liberal »")
    try:
        number = said["identifiant"]
        identifier = parse_finess(number) if kind == Site.ESTABLISHMENT else str(parse_rpps(number))
    except StandardError as error:
        raise ValueError(f"l'identifiant n'est pas valable : {error.message}") from error
    if not said["nom"] or len(said["nom"]) > 250:
        raise ValueError("le nom est vide, ou trop long")
    if said["departement"] not in DEPARTEMENTS:
        raise ValueError(f"le département « {said['departement']} » n'existe pas")
    if said["statut"] not in set(Status):
        raise ValueError(f"le statut « {said['statut']} » n'existe pas")
    try:
        since = date.fromisoformat(said["depuis"])
    except ValueError:
        raise ValueError("« depuis » s'écrit AAAA-MM-JJ") from None
    if since > clock.today():
        raise ValueError("« depuis » n'est pas encore venu")
    return SiteView(
        identifier, kind, said["nom"], said["departement"], said["accompagnement"][:120], Status(said["statut"]), since
    )


def _write(one: SiteView, number: int, report: TableReport, by: Actor) -> None:
    site = Site.objects.filter(identifier=one.identifier).first()
    known = {"kind": one.kind, "name": one.name, "departement": one.departement, "helped_by": one.helped_by}
    is_new, changed = site is None, False
    if site is None:
        site = Site.objects.create(identifier=one.identifier, **known)
    elif any(getattr(site, name) != value for name, value in known.items()):
        Site.objects.filter(id=site.id).update(**known)
        changed = True
    step = SiteStep.objects.filter(site=site, since=one.since).first()
    if step is None:
        SiteStep.objects.create(
            site=site, status=one.status, since=one.since, noted_at=clock.now(), noted_by=by.id[:80]
        )
        if is_new:
            report.added += 1
        else:
            report.changed += 1
    elif step.status != one.status:
        report.refused.append((number, f"ce site a déjà le statut {step.status} depuis ce jour"))
    elif changed:
        report.changed += 1
    else:
        report.unchanged += 1


def sites(departements: Sequence[str], day: date) -> list[SiteView]:
    """The register at the end of a day, by département then by name; a site not contacted yet is not in it."""
    steps = SiteStep.objects.filter(since__lte=day).order_by("since")
    rows = Site.objects.filter(departement__in=departements).prefetch_related(Prefetch("steps", steps, "past"))
    found = [view_of(row, (Status(row.past[-1].status), row.past[-1].since)) for row in rows if row.past]
    order = {code: place for place, code in enumerate(DEPARTEMENTS)}
    return sorted(found, key=lambda one: (order[one.departement], one.name.lower(), one.identifier))


def view_of(row: Site, step: tuple[Status, date]) -> SiteView:
    """A site as of one of its statuses."""
    return SiteView(row.identifier, row.kind, row.name, row.departement, row.helped_by, *step, row.id)


def engaged(found: Iterable[SiteView]) -> dict[str, Counter[str]]:
    """How many take part, by département then by kind."""
    counts: dict[str, Counter[str]] = {}
    for one in found:
        if one.status.is_engaged:
            counts.setdefault(one.departement, Counter())[one.kind] += 1
    return counts
