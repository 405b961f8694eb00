"""Facts to vary one at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from ens.access.types import DocumentFacts, ReaderFacts
from ens.kernel.actor import ActorKind

SINCE = datetime(2021, 9, 13, 10, 2, tzinfo=UTC)
TODAY = date(2026, 3, 16)
RPPS, OTHER_RPPS = "10000000017", "10000000025"
BIOLOGY, RESIDENCE = "11502-2", "ATTEST-RESID"
MEDECIN, INFIRMIER, PHARMACIEN = "10", "60", "21"


def doctor(**changes: Any) -> ReaderFacts:
    """An authorised physician, individually identified, in the usual mode."""
    facts = {"rpps": RPPS, "profession": MEDECIN, "authorised_since": SINCE, "today": TODAY}
    return ReaderFacts(ActorKind.PROFESSIONNEL, **{**facts, **changes})


def usager(**changes: Any) -> ReaderFacts:
    return ReaderFacts(ActorKind.USAGER, is_usager=True, today=TODAY, **changes)


def biology(**changes: Any) -> DocumentFacts:
    """A plain document of another author, which a physician's row of the matrix reads."""
    return DocumentFacts(**{"type_code": BIOLOGY, "declared_author_rpps": OTHER_RPPS, **changes})
