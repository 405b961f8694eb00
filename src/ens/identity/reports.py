"""What an import of the directory did, for who asked it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class ImportReport:
    """``refused`` is a list of (line number, reason)."""

    kind: str
    read: int = 0
    written: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "read": self.read,
            "written": dict(self.written),
            "refused": [{"line": line, "reason": reason} for line, reason in self.refused],
        }
