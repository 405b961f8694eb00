"""HTTP of the FHIR face: who calls, which interaction, which answer. What it means is elsewhere."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ens.interop.fhir import interactions, negotiation, outcome
from ens.interop.fhir.authentication import actor_of_request
from ens.interop.fhir.body import read_body
from ens.interop.fhir.errors import AddressUnknown, InternalFault, MethodNotOffered
from ens.interop.fhir.interactions import Answer, Call
from ens.interop.fhir.offer import OFFER
from ens.kernel.errors import EnsError
from ens.kernel.network import address_of
from ens.persistence import features
from ens.persistence.connection import FAULTS, unavailable
from ens.persistence.features import Feature

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """What is offered at one shape of address: a handler by method."""

    methods: dict[str, Callable[[Call], Answer]]
    public: bool = False


ROUTES: dict[tuple[str, ...], Route] = {
    shape: Route({method: getattr(interactions, one.act) for method, one in address.methods.items()}, address.public)
    for shape, address in OFFER.items()
}


CALLER = ("Authorization", "X-Ens-Personne", "X-App-Version")
DEPOSITS = (interactions.transaction, interactions.create)


@csrf_exempt
def fhir(request: HttpRequest, path: str | None = None) -> HttpResponse:
    """Answer any call under /fhir: with what was asked, or with an OperationOutcome."""
    try:
        return _respond(_answer(request, path or ""), head_only=request.method == "HEAD")
    except EnsError as error:
        return _refuse(error)
    except FAULTS as error:
        return _refuse(unavailable(error))
    except Exception as error:  # noqa: BLE001 - the last resort of a door
        # The caller of a protocol gets an OperationOutcome, never a page; the cause goes to the logs, where it failed
        # but not its message, which may quote what was sent.
        log.error("fhir_fault", error=type(error).__name__, stack="".join(traceback.format_tb(error.__traceback__)))
        return _refuse(InternalFault())


def _answer(request: HttpRequest, path: str) -> Answer:
    segments: tuple[str, ...] = tuple(segment for segment in path.split("/") if segment)
    route, object_id, version = _route(segments)
    headers = request.headers
    actor = None
    if route is None or not route.public:
        address = address_of(
            request.META.get("REMOTE_ADDR", ""), headers.get("X-Forwarded-For", ""), settings.ENS_PROXIES
        )
        authorization, person, software = (headers.get(name, "") for name in CALLER)
        actor = actor_of_request(authorization, person, address, software)
    if route is None:
        raise AddressUnknown()
    method = "GET" if request.method == "HEAD" else request.method or ""
    handler = route.methods.get(method)
    if handler is None:
        raise MethodNotOffered(allowed=sorted(route.methods) + ["HEAD"] * ("GET" in route.methods))
    if not route.public:
        features.check(Feature.DEPOSIT if handler in DEPOSITS else Feature.READING)
    if handler in DEPOSITS:
        features.check_may_write()
    call = Call(
        kind=segments[0] if segments else "",
        object_id=object_id,
        version=version,
        actor=actor,
        query=request.META.get("QUERY_STRING", ""),
        accept=headers.get("Accept", ""),
        content_type=headers.get("Content-Type", ""),
        content_encoding=headers.get("Content-Encoding", ""),
        if_none_match=headers.get("If-None-Match", ""),
        if_modified_since=headers.get("If-Modified-Since", ""),
        prefer=headers.get("Prefer", ""),
        base_url=settings.ENS_BASE_URL,
        read_body=lambda: read_body(request),
    )
    return handler(call)


def _route(segments: tuple[str, ...]) -> tuple[Route | None, UUID | None, str]:
    """The route, the id and the version in the address. An id that none of ours looks like is absent, like another."""
    exact = ROUTES.get(segments)
    if exact is not None:
        return exact, None, ""
    shape, version = (*segments[:1], "{id}"), ""
    if len(segments) == 4 and segments[2] == "_history":
        shape, version = (*shape, "_history", "{version}"), segments[3]
    if len(segments) != len(shape):
        return None, None, ""
    try:
        return ROUTES.get(shape), UUID(segments[1]), version
    except ValueError:
        return ROUTES.get(shape), None, version


def _respond(answer: Answer, *, head_only: bool) -> HttpResponse:
    response = HttpResponse(b"" if head_only else answer.body, status=answer.status, headers=answer.headers)
    response["Content-Type"] = answer.media_type
    response["Cache-Control"] = "no-store"
    if head_only:
        response["Content-Length"] = str(len(answer.body))
    if answer.status == 304:
        del response["Content-Type"]
    return response


def _refuse(error: EnsError) -> HttpResponse:
    status = outcome.status_of(error)
    response = HttpResponse(outcome.operation_outcome(error), status=status, content_type=negotiation.FHIR_JSON_UTF8)
    response["Cache-Control"] = "no-store"
    if status == 401:
        reason = "" if error.code == "jeton_absent" else ', error="invalid_token"'
        response["WWW-Authenticate"] = f'Bearer realm="fhir", scope="dossier"{reason}'
    elif status == 405:
        response["Allow"] = ", ".join(error.facts["allowed"])
    elif status in (429, 503):
        response["Retry-After"] = str(error.facts.get("wait", 2))
    return response
