"""What the identity strip shows of a patient, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ens.identity.types import Traits
from ens.kernel import clock


@dataclass(frozen=True, slots=True)
class Patient:
    """The traits a professional checks before reading, and sees on every page of the record."""

    usager_id: UUID
    nom: str
    prenom: str
    prenoms: str
    nom_utilise: str
    naissance: date
    sexe: str
    age: str
    ne: str
    matricule: str


def patient(usager_id: UUID, traits: Traits) -> Patient:
    female = traits.sex == "F"
    used = f"{traits.used_first_name} {traits.used_name}".strip()
    return Patient(
        usager_id=usager_id,
        nom=traits.birth_name.upper(),
        prenom=traits.shown_first_name,
        prenoms=", ".join(name.title() for name in traits.first_names.split()),
        nom_utilise=used,
        naissance=traits.birth_date,
        sexe={"F": _("féminin"), "M": _("masculin")}.get(traits.sex, _("non précisé")),
        age=_age(traits.birth_date),
        ne=_("Née le") if female else _("Né le"),
        matricule=traits.matricule,
    )


def _age(birth: date) -> str:
    """In years; in months before two years, when months matter."""
    today = clock.today()
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    if months < 24:
        return _("%(n)s mois") % {"n": max(months, 0)}
    years = months // 12
    return ngettext("%(n)s an", "%(n)s ans", years) % {"n": years}
