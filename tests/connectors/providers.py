"""Identity providers of the tests: a real one in a process of its own, and one that signs whatever it is told to."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey


@contextmanager
def real() -> Iterator[str]:
    """The issuer of ``oidc-provider-mock``, which knows whoever ``register`` tells it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                urllib.request.urlopen(f"{issuer}/jwks", timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


def register(issuer: str, subject: str, claims: dict[str, Any]) -> None:
    request = urllib.request.Request(f"{issuer}/users/{subject}", json.dumps(claims).encode(), method="PUT")
    request.add_header("Content-Type", "application/json")
    urllib.request.urlopen(request, timeout=5).close()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def consent(url: str, subject: str = "", *, denies: bool = False) -> dict[str, str]:
    """What the provider sends back once the person answered its page."""
    said = {"action": "deny"} if denies else {"sub": subject}
    try:
        urllib.request.build_opener(_Stay).open(url, urllib.parse.urlencode(said).encode(), timeout=5).close()
    except urllib.error.HTTPError as answer:
        with answer:
            back = urllib.parse.urlsplit(answer.headers["Location"])
            return dict(urllib.parse.parse_qsl(back.query))
    raise AssertionError("the provider did not send back")


class Forger:
    """A provider whose answers are what ``token``, ``info`` and ``more`` say, signed or not by its published key."""

    def __init__(self) -> None:
        self.key, self.stranger = RSAKey.generate_key(2048, {"kid": "un"}), RSAKey.generate_key(2048, {"kid": "un"})
        self.claims: dict[str, Any] = {}
        self.info: Any = None
        self.metadata: dict[str, Any] = {}
        self.algorithm, self.signer = "RS256", self.key
        self.status = 200
        self.asked: list[str] = []
        self.issuer = ""

    def told(self, path: str) -> tuple[int, bytes, str]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            known = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks"}
            known |= {f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo")}
            return 200, json.dumps(known | self.metadata).encode(), "application/json"
        if path == "/jwks":
            return 200, json.dumps(KeySet([self.key]).as_dict(private=False)).encode(), "application/json"
        if path == "/token":
            header = {"alg": self.algorithm, "kid": "un"}
            token = jwt.encode(header, self.claims, self.signer, algorithms=[self.algorithm])
            body = json.dumps({"id_token": token, "access_token": "jeton", "token_type": "Bearer"})
            return self.status, body.encode(), "application/json"
        if isinstance(self.info, bytes):
            return 200, self.info, "application/jwt"
        return 200, json.dumps(self.info).encode(), "application/json"


@contextmanager
def forger() -> Iterator[Forger]:
    found = Forger()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body, kind = found.told(self.path.split("?")[0])
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if status in (301, 302):
                self.send_header("Location", "/token")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - idem

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
