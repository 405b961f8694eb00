"""The address that gives tokens: django-oauth-toolkit's, behind a door that answers JSON whatever is sent.

Source: RFC 6749, 4.4 and 5.2 (``error_description`` is ASCII, without quotation marks).
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView

from ens.audit import events
from ens.interop.fhir.body import discard, discard_unannounced
from ens.interop.fhir.errors import TooManyRefusals
from ens.interop.fhir.refusals import Refusals
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.errors import Unavailable
from ens.kernel.network import address_of
from ens.persistence.connection import FAULTS, unavailable

MAX_BYTES = 16_384
FORM = "application/x-www-form-urlencoded"
refusals = Refusals()
log = structlog.get_logger(__name__)

_NOBODY = Actor(ActorKind.SYSTEME, "inconnu", "Logiciel non identifié")
_library = TokenView.as_view()
_DESCRIPTIONS = {
    "invalid_client": "Identifiant ou secret inconnu.",
    "invalid_scope": "Seul scope=dossier est offert.",
    "unauthorized_client": "Ce logiciel ne peut pas demander de jeton ainsi.",
}


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """A token for a client's id and secret, or the reason in JSON. A secret tried too often is not even compared."""
    if request.method != "POST":
        return _refuse(405, "invalid_request", "Seule la methode POST est offerte.", Allow="POST")
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced.isdigit():
        discard_unannounced(request)
        return _refuse(411, "invalid_request", "Annoncez la longueur du corps (Content-Length).")
    if int(announced) > MAX_BYTES:
        discard(request, int(announced))
        return _refuse(413, "invalid_request", f"Le corps depasse {MAX_BYTES} octets.")
    if request.content_type not in (FORM, "multipart/form-data"):
        return _refuse(400, "invalid_request", f"Le corps doit suivre {FORM}.")
    try:
        client_id = _client_id(request)
    except (SuspiciousOperation, BadRequest, MultiPartParserError, ValueError, binascii.Error):
        return _refuse(400, "invalid_request", "La demande ne peut pas se lire.")
    except Unavailable as error:  # too many are being read already
        return _refuse(503, "temporarily_unavailable", error.sentence, **_later(2))
    if request.POST.get("grant_type") != "client_credentials":  # the library knows others, none is offered
        return _refuse(400, "unsupported_grant_type", "grant_type=client_credentials est attendu.")
    return _given(request, client_id)


def _given(request: HttpRequest, client_id: str) -> HttpResponse:
    forwarded = request.headers.get("X-Forwarded-For", "")
    key = f"{address_of(request.META.get('REMOTE_ADDR', ''), forwarded, settings.ENS_PROXIES)} {client_id[:100]}"
    if refusals.count(key) >= settings.ENS_FHIR_REFUSALS_PER_MINUTE:
        return _refuse(429, "invalid_client", "Trop de refus, recommencez plus tard.", **_later(refusals.wait(key)))
    try:
        answer = _library(request)
        if answer.status_code == 401 and refusals.add(key) <= settings.ENS_FHIR_REFUSALS_PER_MINUTE:
            events.about_nobody("fhir", "secret_refuse", by=_NOBODY, code="invalid_client")
    except FAULTS as error:
        unavailable(error)
        return _refuse(503, "temporarily_unavailable", "Recommencez dans un instant.", **_later(2))
    return _described(answer)


def _client_id(request: HttpRequest) -> str:
    """Whom the caller says it is, everything it sent being text. Errors: ValueError and Django's own."""
    words = [word for pair in request.POST.items() for word in pair]
    client_id = str(request.POST.get("client_id", ""))
    scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given = b64decode(basic.strip()).decode("utf-8", "replace")
        words.append(given)
        client_id = given.partition(":")[0]
    if any("\x00" in word for word in words):
        raise ValueError("a null character")
    return client_id


def _described(answer: HttpResponse) -> HttpResponse:
    """The library's refusals, with a sentence: it gives the code alone."""
    if answer.status_code < 400:
        return answer
    said = json.loads(answer.content)
    sentence = _DESCRIPTIONS.get(said.get("error"))
    if sentence and "error_description" not in said:
        answer.content = json.dumps({**said, "error_description": sentence}).encode()
    return answer


def _later(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}


def _refuse(status: int, error: str, sentence: str, **headers: str) -> HttpResponse:
    body = {"error": error, "error_description": sentence}
    if status == 429:
        body["error_uri"] = f"urn:ens:codes:{TooManyRefusals.code}"
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache", **headers})
