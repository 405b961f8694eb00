"""From a bearer token to the Actor it stands for, and the individual an establishment's software names.

The individual is named in each request by the header ``X-Ens-Personne``, in the form IHE IUA gives to a national
provider identifier: ``urn:oid:1.2.250.1.71.4.2.1|899700218896`` (PSIdNat), or the RPPS alone.
Source: RFC 6750; IHE ITI IUA, ITI-72; DESIGN 3, « One door ».
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from oauth2_provider.models import get_access_token_model

from ens.audit import events
from ens.identity import actors, clients
from ens.identity import queries as identity
from ens.identity.errors import ProfessionalUnknown
from ens.interop.fhir.errors import PersonUnknown, TokenInvalid, TokenMissing, TooManyRefusals, VersionTooOld
from ens.interop.fhir.refusals import Refusals
from ens.kernel.actor import Actor, ActorKind

SCOPE = "dossier"
CACHE_SECONDS = 30  # how long a revoked token, or a client no longer entitled, may still be believed
CACHE_SIZE = 4096

_AUTHORITY = "urn:oid:1.2.250.1.71.4.2.1|"
_NOBODY = Actor(ActorKind.SYSTEME, "inconnu", "Logiciel non identifié")


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    minimum: str
    expires: datetime
    believed_until: float


refusals = Refusals()
_cache: dict[bytes, _Known] = {}
_lock = threading.Lock()


def forget_tokens() -> None:
    """Empty the cache: what the database says is asked again at the next request."""
    with _lock:
        _cache.clear()


def actor_of_request(authorization: str, person: str = "", address: str = "", version: str = "") -> Actor:
    """Who makes the request. Errors: TokenMissing, TokenInvalid, TooManyRefusals, VersionTooOld, PersonUnknown.

    ``address`` is the caller's: refused too often, it is told so instead, and no more is written of it this minute.
    """
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenMissing()
    known = _client(token.strip(), address)
    if not clients.is_recent_enough(version, known.minimum):
        raise VersionTooOld(minimum=known.minimum)
    return name_person(known.actor, person.strip())


def _client(token: str, address: str) -> _Known:
    key = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
    known = _cache.get(key)
    if known is None or known.believed_until < time.monotonic():
        known = _look_up(key)
    if known is None or known.expires <= datetime.now(UTC):
        raise _refusal(address)
    return known


def _refusal(address: str) -> TokenInvalid | TooManyRefusals:
    """What a refused token is told. A good one is never slowed down, whatever its neighbours send."""
    most = settings.ENS_FHIR_REFUSALS_PER_MINUTE
    count = refusals.add(address)
    if count <= most:
        events.about_nobody("fhir", "jeton_refuse", by=_NOBODY, code=TokenInvalid.code)
        return TokenInvalid()
    if count == most + 1:
        events.about_nobody("fhir", "jetons_refuses_en_nombre", by=_NOBODY, code=TooManyRefusals.code)
    return TooManyRefusals(wait=refusals.wait(address))


def _look_up(key: bytes) -> _Known | None:
    # The column holds the same SHA-256, in hexadecimal: the token itself is not in the query.
    found = (
        get_access_token_model()
        .objects.filter(token_checksum=key.hex())
        .values_list("application__client_id", "expires", "scope", "application__minimum_version")
        .first()
    )
    actor = actors.client_actor(found[0]) if found and SCOPE in found[2].split() else None
    if found is None or actor is None:
        return None
    known = _Known(actor, found[3], found[1], time.monotonic() + CACHE_SECONDS)
    with _lock:
        if len(_cache) >= CACHE_SIZE:
            _cache.clear()
        _cache[key] = known
    return known


def rpps_of(person: str) -> str | None:
    """The RPPS of the header's value; None when it is not one."""
    value = person.removeprefix(_AUTHORITY)
    if re.fullmatch(r"8\d{11}", value, re.ASCII):
        return value[1:]
    return value if re.fullmatch(r"\d{11}", value, re.ASCII) else None


def name_person(client: Actor, person: str) -> Actor:
    """The actor once the individual is named. Errors: PersonUnknown.

    A professional's own software may repeat its professional, never name another.
    """
    if not person:
        return client
    rpps = rpps_of(person)
    if rpps is None:
        raise PersonUnknown()
    if client.kind is ActorKind.PROFESSIONNEL:
        if rpps != client.rpps:
            raise PersonUnknown()
        return client
    try:
        named = identity.professional(rpps)
    except ProfessionalUnknown:
        raise PersonUnknown() from None
    site = identity.establishment_by_id(client.organisation_id)
    return actors.professional_actor(named, client_id=client.client_id, organisation=site)
