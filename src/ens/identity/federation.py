"""Identities of an OpenID Connect provider tied to accounts: found, tied after a proof, untied.

The provider's name for a person is kept as a keyed digest. An account is tied to one identity of a provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from ens.coffre.keyring import digest, search_key
from ens.identity import accounts
from ens.identity.errors import IdentityOfAnother
from ens.identity.models import Compte, LinkedIdentity, TraitsLookup
from ens.identity.population.reading import traits_digest
from ens.identity.population.reasons import LineRefused
from ens.identity.queries import traits
from ens.identity.types import Pivot, ProvenIdentity
from ens.persistence.unit import Unit
from ens.standards.errors import StandardError
from ens.standards.traits import Traits


@dataclass(frozen=True, slots=True)
class Tie:
    """``since``: technical time."""

    issuer: str
    since: datetime


def account_of(identity: ProvenIdentity) -> Compte | None:
    """The account this identity opens."""
    found = LinkedIdentity.objects.filter(issuer=identity.issuer, subject=_subject(identity))
    row = found.filter(compte__is_active=True).select_related("compte").first()
    return row.compte if row is not None and accounts.holder_of(row.compte) is not None else None


def first_of_traits(pivot: Pivot) -> UUID | None:
    """The first person registered under these traits; whether they are the very same is asked of ``is_of``."""
    born = pivot.birth_date.isoformat()
    try:
        value = traits_digest(search_key(), pivot.birth_name, pivot.first_names, born, pivot.sex, pivot.birth_place)
    except LineRefused:  # a name no INS has
        return None
    return TraitsLookup.objects.filter(digest=value).values_list("usager_id", flat=True).first()


def is_of(unit: Unit, pivot: Pivot) -> bool:
    """Whether the unit's usager has these five traits. Source: référentiel INS, strict traits."""
    known = traits(unit)
    ours = Traits(known.birth_name, known.first_names, known.birth_date, known.sex, known.birth_place)
    theirs = Traits(pivot.birth_name, pivot.first_names, pivot.birth_date, pivot.sex, pivot.birth_place)
    try:
        return not ours.differences(theirs)
    except StandardError:
        return False


def tie(compte: Compte, identity: ProvenIdentity) -> bool:
    """Have this identity open the account, instead of a former one; False when it did. Errors: IdentityOfAnother."""
    subject = _subject(identity)
    known = LinkedIdentity.objects.filter(issuer=identity.issuer, subject=subject).first()
    if known is not None:
        if known.compte_id != compte.id:
            raise IdentityOfAnother()
        return False
    try:
        with transaction.atomic():
            LinkedIdentity.objects.filter(compte=compte, issuer=identity.issuer).delete()
            LinkedIdentity.objects.create(
                compte=compte, issuer=identity.issuer, subject=subject, since=datetime.now(UTC)
            )
    except IntegrityError as error:  # somebody else, at the same instant
        raise IdentityOfAnother() from error
    return True


def untie(compte: Compte, issuer: str) -> bool:
    """Whether there was one."""
    return bool(LinkedIdentity.objects.filter(compte=compte, issuer=issuer).delete()[0])


def ties(compte: Compte) -> list[Tie]:
    rows = LinkedIdentity.objects.filter(compte=compte).order_by("since")
    return [Tie(row.issuer, row.since) for row in rows]


def _subject(identity: ProvenIdentity) -> bytes:
    return digest("identite-federee", identity.issuer, identity.subject)
