"""The receipt of an opposition: an accessible PDF (PDF/UA-1) that names nobody by more than initials and a year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ens.enrolment.choosing import Opposition
from ens.kernel.clock import PARIS
from ens.standards import paper
from ens.web.common.words import full_day, hour

_SHEET = Path(__file__).parent / "recepisse.typ"


@dataclass(frozen=True, slots=True)
class Receipt:
    data: bytes
    filename: str = "recepisse-opposition.pdf"
    media_type: str = "application/pdf"


def of_opposition(opposition: Opposition) -> Receipt:
    at, who = opposition.at.astimezone(PARIS), opposition.standing
    said = {
        "service": settings.ENS_SERVICE_NAME,
        "personne": f"{who.initials}, {'née' if who.sex == 'F' else 'né'} en {who.birth_year}",
        "date": f"{full_day(at)}, à {hour(at)}",
        "reference": opposition.reference,
        "telephone": settings.ENS_SUPPORT_PHONE,
        "horaires": settings.ENS_SUPPORT_HOURS,
        "adresse": f"{settings.ENS_BASE_URL}/bienvenue/",
    }
    return Receipt(paper.draw(_SHEET, said, at=opposition.at))
