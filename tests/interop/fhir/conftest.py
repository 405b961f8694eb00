"""Softwares that call the FHIR face with real tokens, through Django's own client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from ens.kernel.ids import new_id
from tests.interop.fhir.door import Door, opened


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


class AtTheDoor(Software):
    """The same software, its calls going through the real server."""

    def call(self, method: str, target: str, body: Any = None, **extra: str) -> Any:
        """``target`` as it goes on the wire."""
        return self.client.call(method, target, body, self.headers(extra))

    def get(self, path: str, **extra: str) -> Any:
        return self.call("GET", f"/fhir/{path}", **extra)

    def post(self, resource: dict[str, Any] | bytes, path: str = "", **extra: str) -> Any:
        from tests.interop.fhir.builders import body

        data = resource if isinstance(resource, bytes) else body(resource)
        headers = {"Content-Type": extra.pop("content_type", "application/fhir+json"), **extra}
        return self.call("POST", f"/fhir/{path}".rstrip("/"), data, **headers)


@pytest.fixture
def outside(door: Door, dupond: Software) -> AtTheDoor:
    """Docteur Dupond's software, on the network."""
    return AtTheDoor(door, dupond.token)


@pytest.fixture(scope="session")
def door(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """The real server, once a worker; people and tokens of the tests are its own."""
    with opened(database, tmp_path_factory.mktemp("porte"), ENS_FHIR_REFUSALS_PER_MINUTE="100000") as found:
        yield found
        assert "_fault" not in found.log.read_text(), "something failed behind an answer: see its stack"
