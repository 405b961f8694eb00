"""The software that speaks for a professional or an establishment at the FHIR door: added, given another secret, ended.

A secret is said once, when it is made; its hash alone is kept. What a withdrawn client had been given is worth nothing
from the next minute on (the door believes a token for thirty seconds).
Source: RFC 6749, 2.3.1 and 4.4 (client credentials).
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass

from django.db import transaction
from oauth2_provider.models import get_access_token_model

from ens.audit import events
from ens.identity import queries
from ens.identity.errors import ClientUnknown
from ens.identity.models import ApplicationCliente
from ens.identity.services import register_client
from ens.kernel.actor import Actor
from ens.standards.versions import is_at_least

STREAM = "fhir"


@dataclass(frozen=True, slots=True)
class Client:
    """``holder``: the professional or the establishment it speaks for; ``number``: their RPPS or FINESS.

    ``minimum``: the version asked of it; empty, any.
    """

    client_id: str
    name: str
    holder: str
    number: str
    minimum: str = ""


def everyone() -> list[Client]:
    """Those that may ask for a token, by name."""
    found = ApplicationCliente.objects.select_related("professional", "establishment").order_by("name", "client_id")
    return [_told(one) for one in found]


def add(name: str, *, rpps: str = "", finess: str = "", by: Actor) -> tuple[Client, str]:
    """A new client and its secret, said this once. Errors: ProfessionalUnknown, EstablishmentUnknown."""
    professional = queries.professional(rpps) if rpps else None
    establishment = queries.establishment(finess) if finess else None
    client_id, secret = f"{_plain(name)}-{secrets.token_hex(4)}", secrets.token_urlsafe(32)
    register_client(client_id, secret, name=name, professional=professional, establishment=establishment)
    events.about_nobody(STREAM, "logiciel_ajoute", by=by)
    return _told(_known(client_id)), secret


def renew(client_id: str, *, by: Actor) -> str:
    """Another secret; the former one and what it had obtained serve no more. Errors: ClientUnknown."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        known = _known(client_id)
        known.client_secret = secret
        known.save(update_fields=("client_secret",))
        _forget(known)
        events.about_nobody(STREAM, "secret_renouvele", by=by)
    return secret


def is_recent_enough(announced: str, minimum: str) -> bool:
    """``announced``: « name/2.10.1 », as the header says it. Under a minimum, what says no version is too old."""
    if not minimum:
        return True
    return is_at_least(announced.rpartition("/")[2].strip(), minimum)


def require(minimum: str, *, client_id: str = "", name: str = "", by: Actor) -> int:
    """From now on, this version at least: of one client, or of every client of a software's name; how many.

    ``minimum``: empty, any version again. Errors: ClientUnknown.
    """
    chosen = ApplicationCliente.objects.filter(**({"client_id": client_id} if client_id else {"name": name}))
    with transaction.atomic():
        count = chosen.update(minimum_version=minimum)
        if not count:
            raise ClientUnknown()
        events.about_nobody(STREAM, "version_minimale", by=by)
    return int(count)


def withdraw(client_id: str, *, by: Actor) -> None:
    """No token any more. What it filed stays, under the name of whom it spoke for. Errors: ClientUnknown."""
    with transaction.atomic():
        known = _known(client_id)
        _forget(known)
        known.delete()
        events.about_nobody(STREAM, "logiciel_retire", by=by)


def _forget(known: ApplicationCliente) -> None:
    get_access_token_model().objects.filter(application=known).delete()


def _known(client_id: str) -> ApplicationCliente:
    found = ApplicationCliente.objects.select_related("professional", "establishment").filter(client_id=client_id)
    known = found.first()
    if known is None:
        raise ClientUnknown()
    return known


def _told(one: ApplicationCliente) -> Client:
    if one.professional is not None:
        who = queries.professional_by_id(one.professional.id)
        return Client(one.client_id, one.name, who.name, who.rpps, one.minimum_version)
    site = queries.establishment_by_id(one.establishment_id)
    return Client(one.client_id, one.name, site.name, site.finess, one.minimum_version)


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:40] or "logiciel"
