"""Reading a delivery of former DMPs: a folder of one IHE_XDM.zip a person, and four CSV files beside.

A person is right as a whole or refused as a whole, with a reason that names nobody. Everything is judged here, so that
nothing but the space itself can stand in the way of the takeover.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from ens.access.types import FormerChoice
from ens.kernel import clock, tables
from ens.kernel.errors import EnsError
from ens.kernel.tables import TableUnreadable
from ens.record.errors import FormerDmpMalformed
from ens.record.former.documents import deposits
from ens.record.former.types import Counts, Delivered, FormerLine, Rest
from ens.record.judging import check_dates, judge, normal_id, one_line
from ens.standards.errors import StandardError
from ens.standards.finess import parse_finess
from ens.standards.hl7 import PARIS
from ens.standards.ins import Ins
from ens.standards.rpps import parse_rpps

MOST_LINES = 1_000_000  # of a file beside them
LARGEST = 10_000  # people a delivery: what is beside the archives is held in memory
PERSONS, MASKS, ACCESS, HISTORY = "personnes.csv", "masques.csv", "acces.csv", "historique.csv"
COLUMNS = {
    PERSONS: ("oid", "matricule", "archive", "documents", "masques", "acces", "historique"),
    MASKS: ("matricule", "document"),
    ACCESS: ("matricule", "qui", "droit", "depuis"),
    HISTORY: ("matricule", "date", "auteur", "role", "acte", "document"),
}
T = TypeVar("T")
Row = dict[str, str]
Refused = tuple[int, str]


class _Beside(Generic[T]):
    """What one file says, by matricule; the first wrong line of each person is kept as why they are refused."""

    def __init__(self) -> None:
        self.found: dict[str, list[T]] = defaultdict(list)
        self.wrong: dict[str, str] = {}
        self.first_line: dict[str, int] = {}


class Delivery:
    """A folder, its files read once. Errors: FormerDmpMalformed, of the folder as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.masks = _beside(folder, MASKS, _mask)
        self.access = _beside(folder, ACCESS, _choice)
        self.history = _beside(folder, HISTORY, _line)
        self.persons = list(_rows(folder, PERSONS))
        if len(self.persons) > LARGEST:
            raise FormerDmpMalformed(reason=f"elle a plus de {LARGEST} personnes, coupez-la")

    def strangers(self) -> list[str]:
        """Lines about someone who is not in the list of people: told, since nothing is done with them."""
        known = {row["matricule"].upper() for _, row in self.persons}
        return [
            f"{name}, ligne {line} : cette personne n'est pas dans {PERSONS}"
            for name, beside in ((MASKS, self.masks), (ACCESS, self.access), (HISTORY, self.history))
            for matricule, line in beside.first_line.items()
            if matricule not in known
        ]

    def people(self) -> Iterator[Delivered | Refused]:
        """Each person, judged with the bytes of their archive; or their line with why they are refused."""
        seen: set[str] = set()
        for line, row in self.persons:
            try:
                one = self._person(line, row)
                if one.matricule in seen:
                    raise ValueError("cette personne est déjà donnée plus haut")
                seen.add(one.matricule)
            except (ValueError, StandardError, EnsError) as error:
                said = error.sentence if isinstance(error, EnsError) else str(getattr(error, "message", "") or error)
                yield line, said
            else:
                yield one

    def _person(self, line: int, row: Row) -> Delivered:
        ins = Ins.parse(row["matricule"], row["oid"])
        number = ins.matricule.value
        for name, beside in ((MASKS, self.masks), (ACCESS, self.access), (HISTORY, self.history)):
            if number in beside.wrong:
                raise ValueError(f"{name}, {beside.wrong[number]}")
        archive = self._archive(row["archive"])
        judged = [judge(one) for one in deposits(archive.read_bytes())] if archive else []
        ids = {unique_id for one in judged for unique_id in one.unique_ids}
        for one in judged:
            theirs = (*one.deposit.patients, *(one.header.patients if one.header else ()))
            if any(patient != (number, row["oid"]) for patient in theirs):
                raise ValueError("un document de l'archive est celui d'une autre personne")
        masks = tuple(dict.fromkeys(self.masks.found[number]))
        if unknown := [one for one in masks if one not in ids]:
            raise ValueError(f"{len(unknown)} masque(s) nomment un document absent de l'archive")
        rest = Rest(masks, tuple(self.access.found[number]), tuple(self.history.found[number]))
        counts = Counts(len(judged), len(masks), len(rest.access), len(rest.history))
        _check_announced(row, counts)
        return Delivered(line, number, row["oid"], archive, rest, counts)

    def _archive(self, name: str) -> Path | None:
        if not name:
            return None
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise ValueError("l'archive est hors du dossier")
        if not path.is_file():
            raise ValueError("l'archive n'est pas là")
        return path


def _check_announced(row: Row, found: Counts) -> None:
    """Counted before by the former system, and now in what it delivers."""
    for column, number in zip(COLUMNS[PERSONS][3:], found.as_json().values(), strict=True):
        said = row[column]
        if not (said.isascii() and said.isdigit() and len(said) < 8):
            raise ValueError(f"« {column} » n'est pas un nombre")
        if int(said) != number:
            raise ValueError(f"{column} : {said} annoncés, {number} livrés")


# -- the files ------------------------------------------------------------------------------------------------------
def _rows(folder: Path, name: str) -> Iterator[tuple[int, Row]]:
    path = folder / name
    if not path.is_file():
        raise FormerDmpMalformed(reason=f"le fichier {name} manque")
    try:
        for line, row in tables.rows(path, COLUMNS[name], most=MOST_LINES):
            if isinstance(row, str):
                raise FormerDmpMalformed(reason=f"{name}, ligne {line} : {row}")
            yield line, row
    except TableUnreadable as error:
        raise FormerDmpMalformed(reason=f"{name}, {error.reason}") from error


def _beside(folder: Path, name: str, read: Any) -> _Beside[Any]:
    beside: _Beside[Any] = _Beside()
    for line, row in _rows(folder, name):
        matricule = row["matricule"].upper()
        beside.first_line.setdefault(matricule, line)
        try:
            beside.found[matricule].append(read(row))
        except (ValueError, StandardError, EnsError) as error:
            why = error.sentence if isinstance(error, EnsError) else str(getattr(error, "message", "") or error)
            beside.wrong.setdefault(matricule, f"ligne {line} : {why}")
    return beside


def _mask(row: Row) -> str:
    if not row["document"]:
        raise ValueError("le document n'est pas nommé")
    return normal_id(row["document"])


def _choice(row: Row) -> FormerChoice:
    if row["droit"] not in ("autorise", "bloque"):
        raise ValueError("le droit est « autorise » ou « bloque »")
    who, is_block, since = row["qui"], row["droit"] == "bloque", _moment(row["depuis"])
    if len(who) == 9:
        return FormerChoice(is_block, since, finess=parse_finess(who))
    return FormerChoice(is_block, since, rpps=parse_rpps(who, lenient=True))


def _line(row: Row) -> FormerLine:
    if not row["acte"]:
        raise ValueError("l'acte n'est pas dit")
    said = {name: one_line(row[column]) for name, column in (("author", "auteur"), ("role", "role"), ("act", "acte"))}
    return FormerLine(at=_moment(row["date"]), document=normal_id(row["document"])[:200], **said)


def _moment(text: str) -> datetime:
    """A day, or a day and an hour, of Paris when no zone is said. Errors: ValueError, DateImplausible."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("une date s'écrit AAAA-MM-JJ, ou AAAA-MM-JJTHH:MM:SS") from None
    found = found if found.tzinfo else found.replace(tzinfo=PARIS)
    check_dates(found)
    if found > clock.now():
        raise ValueError("une date n'est pas encore venue")
    return found
