"""What the figures are read against: a known server, the first marks, and where the project is going.

The known server is Medplum 5.0.10 (Node 24, PostgreSQL 15, Redis 7), measured with the same client on two cores in
November 2026: CPU milliseconds an operation of server, database and cache together, with its trace (AuditEvent, written
after the answer) stored or not. It cannot be installed beside this project, hence the calibration.
France files 419 million documents in 2025: 13.3 a second.
"""

from __future__ import annotations

from dataclasses import dataclass

FRANCE_PER_S = 13.3


@dataclass(frozen=True)
class Mark:
    """CPU milliseconds an operation, scaled; None where nobody was measured."""

    words: str
    first: float | None
    aim: float | None
    medplum: float | None = None
    medplum_traced: float | None = None


DOCUMENTS = {
    "bundle": Mark("dépôt ITI-65, PDF de 50 ko", 5.0, 2.2, 13.1, 19.7),
    "search": Mark("recherche de 50 documents", 2.5, 1.2, 4.6, 6.7),
    "read": Mark("lecture d'un DocumentReference", 1.8, 0.8, 1.15, 5.8),
    "binary": Mark("lecture d'un Binary de 50 ko", None, None),
}
GROWTH_FIRST, GROWTH_AIM = 1.2, 1.05
MAIL_FIRST, MAIL_AIM = 0.6, 1.0
PAGE_P95_MS = 100
BUSY_CORES = 0.5  # used by other programs: beyond, a figure is shown and nothing is concluded
BUSY = "machine occupée, sans conclusion"


def verdict(value: float, first: float | None, aim: float | None, other_cores: float = 0.0) -> str:
    """In words, for a figure that should be small. Neighbours only make it larger, so a mark held stays held."""
    if first is None or aim is None:
        return ""
    if other_cores > BUSY_CORES and value > aim:
        return BUSY if value > first else f"repère {first:g} tenu"
    if value <= aim:
        return f"visé {aim:g} atteint"
    return f"repère {first:g} tenu" if value <= first else f"repère {first:g} manqué"
