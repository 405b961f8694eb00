"""When something of ours does not answer, the caller still gets an OperationOutcome, and none of the cause."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from ens.interop.fhir import views
from ens.interop.fhir.middleware import FhirFirstMiddleware

BEARER = {"Authorization": "Bearer x"}


def failing(error: Exception) -> Any:
    def call(*_: object) -> None:
        raise error

    return call


def test_a_database_that_does_not_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "actor_of_request", failing(OperationalError("host=secret")))
    answer = views.fhir(RequestFactory().get("/fhir/List", headers=BEARER), "List")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "2"
    assert b"base_indisponible" in answer.content
    assert b"secret" not in answer.content


def test_a_fault_of_ours_tells_nothing_of_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "actor_of_request", failing(RuntimeError("cause")))
    answer = views.fhir(RequestFactory().get("/fhir/List", headers=BEARER), "List")
    assert answer.status_code == 500
    assert b"erreur_interne" in answer.content
    assert b"cause" not in answer.content


@pytest.mark.parametrize(
    ("path", "is_fhir"), [("/fhir", True), ("/fhir/metadata", True), ("/fhirs", False), ("/documents/", False)]
)
def test_only_the_face_is_answered_before_the_rest(path: str, is_fhir: bool) -> None:
    def others(_: HttpRequest) -> HttpResponse:
        return HttpResponse(b"page", status=418)

    answer = FhirFirstMiddleware(others)(RequestFactory().get(path))
    assert (answer.status_code == 418) is not is_fhir
