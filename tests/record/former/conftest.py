"""Deliveries of former DMPs, and the people they are about."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ens.cli.imports import check, perform
from ens.kernel.ids import new_id
from ens.persistence import outbox
from ens.persistence.models import OutboxRow
from ens.standards.ins import Ins
from ens.standards.xdm import OutgoingDocument, XdmPatient, write_xdm
from tests.factories import before_all_due
from tests.record.builders import listed
from tests.record.files import small_pdf

NOW = datetime(2021, 3, 2, 9, 15, tzinfo=UTC)
HEADERS = {
    "personnes.csv": "oid;matricule;archive;documents;masques;acces;historique",
    "masques.csv": "matricule;document",
    "acces.csv": "matricule;qui;droit;depuis",
    "historique.csv": "matricule;date;auteur;role;acte;document",
}


class Folder:
    """A delivery being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[str, list[str]] = {name: [header] for name, header in HEADERS.items()}

    def person(self, person: Any, *titles: str, masked: tuple[str, ...] = (), **changes: Any) -> None:
        """Someone with a document a title, and a line of history each."""
        ids = {title: f"2.25.{new_id().int}" for title in titles}
        patient = XdmPatient(Ins.parse(person.matricule, person.oid), "MICHEL", "INAYA")
        documents = [
            OutgoingDocument(small_pdf(), one, "11488-4", "urn:ihe:iti:xds:2017:mimeTypeSufficient", title, NOW, (),
                             mime_type="application/pdf")
            for title, one in ids.items()
        ]  # fmt: skip
        archive = f"{person.matricule}.zip" if documents else ""
        if documents:
            (self.path / archive).write_bytes(write_xdm(documents, patient, sent_at=NOW))
        access = changes.get("access", ())
        self.lines["masques.csv"] += [f"{person.matricule};{ids.get(one, one)}" for one in masked]
        self.lines["acces.csv"] += [f"{person.matricule};{who};{right};2019-05-04" for who, right in access]
        self.lines["historique.csv"] += [
            f"{person.matricule};2020-01-0{place + 1};Dr Ancien;Médecin;a lu {title};{ids[title]}"
            for place, title in enumerate(titles)
        ]
        told = changes.get("told", (len(titles), len(masked), len(access), len(titles)))
        self.lines["personnes.csv"].append(f"{person.oid};{person.matricule};{archive};{';'.join(map(str, told))}")

    def write(self) -> Path:
        for name, lines in self.lines.items():
            (self.path / name).write_text("\n".join(lines) + "\n", "utf-8")
        return self.path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def asked(folder: Folder | Path, **options: Any) -> tuple[dict[str, Any], list[str]]:
    path = folder.write() if isinstance(folder, Folder) else folder
    given = {"dry_run": False, "refus": None, "rapprocher": False, "disparitions": False, "essai": False, **options}
    which = Namespace(what="dmp", file=path, **given)
    check(which)
    return perform(which)


def work(*people: Any) -> None:
    """The worker does what waits for these people."""
    ids = [person.usager_id for person in people]
    rows = OutboxRow.objects.filter(usager_id__in=ids, kind="ancien_dmp")
    rows.update(due_at=before_all_due())
    outbox.run_due(len(rows))


def titles(person: Any, **given: Any) -> list[str]:
    return sorted(card.title for card in listed(person, **given).cards)
