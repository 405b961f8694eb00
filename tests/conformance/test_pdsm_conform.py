"""The black-box checker of PDSm servers, run unmodified against the face served over a real socket."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ens.kernel.ids import new_id
from tests.interop.fhir.conftest import static_folder

__all__ = ["static_folder"]  # the fixture, used by its name


@pytest.fixture
def server(static_folder: None) -> Iterator[str]:
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the checker prints what it sees."""

    served = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    served.set_app(get_wsgi_application())
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{served.server_port}"
    finally:
        served.shutdown()
        served.server_close()
        thread.join(timeout=5)


@pytest.fixture
def authorised(people: Any) -> tuple[Any, str]:
    """Inaya, and the client of a doctor whom she lets read."""
    from ens.access import services as access
    from ens.identity import services

    inaya, doctor = people.usager(), people.professional("Dupond")
    access.authorise(inaya.usager_id, rpps=doctor.rpps, by=inaya.actor)
    client_id = f"logiciel-{new_id()}"
    services.register_client(client_id, "un-secret-de-test", name="Logiciel", professional=doctor)
    return inaya, client_id


@pytest.mark.slow
@pytest.mark.feature("S046", "S047")
def test_the_published_checker_passes(shared: Path, server: str, authorised: tuple[Any, str]) -> None:
    inaya, client_id = authorised
    command = [
        sys.executable, str(shared / "tools" / "pdsm_conform.py"),
        "--base", f"{server}/fhir", "--identifier", f"{inaya.oid}|{inaya.matricule}",
        "--token-url", f"{server}/oauth2/token", "--client-id", client_id, "--client-secret", "un-secret-de-test",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout.splitlines()[-1]


@pytest.fixture
def published(shared: Path) -> dict[str, Any]:
    raw = (shared / "data/fhir/pdsm4dmp/examples/Bundle-example-td2-iti65-lot-soumission.json").read_bytes()
    found: dict[str, Any] = json.loads(raw)
    return found


@pytest.fixture
def post(people: Any, static_folder: None) -> Callable[[dict[str, Any]], Any]:
    """Files under the token of a doctor, in the space of the examples' patient."""
    from django.test import Client

    from ens.identity import queries, services

    # The examples' patient has a wrong key and is always the same: one space for all the runs of a database.
    if queries.find_usager("123456789012345", "1.2.250.1.213.1.4.8") is None:
        people.usager(matricule_="123456789012345", oid="1.2.250.1.213.1.4.8")
    client_id = f"logiciel-{new_id()}"
    services.register_client(
        client_id, "un-secret-de-test", name="Logiciel", professional=people.professional("Dupond")
    )
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "un-secret-de-test"}
    token = Client().post("/oauth2/token/", form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return lambda bundle: Client().post("/fhir", json.dumps(bundle), "application/fhir+json", headers=headers)


def test_the_published_submission_is_refused_only_for_its_empty_cda(published: dict[str, Any], post: Any) -> None:
    """Its Binary is ``<ClinicalDocument/>``: no header, so nobody can tell whose it is."""
    answer = post(published)
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "cda_invalide"


def test_the_published_submission_is_filed_once_it_has_a_document(published: dict[str, Any], post: Any) -> None:
    data = b"%PDF-1.4\n%%EOF\n"
    attachment = published["entry"][1]["resource"]["content"][0]["attachment"]
    attachment["contentType"] = published["entry"][2]["resource"]["contentType"] = "application/pdf"
    attachment["size"] = len(data)
    attachment["hash"] = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
    published["entry"][2]["resource"]["data"] = base64.b64encode(data).decode()
    answer = post(published)
    assert answer.status_code == 200, answer.content
    assert [entry["response"]["status"] for entry in answer.json()["entry"]] == ["201 Created"] * 3
