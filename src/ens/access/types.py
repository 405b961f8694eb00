"""Facts on which access decides, and what it answers. Plain data: no database, no request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ens.kernel.actor import AccessMode, ActorKind

CURRENT, SUPERSEDED, ARCHIVED, DELETED = "current", "superseded", "archived", "deleted"


class InForce(NamedTuple):
    """A choice in force, about a professional or an establishment."""

    id: UUID
    who_kind: str
    who_id: UUID
    state: str
    since: datetime
    by_kind: str


class Motive(StrEnum):
    """Why a professional opens a record in the usual mode: said each time, and read by the patient."""

    CARE = "prise_en_charge"
    TEAM = "equipe_de_soins"

    @property
    def told(self) -> str:
        """In the sentence of the patient's history."""
        return _TOLD[self]


_TOLD = {
    Motive.CARE: "pour vous prendre en charge ce jour-là",
    Motive.TEAM: "comme membre de votre équipe de soins",
}


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """Who wants to read, as far as this usager's record is concerned. ``queries.reader_facts`` makes it."""

    kind: ActorKind
    is_usager: bool = False  # the usager of this record, or who acts for them
    rpps: str = ""  # of the individual; empty: nobody is named
    profession: str = ""  # TRE_G15
    is_medecin_traitant: bool = False
    authorised_since: datetime | None = None
    blocked_since: datetime | None = None  # the person, or an establishment they act in
    mode: AccessMode = AccessMode.NORMAL
    is_administrator: bool = False  # named by the usager; also sees what is masked (N086)
    is_representative: bool = False  # with is_usager: a minor's legal representative
    today: date | None = None  # in Paris; unknown: what is held back stays held back


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the decision needs of a document. ``declared_author_rpps`` is the bare RPPS (11 digits), or empty."""

    type_code: str
    is_masked: bool = False
    is_held_back: bool = False  # INVISIBLE_PATIENT, waiting for the announcement (R1111-53)
    declared_author_rpps: str = ""
    status: str = CURRENT
    held_back_since: date | None = None  # released to the usager a month later
    is_hidden_from_representatives: bool = False  # INVISIBLE_REPRESENTANTS_LEGAUX (R1111-50)


class Outcome(StrEnum):
    """What a rule did: settled the question, or let the next one speak."""

    ALLOWS = "autorise"
    REFUSES = "refuse"
    PASSES = "passe"


@dataclass(frozen=True, slots=True)
class RuleApplied:
    """One rule of the chain, with its plain French sentence for the usager."""

    code: str
    sentence: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer and the chain of rules that led to it, in the order they were applied."""

    allowed: bool
    rules: tuple[RuleApplied, ...]

    @property
    def deciding(self) -> RuleApplied:
        return self.rules[-1]

    @property
    def sentence(self) -> str:
        """Why, in one sentence for the usager."""
        return self.deciding.sentence


class Cell(StrEnum):
    """A cell of the matrix. An unknown cell refuses and says that it is to be completed."""

    YES = "oui"
    NO = "non"
    TO_COMPLETE = "a_completer"


@dataclass(frozen=True, slots=True)
class KnownReader:
    """Someone whose access to the record is a question: chosen by the usager, or médecin traitant."""

    name: str
    role_label: str
    facts: ReaderFacts


@dataclass(frozen=True, slots=True)
class Answer:
    """« Qui pourrait lire ce document ? »: one person, and why."""

    reader: KnownReader
    decision: Decision


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the page Confidentialité: authorised since, or blocked since."""

    id: UUID
    name: str
    role_label: str
    is_organisation: bool
    rpps: str
    finess: str
    since: datetime
    blocked_since: datetime | None
    by_professional: bool = False  # written down by the professional, on oral consent (N082)


@dataclass(frozen=True, slots=True)
class FormerChoice:
    """A choice made in a former DMP, about a professional or an establishment."""

    is_block: bool
    since: datetime
    rpps: str = ""
    finess: str = ""
