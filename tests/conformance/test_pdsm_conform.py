"""The black-box checker of PDSm servers, run unmodified against the face served over a real socket."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ens.kernel.ids import new_id


@pytest.fixture
def server(db: Any) -> Iterator[str]:
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


@pytest.mark.feature("S165")
def test_the_published_submission_is_filed(shared: Path, people: Any, server: str) -> None:
    from django.test import Client

    from ens.identity import queries, services

    raw = (shared / "data/fhir/pdsm4dmp/examples/Bundle-example-td2-iti65-lot-soumission.json").read_bytes()
    # The examples' patient has a wrong key and is always the same: one space for all the runs of a database.
    if queries.find_usager("123456789012345", "1.2.250.1.213.1.4.8") is None:
        people.usager(matricule_="123456789012345", oid="1.2.250.1.213.1.4.8")
    doctor = people.professional("Dupond")
    client_id = f"logiciel-{new_id()}"
    services.register_client(client_id, "un-secret-de-test", name="Logiciel", professional=doctor)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "un-secret-de-test"}
    token = Client().post("/oauth2/token/", form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    answer = Client().post("/fhir", data=raw, content_type="application/fhir+json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert [entry["response"]["status"] for entry in json.loads(answer.content)["entry"]] == ["201 Created"] * 3
