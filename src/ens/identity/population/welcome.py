"""The first unit about someone imported: their key, the head of their trace, their rows.

Until then nothing was written about them but their registration: 67 million keys, heads and contacts for people of
whom many will oppose, or be written to weeks later, would be made in one night (decision 0011).
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connections

from ens.audit import events
from ens.coffre.services import create_key, lot_sealer
from ens.identity import queries, services
from ens.identity.errors import ProfessionalUnknown
from ens.identity.models import Usager
from ens.identity.population.columns import Declaration
from ens.identity.types import NewUsager, ProfessionalRef
from ens.kernel.actor import Actor, ActorKind
from ens.persistence import sql
from ens.persistence.unit import StartAgain, Unit

IMPORTER = Actor(ActorKind.SYSTEME, "import-population", "Assurance maladie")


def welcome(unit: Unit) -> bool:
    """Give the usager what everyone has once something is written about them; False for who has it, or is unknown."""
    row = Usager.objects.filter(usager_id=unit.usager_id, own_key=False).first()
    if row is None or row.lot_id is None:
        if sql.row("SELECT 1 FROM audit_head WHERE usager_id = %s", [unit.usager_id]):
            raise StartAgain  # another unit welcomed them since this one read its facts
        return False
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_head (usager_id, seq, rights) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING", [unit.usager_id]
        )
        if not cursor.rowcount:
            raise StartAgain  # another unit welcomes them
    declaration = Declaration.unpacked(lot_sealer(row.lot_id).open(unit.usager_id, row.sealed_traits))
    person = new_usager(declaration)
    seal = create_key(unit)
    row.sealed_traits = seal.seal_json("identite", unit.usager_id, services.sealed_part(person, person.matricule))
    row.own_key = True
    row.save(update_fields=("sealed_traits", "own_key"))
    for number, oid in ((person.matricule, person.oid), *declaration.other_matricules):
        services.note_number(unit, number, oid)  # one that is somebody else's was told to a human by the import
    services.write_belongings(unit, person, doctor_of(declaration), declared=True)
    events.usager_welcomed(unit, by=IMPORTER, registered_at=row.registered_at, lot_id=row.lot_id)
    return True


def new_usager(declaration: Declaration) -> NewUsager:
    return NewUsager(
        birth_name=declaration["nom_naissance"],
        first_names=declaration["prenoms"],
        birth_date=date.fromisoformat(declaration["date_naissance"]),
        sex=declaration["sexe"],
        birth_place=declaration["lieu_naissance"],
        matricule=declaration["matricule"],
        oid=declaration["oid"],
        used_name=declaration["nom_utilise"],
        used_first_name=declaration["prenom_utilise"],
        insured_matricule=declaration["matricule_assure"],
        email=declaration["email"],
        medecin_traitant_rpps=declaration["medecin_traitant"],
        identity_status=declaration["identite"] or "qualifiee",
        phone=declaration["telephone"],
        address=declaration.address,
        departement=declaration["departement"],
        legacy_dmp=declaration["dmp"] == "oui",
        large_print=declaration["gros_caracteres"] == "oui",
    )


def doctor_of(declaration: Declaration) -> ProfessionalRef | None:
    """The declared médecin traitant, when the directory knows them."""
    if not declaration["medecin_traitant"]:
        return None
    try:
        return queries.professional(declaration["medecin_traitant"])
    except ProfessionalUnknown:
        return None


def declarations(ids: list[UUID]) -> dict[UUID, Declaration]:
    """What was declared about people nothing was written about yet, set-wise: for letters and e-mails by lots.

    Who is not in the answer has a key of their own: a unit reads them.
    """
    with connections["batch"].cursor() as cursor:
        cursor.execute(
            "SELECT usager_id, lot_id, sealed_traits FROM identity_usager WHERE usager_id = ANY(%s) AND NOT own_key",
            [ids],
        )
        rows = cursor.fetchall()
    return {who: Declaration.unpacked(lot_sealer(lot_id).open(who, sealed)) for who, lot_id, sealed in rows}
