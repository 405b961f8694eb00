"""Whom a request is about, and the little that is said of them: nothing more than the INS that was asked.

Unknown, never created, opposed or closed answer alike, in words and by the same path: a look-up by the INS, then a unit
of work, about nobody when nobody is found. By id there is nothing to look up: a unit about an id that is no usager's is
one about nobody.
"""

from __future__ import annotations

from uuid import UUID

import orjson

from ens.audit import events
from ens.enrolment.errors import SpaceAbsent
from ens.enrolment.queries import check_open
from ens.identity import queries as identity
from ens.interop.fhir.references import IdKey, InsKey, PatientKey
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work
from ens.record.errors import PatientDifferent


def usager_of(key: PatientKey) -> UUID:
    """The usager a request names, or an id of nobody's: what is asked about it is then refused by the same path."""
    if isinstance(key, InsKey):
        ref = identity.find_usager(key.matricule, key.oid)
        return ref.usager_id if ref else identity.nobody(key.matricule)
    return key.usager_id


def usager_of_deposit(ins: InsKey | None, patient_id: IdKey | None) -> UUID:
    """The usager a deposit names, by INS, by id, or by both agreeing. Errors: SpaceAbsent, PatientDifferent."""
    if ins is None:
        if patient_id is None:
            raise SpaceAbsent()
        return usager_of(patient_id)
    found = usager_of(ins)
    if patient_id is not None and patient_id.usager_id != found:
        raise PatientDifferent(where="Patient/id et INS")
    return found


def patient_resource(key: PatientKey, *, by: Actor) -> tuple[UUID, bytes]:
    """The Patient of an open space. Errors: SpaceAbsent. Source: PDSm4DMP, TD0.2."""
    usager_id = usager_of(key)

    def act(unit: Unit) -> tuple[UUID, bytes]:
        events.patient_looked_up(unit, attempt=True)
        check_open(unit)
        # The INS as it was asked; by id, the one on file. Never the traits: they come from the INSi service.
        ins = key if isinstance(key, InsKey) else _ins_on_file(unit)
        events.patient_looked_up(unit)
        return usager_id, orjson.dumps(
            {
                "resourceType": "Patient",
                "id": str(usager_id),
                "active": True,
                "identifier": [{"use": "official", "system": f"urn:oid:{ins.oid}", "value": ins.matricule}],
            }
        )

    return unit_of_work(usager_id, act, by=by)


def _ins_on_file(unit: Unit) -> InsKey:
    known = identity.traits(unit)
    return InsKey(known.oid, known.matricule)
