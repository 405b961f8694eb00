"""What a former DMP holds, and what became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ens.access.types import FormerChoice


@dataclass(frozen=True, slots=True)
class Counts:
    """What is reconciled, before and after."""

    documents: int = 0
    masks: int = 0
    access: int = 0
    history: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FormerLine:
    """One line of the former history, as the former system said it."""

    at: datetime
    author: str
    role: str
    act: str
    document: str  # its producer's unique id, when the line is about one

    def as_json(self) -> dict[str, str]:
        return {**asdict(self), "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Rest:
    """Beside the documents. ``masks``: unique ids of the documents their holder had masked."""

    masks: tuple[str, ...] = ()
    access: tuple[FormerChoice, ...] = ()
    history: tuple[FormerLine, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "masks": sorted(self.masks),
            "access": [{**asdict(one), "since": one.since.isoformat()} for one in self.access],
            "history": [one.as_json() for one in self.history],
        }

    @classmethod
    def of(cls, said: dict[str, Any]) -> Rest:
        return cls(
            tuple(said["masks"]),
            tuple(FormerChoice(**{**one, "since": datetime.fromisoformat(one["since"])}) for one in said["access"]),
            tuple(FormerLine(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in said["history"]),
        )


@dataclass(frozen=True, slots=True)
class Delivered:
    """One person of a delivery, judged. ``line``: in ``personnes.csv``; ``counts``: of what is there, and announced."""

    line: int
    matricule: str
    oid: str
    archive: Path | None
    rest: Rest
    counts: Counts


@dataclass(frozen=True, slots=True)
class FormerDmpView:
    """What its holder sees of it; ``lines`` of the former history, newest first."""

    received_at: datetime
    taken_at: datetime | None
    told: Counts
    taken: Counts
    lines: list[FormerLine] = field(default_factory=list)
    total: int = 0
