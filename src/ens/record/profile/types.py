"""What the medical profile takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ens.record.profile.rubrics import Rubric


@dataclass(frozen=True, slots=True)
class Item:
    """``answers``: as kept, by question. ``facts``: the same in words, a line each, the comment aside."""

    id: UUID
    rubric: Rubric
    version: int
    heading: str
    facts: list[str]
    comment: str
    answers: dict[str, Any]
    author: str
    recorded_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RubricState:
    """Where a rubric stands. ``summary``: its items in a line."""

    rubric: Rubric
    count: int = 0
    summary: str = ""
    unconcerned_at: datetime | None = None
    unconcerned_by: str = ""
    changed_at: datetime | None = None

    @property
    def is_answered(self) -> bool:
        """Something was written, or « non concerné » was said."""
        return self.count > 0 or self.unconcerned_at is not None


@dataclass(frozen=True, slots=True)
class FiledSynthesis:
    """The synthesis on record. ``is_stale``: the profile changed since."""

    document_id: UUID
    filed_at: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Profile:
    rubrics: list[RubricState]
    filed: FiledSynthesis | None = None

    @property
    def answered(self) -> list[RubricState]:
        return [one for one in self.rubrics if one.is_answered]

    @property
    def waiting(self) -> list[RubricState]:
        return [one for one in self.rubrics if not one.is_answered]


@dataclass(frozen=True, slots=True)
class RubricView:
    state: RubricState
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Synthesis:
    """A PDF of the profile as it was read, for the usager to keep, file or send."""

    data: bytes
    filename: str = "synthese-profil-medical.pdf"
    media_type: str = "application/pdf"
