"""SeaweedFS: a real store of objects spoken to by S3, on loopback, for the tests of what is kept elsewhere.

One process holds its master, its volumes, its filer and its S3 door. Killed and started again it is the same store;
held, it accepts connections and says nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import obstore
import trustme
from obstore.exceptions import BaseError
from obstore.store import S3Store

from ens.cli.sessions import with_parent
from tests.cli.conftest import a_free_port

WEED = Path(sys.executable).with_name("weed")
KEY, ITS_OWNER, BUCKET = ("cle-d-essai", "secret-d-essai"), ("proprietaire", "secret-du-proprietaire"), "contenus"
_DOORS = ("master.port", "volume.port", "filer.port", "s3.port")
START_S = 60  # of a busy machine; three on a quiet one


def _may(key: tuple[str, str], *more: str) -> dict[str, Any]:
    """Who holds a key, and what that allows: a place that is not there yet is made for its owner only."""
    actions = ["Read", "Write", "List", *more]
    return {"name": key[0], "credentials": [{"accessKey": key[0], "secretKey": key[1]}], "actions": actions}


class Seaweed:
    """A store on a folder of its own and ports of its own, for as long as the tests last."""

    def __init__(self, folder: Path, authority: trustme.CA | None = None) -> None:
        """``authority``: signs the certificate under which it is spoken to; without one, it is in clear."""
        self.folder = folder
        self._certificate: dict[str, Path] = {}
        if authority is not None:
            authority.cert_pem.write_to_path(folder / "autorite.pem")
            made = authority.issue_cert("127.0.0.1")
            made.private_key_pem.write_to_path(folder / "cle-tls.pem")
            made.cert_chain_pems[0].write_to_path(folder / "certificat.pem")
            self._certificate = {"s3.cert.file": folder / "certificat.pem", "s3.key.file": folder / "cle-tls.pem"}
        self._ports = {f"{door}{suffix}": a_free_port() for door in _DOORS for suffix in ("", ".grpc")}
        self.key_file = folder / "cle"
        self.key_file.write_text("\n".join(KEY))
        (folder / "identites.json").write_text(json.dumps({"identities": [_may(KEY), _may(ITS_OWNER, "Admin")]}))
        (folder / "donnees").mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self._ports['s3.port']}"

    def settings(self, place: str) -> dict[str, str]:
        """What an operator sets for a space whose contents are there."""
        return {
            "ENS_STORE": f"s3://{BUCKET}/{place}",
            "ENS_STORE_ENDPOINT": self.endpoint,
            "ENS_STORE_KEY_FILE": str(self.key_file),
        }

    def start(self) -> None:
        options = {
            "dir": self.folder / "donnees", "ip": "127.0.0.1", "ip.bind": "127.0.0.1",
            "s3.config": self.folder / "identites.json",
            "master.telemetry": "false",  # else it reports statistics to its makers
            "s3.port.iceberg": 0, "s3.port.lance": 0,  # else it opens their well-known ports, or ends when taken
            "filer.localSocket": self.folder / "filer.sock", "s3.localSocket": self.folder / "s3.sock",
            "master.electionTimeout": "1s",  # it is alone, and waits for as long before it begins again
            "master.volumeSizeLimitMB": 64, "volume.max": 0,
            **self._ports, **self._certificate,
        }  # fmt: skip
        said = (self.folder / "dit.txt").open("ab")
        with said:
            self._process = subprocess.Popen(
                [str(WEED), "-logtostderr", "server", "-filer", "-s3", *(f"-{k}={v}" for k, v in options.items())],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, preexec_fn=with_parent(signal.SIGKILL),
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while not self._takes_a_write():
            assert self._process.poll() is None and time.monotonic() < deadline, self._said()
            time.sleep(0.1)

    def kill(self) -> None:
        """At once, and whole: asked politely, it takes its time."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        for port in self._ports.values():  # these it puts at places of its own, and leaves there
            for part in ("master", "volume", "filer", "s3"):
                Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock").unlink(missing_ok=True)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """It is there, connections are accepted, and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        while not self._is_held():  # the signal is sent: each of its threads stops when it hears it
            time.sleep(0.005)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _is_held(self) -> bool:
        assert self._process is not None
        threads = Path(f"/proc/{self._process.pid}/task").glob("*/stat")
        return all(one.read_text().rpartition(")")[2].split()[0] == "T" for one in threads)

    def paths(self, place: str) -> set[str]:
        """Of every file kept there."""
        return {one["path"] for batch in obstore.list(self._client(), prefix=place) for one in batch}

    def contents(self, place: str, names: Iterable[str]) -> dict[str, bytes]:
        """The bytes of these contents of a space."""
        client = self._client()
        return {name: bytes(obstore.get(client, f"{place}/{name[-2:]}/{name}").bytes()) for name in names}

    def _takes_a_write(self) -> bool:
        with suppress(BaseError):
            obstore.put(self._client(), "pret", b"x")
            return True
        return False

    def _client(self) -> S3Store:
        tls: Any = {"root_certificate": (self.folder / "autorite.pem").read_bytes()} if self._certificate else {}
        return S3Store(
            BUCKET, endpoint=self.endpoint, region="us-east-1",
            access_key_id=ITS_OWNER[0], secret_access_key=ITS_OWNER[1],
            client_options={"allow_http": True, "timeout": "10s", **tls}, retry_config={"max_retries": 0},
        )  # fmt: skip

    def _said(self) -> str:
        return (self.folder / "dit.txt").read_text(errors="replace")[-3000:]


@contextmanager
def seaweed(authority: trustme.CA | None = None) -> Iterator[Seaweed]:
    """One running, and nothing left of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ens-seaweed-"))
    made = Seaweed(folder, authority)
    try:
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder)
