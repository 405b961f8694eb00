"""What can happen in the story: a filing, a letter, an addition by Inaya herself, a reading, an opening."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ens.demonstration.cast import member
from ens.demonstration.doors import Filing, Letter
from ens.demonstration.sheets import Sheet, Table, archive, cda, pdf
from ens.kernel.clock import PARIS

BIOLOGY, BIOLOGY_LABEL = "11502-2", "CR d'examens biologiques"
_ADDRESSES = {
    "Labo BioPCR Orly": "12, avenue des Analyses, 94310 Orly",
    "Hôpital Jean Bernadeau": "1, rue de la Maternité, 44000 Nantes",
    "Cabinet du Docteur Dupond": "8, place du Marché, 44000 Nantes",
    "CRCDC Pays de la Loire": "5, rue des Allées, 44800 Saint-Herblain",
    "Pharmacie du Marché": "10, place du Marché, 44000 Nantes",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens ``days`` before today at that hour; ``tell`` makes it from its date."""

    days: int
    at: time
    key: str
    tell: Callable[[datetime], object]

    def when(self, today: date) -> datetime:
        return datetime.combine(today - timedelta(days=self.days), self.at, PARIS)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """What Inaya adds herself."""

    title: str
    category: str
    data: bytes


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What Inaya writes in a rubric of her medical profile; no words, « non concerné »."""

    key: str
    rubric: str
    typed: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opening:
    """Inaya reads everything that has arrived."""


def written(title: str, sender: str, *paragraphs: str, table: Table = (), signature: str = "") -> Sheet:
    """A sheet with its sender's address."""
    return Sheet(title, sender, _ADDRESSES.get(sender, ""), paragraphs, table, signature)


def filing(
    days: int,
    at: time,
    key: str,
    author: str,
    type_code: str,
    sheet: Sheet,
    *,
    labels: tuple[str, ...] = (),
    patient: str = "inaya",
) -> Moment:
    """A PDF filed by the software of its author's practice."""

    def tell(at: datetime) -> Filing:
        who = member(patient)
        data = pdf(sheet, who, at)
        return Filing(key, who, member(author), sheet.title, type_code, data, "application/pdf", at, labels=labels)

    return Moment(days, at, key, tell)


def words(days: int, at: time, key: str, rubric: str, **said: Any) -> Moment:
    """Written in the medical profile; a number of days is the month it was, so many days before."""

    def tell(at: datetime) -> OwnWords:
        return OwnWords(key, rubric, {name: _month(at, one) if type(one) is int else one for name, one in said.items()})

    return Moment(days, at, key, tell)


def _month(at: datetime, days_before: int) -> tuple[str, str, str]:
    day = at - timedelta(days=days_before)
    return "", str(day.month), str(day.year)


def biology(days: int, at: time, key: str, sheet: Sheet, *, level: int = 3, replaces: str = "") -> Moment:
    """A CDA filed by the laboratory: level 3 with its table, or level 1 around the PDF."""

    def tell(at: datetime) -> Filing:
        patient, author = member("inaya"), member("riviere")
        body = pdf(sheet, patient, at) if level == 1 else b""
        data = cda(key, sheet, patient, author, type_code=BIOLOGY, type_label=BIOLOGY_LABEL, at=at, body=body)
        return Filing(key, patient, author, sheet.title, BIOLOGY, data, "text/xml", at, replaces=replaces)

    return Moment(days, at, key, tell)


def letter(
    days: int,
    at: time,
    key: str,
    sender: str,
    label: str,
    subject: str,
    text: str,
    *,
    files: tuple[tuple[str, Sheet], ...] = (),
    health_mail: Sheet | None = None,
    ends: bool = False,
) -> Moment:
    """A message of an operator's mailbox, its PDF files, and the ``IHE_XDM.zip`` of ``health_mail``."""

    def tell(at: datetime) -> Letter:
        inaya, who = member("inaya"), member(sender)
        made = [(name, pdf(sheet, inaya, at)) for name, sheet in files]
        if health_mail is not None:
            data = cda(key, health_mail, inaya, who, type_code=BIOLOGY, type_label=BIOLOGY_LABEL, at=at)
            made.append(("IHE_XDM.zip", archive(key, data, health_mail, inaya, who, type_code=BIOLOGY, at=at)))
        return Letter(key, who, label, inaya, subject, text, at, tuple(made), ends)

    return Moment(days, at, key, tell)


def addition(days: int, at: time, key: str, title: str, category: str, *paragraphs: str) -> Moment:
    def tell(at: datetime) -> OwnFile:
        return OwnFile(title, category, pdf(Sheet(title, "Inaya Michel", "", paragraphs), member("inaya"), at))

    return Moment(days, at, key, tell)


def reading(days: int, at: time, doctor: str) -> Moment:
    return Moment(days, at, f"lecture-{doctor}", lambda at: member(doctor))


def opening(days: int, key: str) -> Moment:
    return Moment(days, time(20), key, lambda at: Opening())
