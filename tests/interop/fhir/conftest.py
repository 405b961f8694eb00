"""Softwares that call the FHIR face with real tokens, through Django's own client."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from ens.kernel.ids import new_id


@dataclass
class Software:
    """A client of the face: its calls carry its token."""

    client: Any
    token: str

    def headers(self, extra: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/fhir+json", **extra}

    def get(self, path: str, **extra: str) -> Any:
        return self.client.get(f"/fhir/{path}", headers=self.headers(extra))

    def post(self, resource: dict[str, Any] | bytes, path: str = "", **extra: str) -> Any:
        from tests.interop.fhir.builders import body

        data = resource if isinstance(resource, bytes) else body(resource)
        content_type = extra.pop("content_type", "application/fhir+json")
        return self.client.post(f"/fhir/{path}", data=data, content_type=content_type, headers=self.headers(extra))


@pytest.fixture
def static_folder(db: Any) -> None:
    """WhiteNoise warns about a folder that is not there; tests collect no static file."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture
def software(static_folder: None) -> Callable[..., Software]:
    """Registers a software of a professional or an establishment, and gets its token as it would."""
    from django.test import Client

    from ens.identity import services
    from ens.identity.types import ProfessionalRef

    def make(owner: Any) -> Software:
        client_id = f"logiciel-{new_id()}"
        role = "professional" if isinstance(owner, ProfessionalRef) else "establishment"
        services.register_client(client_id, "un-secret-de-test", name="Logiciel", **{role: owner})
        client = Client()
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "un-secret-de-test"}
        answer = client.post("/oauth2/token/", form)
        assert answer.status_code == 200, answer.content
        return Software(client, answer.json()["access_token"])

    return make


@pytest.fixture
def authorise() -> Callable[[Any, Any], None]:
    """The usager lets a professional read, as from their own page."""

    def act(usager: Any, professional: Any) -> None:
        from ens.access import services as access

        access.authorise(usager.usager_id, rpps=professional.rpps, by=usager.actor)

    return act


def id_of(location: str) -> UUID:
    """The id in ``Kind/{id}/_history/{version}``, relative or absolute."""
    return UUID(location.split("/_history/")[0].rsplit("/", 1)[1])


@pytest.fixture
def inaya(people: Any) -> Any:
    return people.usager()


@pytest.fixture
def doctor(people: Any) -> Any:
    return people.professional("Dupond")


@pytest.fixture
def dupond(software: Any, doctor: Any, inaya: Any, authorise: Any) -> Any:
    authorise(inaya, doctor)
    return software(doctor)
