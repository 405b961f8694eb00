"""``DIR/demo.json``: what a visitor, a check or a load tool needs to speak to the space."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from ens.demonstration import places
from ens.demonstration.cast import cast, of_kind
from ens.demonstration.standing import state_of
from ens.enrolment.types import State


def write() -> Path:
    """Exactly as promised (docs/exploitation/demonstration.md); whole or not at all, for its owner only."""
    base = os.environ["ENS_BASE_URL"].rstrip("/")
    host, _, port = os.environ["ENS_SMTP_LISTEN"].rpartition(":")
    folder = places.folder()
    certificates, boxes = folder / "certificats", folder / "boites"
    letters = folder / "courriers"
    letters.mkdir(mode=0o700, exist_ok=True)
    domain = settings.ENS_MAIL_DOMAIN
    contract = {
        "base_url": base,
        "fhir_base": f"{base}/fhir",
        "token_url": f"{base}/oauth2/token",
        "smtp": {"host": host.strip("[]"), "port": int(port), "ca": str(certificates / "autorite.pem")},
        "operators": [
            {
                "domain": one.operator,
                "cert": str(certificates / f"{one.operator}.pem"),
                "key": str(certificates / f"{one.operator}.key"),
                "maildir": str(boxes / one.operator),
            }
            for one in of_kind("operateur")
        ],
        "courriels": str(boxes / "courriel"),
        "courriers": str(letters),
        "personas": [
            {"key": one.key, "role": one.role, "name": one.name, "entry": f"/demonstration/entrer/{one.key}/"}
            for one in cast()
            if one.is_persona
        ],
        "usagers": [
            {
                "key": one.key,
                "name": one.name,
                "birth_date": one.birth_date,
                "matricule": one.matricule,
                "oid": one.oid,
                "address": f"{one.matricule}@{domain}",
                "state": _told(state_of(one)),
            }
            for one in of_kind("usager")
        ],
        "professionals": [
            {
                "key": one.key,
                "name": one.name,
                "rpps": one.rpps,
                "profession": one.profession,
                "address": one.address,
                "client_id": places.client_id(one.key),
                "client_secret": places.client_secret(places.client_id(one.key)),
            }
            for one in of_kind("professionnel")
        ],
        "establishments": [
            {
                "key": one.key,
                "name": one.name,
                "finess": one.finess,
                "client_id": places.client_id(one.key),
                "client_secret": places.client_secret(places.client_id(one.key)),
            }
            for one in of_kind("etablissement")
        ],
    }
    return places.write_json("demo.json", contract, where=Path(os.environ["ENS_DATA"]))


def _told(state: State) -> str:
    """A space deleted since is told as closed: the states of the contract do not change."""
    return str(State.CLOSED if state is State.DELETED else state)
