"""Is this carte Vitale theirs? The same tests on what stands for the service and on the client of a real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ens.connectors.vitale.client import CardService
from ens.connectors.vitale.simulator import SimulatedCards, serial_of
from ens.identity.errors import CardsUnavailable

INAYA, OTHER = "289456789012325", "279035121518989"


class _Service(BaseHTTPRequestHandler):
    """Answers by the interface of the README; ``server.misbehave`` makes it answer otherwise."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers.get("Authorization"), json.loads(body)))  # type: ignore[attr-defined]
        status, answer, headers = self.server.misbehave or (200, None, {})  # type: ignore[attr-defined]
        if answer is None:
            said = json.loads(body)
            answer = json.dumps({"correspond": SimulatedCards().belongs(said["matricule"], said["numero_serie"])})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def service() -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    server.asked, server.misbehave = [], None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "jeton"
    path.write_text("secret-de-test\n")
    return path


@pytest.fixture(params=["client", "simulator"])
def register(request: pytest.FixtureRequest, service: Any, token: Path) -> Any:
    if request.param == "simulator":
        return SimulatedCards()
    return CardService(f"http://127.0.0.1:{service.server_port}/", str(token))


@pytest.mark.feature("S006")
def test_a_card_is_its_holder_s_and_nobody_else_s(register: Any) -> None:
    assert register.belongs(INAYA, serial_of(INAYA)) is True
    assert register.belongs(OTHER, serial_of(INAYA)) is False
    assert register.belongs(INAYA, "00000000") is False
    assert register.belongs("pas un matricule", serial_of(INAYA)) is False
    assert register.belongs("2A9452B89012325"[:15], "") is False


def test_the_client_shows_its_token_and_says_nothing_in_the_address(service: Any, token: Path) -> None:
    CardService(f"http://127.0.0.1:{service.server_port}", str(token)).belongs(INAYA, "12345678")
    path, authorization, body = service.asked[0]
    assert (path, authorization) == ("/cartes/verifier", "Bearer secret-de-test")
    assert body == {"matricule": INAYA, "numero_serie": "12345678"}


@pytest.mark.parametrize(
    "answer",
    [(500, "{}", {}), (401, "{}", {}), (200, "", {}), (200, "oui", {}), (200, "[]", {}),
     (200, '{"correspond": "oui"}', {}), (302, "", {"Location": "http://127.0.0.1:1/"}), (200, " " * 5000, {})],
)  # fmt: skip
def test_what_is_not_an_answer_lets_nobody_in_and_tells_nobody_they_are_wrong(
    service: Any, token: Path, answer: Any
) -> None:
    service.misbehave = answer
    with pytest.raises(CardsUnavailable):
        CardService(f"http://127.0.0.1:{service.server_port}", str(token)).belongs(INAYA, serial_of(INAYA))
    assert len(service.asked) == 1  # a redirection is not followed


def test_a_service_away_or_a_token_missing_is_said(token: Path) -> None:
    for url, path in (("http://127.0.0.1:1", str(token)), ("http://127.0.0.1:1", "/nulle/part")):
        with pytest.raises(CardsUnavailable):
            CardService(url, path).belongs(INAYA, "12345678")


@pytest.mark.parametrize("url", ["http://cartes.example", "ftp://cartes.example", "cartes.example"])
def test_a_service_in_clear_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        CardService(url)
