"""A whole space, started by its command, once for all scenarios of a worker; and people at its doors."""

from __future__ import annotations

import fcntl
import json
import os
import re
import smtplib
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.cli.conftest import a_free_port, bare_environment
from tests.seaweed import Seaweed, seaweed

ENS = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "ens"


def until(found: Callable[[], Any], seconds: float = 20) -> Any:
    """What ``found`` gives once it gives something."""
    deadline = time.monotonic() + seconds
    while True:
        value = found()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.1)


@dataclass
class Space:
    data: Path
    contract: dict[str, Any]
    supervisor: int = 0  # its process number, when it runs
    settings: dict[str, str] = field(default_factory=dict)  # the operator's own

    @property
    def ports(self) -> tuple[int, int]:
        """Of the pages, and of the mail."""
        return int(self.contract["base_url"].rpartition(":")[2]), int(self.contract["smtp"]["port"])

    def one(self, kind: str, key: str) -> dict[str, Any]:
        return next(one for one in self.contract[kind] if one["key"] == key)

    def ens(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(ENS), *arguments, "--data", str(self.data)]
        environment = {**bare_environment(), **self.settings}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a space whose story was told, and that was stopped: made by the first worker that asks for it.

    A space started on a copy, elsewhere and at other addresses, only has what any second start does left to do.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of all the workers of this run
    data, unfinished = shared / "espace-prepare", shared / "espace-copie"
    with (shared / "espace-prepare.verrou").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data.exists():
            with tempfile.TemporaryDirectory(prefix="ens-histoire-") as folder:
                Path(folder).chmod(0o755)
                with started_on(Path(folder)) as space:
                    pass
                assert set(space.data.glob("run/*.pid")) == set()
                copy(space.data, unfinished)
            # kept between starts: two copies that start at once would take the same
            (unfinished / "base" / "port").unlink()
            (unfinished / "demonstration" / "ports.json").unlink()
            unfinished.rename(data)
    return data


def copy(data: Path, to: Path) -> None:
    """With its owners and modes: the database's files are those of another user when the tests run as root."""
    to.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", f"{data}/.", to], check=True)


@pytest.fixture(scope="session")
def space(prepared: Path) -> Iterator[Space]:
    """One for all the scenarios of a worker: each leaves the others' people as they were."""
    with _started(prepared) as running:
        yield running


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[Seaweed]:
    """A real store of objects, for the spaces whose contents are not in their folder; each has a place there."""
    with seaweed() as running:
        yield running


@pytest.fixture
def own_space(prepared: Path) -> Iterator[Space]:
    """One for a scenario that changes everyone's day."""
    with _started(prepared) as running:
        yield running


@pytest.fixture
def kept_folder() -> Iterator[Path]:
    """For a scenario that starts a space several times: see ``started_on``."""
    with tempfile.TemporaryDirectory(prefix="ens-histoire-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def _started(prepared: Path) -> Iterator[Space]:
    with tempfile.TemporaryDirectory(prefix="ens-histoire-") as folder:
        Path(folder).chmod(0o755)
        copy(prepared, Path(folder) / "var")
        with started_on(Path(folder)) as running:
            yield running


@contextmanager
def started_on(
    folder: Path, *, like: Space | None = None, settings: dict[str, str] | None = None
) -> Iterator[Space]:
    """A space whose data is in this folder, running; at the addresses of the one it follows, if any."""
    if not ENS.exists():
        pytest.skip("il manque .venv/bin/ens : lancez make test")
    data, said = folder / "var", folder / "dit.txt"
    ports = like.ports if like else (a_free_port(), a_free_port())
    places = ("--http", f"127.0.0.1:{ports[0]}", "--smtp", f"127.0.0.1:{ports[1]}")
    command = [str(ENS), "up", "--demo", "--data", str(data), *places]
    with said.open("wb") as out:
        environment = {**bare_environment(), **(settings or {})}
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment, start_new_session=True)
    try:
        until(lambda: "est prêt" in said.read_text() or process.poll() is not None, 120)
        assert process.poll() is None, said.read_text()
        yield Space(data, json.loads((data / "demo.json").read_text()), process.pid, settings or {})
    finally:
        process.terminate()
        process.wait(30)


def refused(act: Callable[[], object]) -> int:
    """The status of what a visitor does and is refused."""
    try:
        act()
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    raise AssertionError("this was not refused")


class Visitor:
    """Someone with a browser, without JavaScript: cookies, forms, nothing else."""

    def __init__(self, space: Space, key: str) -> None:
        self._base = space.contract["base_url"]
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        self.home = self.post(space.one("personas", key)["entry"], {})

    def _answer(self, request: urllib.request.Request) -> str:
        with self._open(request, timeout=30) as answer:
            self.address = answer.url.removeprefix(self._base)
            return str(answer.read().decode())

    def get(self, path: str) -> str:
        return self._answer(urllib.request.Request(self._base + path))

    def bytes_of(self, path: str) -> bytes:
        with self._open(self._base + path, timeout=30) as answer:
            return bytes(answer.read())

    def post(self, path: str, fields: dict[str, str], files: tuple[tuple[str, str, bytes], ...] = ()) -> str:
        boundary = uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        for name, filename, data in files:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
            parts.append(head.encode() + data + b"\r\n")
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Referer": self._base + path}
        return self._answer(urllib.request.Request(self._base + path, data=body, headers=headers))

    def submit(
        self, page: str, action: str, fields: dict[str, str], files: tuple[tuple[str, str, bytes], ...] = ()
    ) -> str:
        """Fill in the form of a page that goes to ``action``, its hidden fields kept, and send it."""
        forms = re.findall(r"<form\b.*?</form>", page, re.DOTALL)
        # a form without an action goes to its own page
        form = next(one for one in forms if f'action="{action}"' in one or " action=" not in one.partition(">")[0])
        hidden = {}
        for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if name:
                hidden[name.group(1)] = value.group(1) if value else ""
        return self.post(action, {**hidden, **fields}, files)


class Software:
    """A practice software: its own credentials, FHIR."""

    def __init__(self, space: Space, kind: str, key: str) -> None:
        who = space.one(kind, key)
        self._base = space.contract["fhir_base"]
        form = {
            "grant_type": "client_credentials",
            "client_id": who["client_id"],
            "client_secret": who["client_secret"],
        }
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(space.contract["token_url"], body, timeout=30) as answer:
            token = json.load(answer)["access_token"]
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/fhir+json",
        }

    def call(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self._base}/{path}".rstrip("/"), data=data, headers=self._headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def content(self, url: str) -> bytes:
        """The bytes of a Binary, by the address an attachment gives."""
        address = url if url.startswith("http") else f"{self._base}/{url}"
        request = urllib.request.Request(address, headers={**self._headers, "Accept": "*/*"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())


class Operator:
    """A mail operator: its certificate, its Maildir."""

    def __init__(self, space: Space, domain: str) -> None:
        self._space = space
        self._own = next(one for one in space.contract["operators"] if one["domain"] == domain)

    def send(self, sender: str, recipient: str, data: bytes) -> None:
        context = ssl.create_default_context(cafile=self._space.contract["smtp"]["ca"])
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.load_cert_chain(self._own["cert"], self._own["key"])
        place = self._space.contract["smtp"]
        with smtplib.SMTP(place["host"], place["port"], timeout=30) as client:
            client.starttls(context=context)
            client.sendmail(sender, [recipient], data)

    def received(self) -> list[bytes]:
        return kept(Path(self._own["maildir"]))


def kept(maildir: Path) -> list[bytes]:
    """What a Maildir holds."""
    return [path.read_bytes() for folder in ("new", "cur") for path in sorted((maildir / folder).glob("*"))]
