"""What identity takes away of someone whose data are deleted."""

from __future__ import annotations

from django.db.models import Q

from ens.coffre.keyring import search_key
from ens.coffre.services import has_key
from ens.identity import queries
from ens.identity.models import (
    Compte,
    Contact,
    Doubt,
    Invitation,
    Matricule,
    MedecinTraitant,
    Rattachement,
    Representation,
    TraitsLookup,
    Usager,
)
from ens.identity.population.reading import traits_digest
from ens.identity.population.reasons import LineRefused
from ens.persistence.erasing import Erased, delete_rows
from ens.persistence.unit import Unit


def erase(unit: Unit) -> Erased:
    """Everything that says who they are, and the accounts that were theirs alone.

    Two things stay: an opaque row, and the keyed digests of their numbers, so that a later import finds them known
    and makes no other space. Called while the key exists.
    """
    _forget_traits(unit)
    delete_rows(unit, Contact, MedecinTraitant, Matricule, Representation)
    Usager.objects.filter(usager_id=unit.usager_id).update(
        sealed_traits=b"",
        declared=None,
        lot_id=None,
        departement="",
        channels=0,
        adult_on=None,
        died_on=None,
        legacy_dmp=False,
    )
    Doubt.objects.filter(Q(usager_id=unit.usager_id) | Q(other_id=unit.usager_id)).delete()
    _forget_accounts(unit)
    return Erased(keys=(unit.usager_id,))


def _forget_traits(unit: Unit) -> None:
    if not has_key(unit):
        return  # nothing of them can be read any more
    known = queries.traits(unit)
    born = known.birth_date.isoformat()
    try:
        value = traits_digest(search_key(), known.birth_name, known.first_names, born, known.sex, known.birth_place)
    except LineRefused:
        return  # a name no INS has was never noted
    TraitsLookup.objects.filter(digest=value, usager_id=unit.usager_id).delete()


def _forget_accounts(unit: Unit) -> None:
    """Nobody acts for them any more; an account that served for nothing else goes too."""
    ties = Rattachement.objects.filter(usager_id=unit.usager_id)
    accounts = list(ties.values_list("compte_id", flat=True))
    ties.delete()
    Invitation.objects.filter(usager_id=unit.usager_id).delete()
    Compte.objects.filter(id__in=accounts, professional=None, role="", rattachements=None).delete()
