"""How a request names a patient: by INS (conditional, logical, contained) or by the id we gave.

Source: PDSm and PDSm4DMP guides, subject; FHIR R4, references.html and http.html#trules (conditional references).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from ens.interop.fhir.errors import PatientMissing, ReferenceUnresolved
from ens.record.errors import PatientDifferent

# INS-NIR, INS-NIA, and the two test authorities. Source: référentiel INS.
INS_OIDS = frozenset({"1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11"})
_CONDITIONAL = re.compile(r"Patient\?identifier=([^&]+)\Z")


@dataclass(frozen=True, slots=True)
class InsKey:
    """A patient named by INS: the assigning authority's OID and the 15 characters, as sent."""

    oid: str
    matricule: str


@dataclass(frozen=True, slots=True)
class IdKey:
    """A patient named by the id given by Patient?identifier=."""

    usager_id: UUID


PatientKey = InsKey | IdKey


def ins_of_token(token: str) -> InsKey | None:
    """``urn:oid:OID|matricule`` as an INS; None when it is not shaped as one."""
    system, bar, value = unquote(token).partition("|")
    if not bar:
        return None
    return ins_of(system, value)


def ins_of(system: str, value: str) -> InsKey | None:
    """The INS of an identifier; None for any other identifier (a hospital's own number…)."""
    oid = system.removeprefix("urn:oid:")
    matricule = value.replace(" ", "").upper()
    if oid not in INS_OIDS or not (len(matricule) == 15 and matricule.isascii() and matricule.isalnum()):
        return None
    return InsKey(oid, matricule)


def id_of(reference: str, fhir_base: str) -> UUID | None:
    """The UUID of ``Patient/{id}``, relative or under our own base; None for anything else."""
    path = reference.removeprefix(fhir_base.rstrip("/") + "/")
    kind, slash, value = path.partition("/")
    if kind != "Patient" or not slash:
        return None
    try:
        return UUID(value.split("/_history/")[0])
    except ValueError:
        return None


def patient_of_reference(
    reference: dict[str, Any], contained: Iterable[dict[str, Any]], fhir_base: str, where: str
) -> PatientKey:
    """Whom a Reference to a patient names. Errors: PatientMissing, PatientDifferent, ReferenceUnresolved."""
    keys = list(_keys(reference, list(contained), fhir_base, where))
    if not keys:
        raise PatientMissing(expression=where)
    if len(set(keys)) > 1 and len({key for key in keys if isinstance(key, InsKey)}) > 1:
        raise PatientDifferent(where="patient désigné de deux façons", expression=where)
    return keys[0]


def _keys(
    reference: dict[str, Any], contained: list[dict[str, Any]], fhir_base: str, where: str
) -> Iterator[PatientKey]:
    text = reference.get("reference", "")
    if text:
        key = _key_of_text(text, contained, fhir_base)
        if key is None:
            raise ReferenceUnresolved(expression=f"{where}.reference")
        yield key
    identifier = reference.get("identifier")
    if identifier:
        ins = ins_of(identifier.get("system", ""), identifier.get("value", ""))
        if ins is not None:
            yield ins


def _key_of_text(text: str, contained: list[dict[str, Any]], fhir_base: str) -> PatientKey | None:
    conditional = _CONDITIONAL.match(text.removeprefix(fhir_base.rstrip("/") + "/"))
    if conditional:
        return ins_of_token(conditional[1])
    if text.startswith("#"):
        patient = next((r for r in contained if r.get("id") == text[1:] and r["resourceType"] == "Patient"), None)
        return ins_of_patient(patient) if patient else None
    usager_id = id_of(text, fhir_base)
    return IdKey(usager_id) if usager_id else None


def patient_named(value: dict[str, Any], fhir_base: str) -> PatientKey | None:
    """Whom an element names by itself, as an Identifier or a Reference; None when it is neither, or of no patient."""
    text = value.get("reference")
    if isinstance(text, str) and "Patient" in text:
        return _key_of_text(text, [], fhir_base)
    system, number = value.get("system"), value.get("value")
    if isinstance(system, str) and isinstance(number, str):
        return ins_of(system, number)
    return None


def ins_of_patient(patient: dict[str, Any]) -> InsKey | None:
    """The INS of a Patient resource, None when it carries none. Errors: PatientDifferent when it carries two."""
    found = {
        ins
        for identifier in patient.get("identifier", [])
        if (ins := ins_of(identifier.get("system", ""), identifier.get("value", "")))
    }
    if len(found) > 1:
        raise PatientDifferent(where="patient contenu", expression="contained.ofType(Patient).identifier")
    return next(iter(found), None)


def one_patient(keys: Iterable[PatientKey]) -> tuple[InsKey | None, IdKey | None]:
    """The one patient of a deposit, by INS, by id, or both. Errors: PatientMissing, PatientDifferent.

    Compared as written, before anything is looked up, so that the answer says nothing of who has a space.
    """
    every = set(keys)
    ins = {key for key in every if isinstance(key, InsKey)}
    ids = {key for key in every if isinstance(key, IdKey)}
    if not every:
        raise PatientMissing()
    if len(ins) > 1 or len(ids) > 1:
        raise PatientDifferent(where="patients désignés dans le dépôt")
    return next(iter(ins), None), next(iter(ids), None)
