"""Sheets drawn by typst: PDF/UA-1 (ISO 14289-1), the same bytes for the same words at the same moment.

Neither the machine's fonts nor the folder it runs in matter: the typeface is here, the template says where the rest is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

_TYPEFACE = Path(__file__).parent / "polices"


def draw(template: Path, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template whose data is JSON in ``sys.inputs.donnees``; ``at`` is the date it bears."""
    # A compiler of its own each time: one that draws cannot be asked again before it is done, and pages are many.
    compiler = typst.Compiler(root=str(template.parent), font_paths=_fonts())
    made = compiler.compile(
        input=str(template),
        format="pdf",
        sys_inputs={"donnees": json.dumps(data)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return bytes(made) if isinstance(made, bytes) else b"".join(made or ())


@lru_cache(maxsize=1)
def _fonts() -> Any:
    """Read once: our typeface alone."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(_TYPEFACE)])
