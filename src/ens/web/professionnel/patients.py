"""Whom a professional asks for, and what the identity strip shows of them, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ens.access import queries as access
from ens.access import services
from ens.identity import queries as identity
from ens.identity.types import Traits
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.persistence.locator import locate
from ens.standards.ins import IdentityStatus
from ens.web.professionnel.forms import SearchForm


@dataclass(frozen=True, slots=True)
class Patient:
    """The traits a professional checks before reading, and sees on every page of the record."""

    usager_id: UUID
    nom: str
    prenom: str
    prenoms: str
    nom_utilise: str
    naissance: date
    lieu: str
    sexe: str
    age: str
    ne: str
    matricule: str
    statut: str  # how far the identity can be trusted (RNIV)
    est_qualifiee: bool


def asked_for(form: SearchForm, *, by: Actor) -> UUID | None:
    """The usager of a search, or the id of nobody: what follows is the same work for both. Every search is counted.

    None when the form is to be typed again, and says why.
    """
    if not form.is_valid():
        return None
    services.count_search(by)
    matricule = form.cleaned_data["matricule"]
    ref = identity.find_usager(matricule)
    if ref is None and form.key_is_wrong():
        form.say_wrong_key()
        return None
    return ref.usager_id if ref else identity.nobody(matricule)


def patient_of(request: HttpRequest, usager_id: UUID, *, traced: bool) -> Patient:
    """The identity to check or to show. Errors: as ``access.open_record``, the same for an id that is nobody's."""
    if locate(usager_id) != usager_id:  # the id of a document is not a patient's
        raise Http404
    return patient(usager_id, access.open_record(usager_id, by=request.actor, traced=traced))


def patient(usager_id: UUID, traits: Traits) -> Patient:
    female = traits.sex == "F"
    used = f"{traits.used_first_name} {traits.used_name}".strip()
    if not traits.used_name and used.upper() == traits.first_names.split()[0].upper():
        used = ""  # the first of the first names, said already
    return Patient(
        usager_id=usager_id,
        nom=traits.birth_name.upper(),
        prenom=traits.shown_first_name,
        prenoms=", ".join(name.title() for name in traits.first_names.split()),
        nom_utilise=used,
        naissance=traits.birth_date,
        lieu=traits.birth_place,
        sexe={"F": _("féminin"), "M": _("masculin")}.get(traits.sex, _("non précisé")),
        age=_age(traits.birth_date),
        ne=_("Née le") if female else _("Né le"),
        matricule=traits.matricule,
        statut=_statuses().get(traits.identity_status, _("Identité non vérifiée")),
        est_qualifiee=traits.identity_status == IdentityStatus.QUALIFIEE,
    )


def _statuses() -> dict[str, str]:
    return {
        IdentityStatus.QUALIFIEE: _("INS qualifiée"),
        IdentityStatus.RECUPEREE: _("Identité récupérée"),
        IdentityStatus.VALIDEE: _("Identité validée"),
        IdentityStatus.PROVISOIRE: _("Identité provisoire"),
    }


def _age(birth: date) -> str:
    """In years; in months before two years, when months matter."""
    today = clock.today()
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    if months < 24:
        return _("%(n)s mois") % {"n": max(months, 0)}
    years = months // 12
    return ngettext("%(n)s an", "%(n)s ans", years) % {"n": years}
