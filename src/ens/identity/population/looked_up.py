"""Whether the people of a database are found with the search key that is here."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connections

from ens.coffre.errors import ContentDamaged
from ens.coffre.keyring import digest, unwrap
from ens.coffre.sealing import FORMAT_OF_LOT, LotSealer, Sealer
from ens.identity.population.columns import Declaration
from ens.identity.queries import MATRICULE

_SOME = """
SELECT who.usager_id, who.sealed_traits, who.lot_id, lot.master, lot.wrapped, own.version, own.master, own.wrapped
FROM (SELECT * FROM identity_usager WHERE length(sealed_traits) > 0 LIMIT 5) AS who
LEFT JOIN cles.lot_key AS lot ON lot.lot_id = who.lot_id
LEFT JOIN cles.usager_key AS own ON own.usager_id = who.usager_id
"""


def are_found_with_this_key(alias: str) -> bool:
    """Whether people registered here are, a few of them looked at as the owner; so when there is nobody.

    For a database that is not marked yet (``coffre.marks``): no key is believed the right one on its word.
    Errors: MissingKey.
    """
    digests = [digest(MATRICULE, matricule) for matricule in _matricules(alias)]
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identity_matriculelookup WHERE digest = ANY(%s)", [digests])
        return not digests or bool(cursor.fetchone()[0])


def _matricules(alias: str) -> Iterator[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(_SOME)
        rows = cursor.fetchall()
    for who, sealed, lot_id, lot_master, lot_key, version, master, own_key in rows:
        try:
            if bytes(sealed[:1]) == FORMAT_OF_LOT and lot_key is not None:
                kept = LotSealer(lot_id, unwrap(lot_master, bytes(lot_key))).open(who, sealed)
                yield Declaration.unpacked(kept)["matricule"]
            elif own_key is not None:
                traits = Sealer(who, version, unwrap(master, bytes(own_key))).open_json("identite", who, sealed)
                yield traits["matricule"]
        except ContentDamaged:  # says nothing of the search key
            continue
