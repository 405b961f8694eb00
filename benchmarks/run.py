"""Measures of a whole space on this machine: ``make bench``, ``make bench ONLY=recherche``.

Writes ``var/bench.json`` and a table, its last line the summary. A measure asserts nothing. CPU is that of the web
and of the database together, for one operation, one client at a time.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[1]
ENS = ROOT / ".venv" / "bin" / "ens"
TICKS = os.sysconf("SC_CLK_TCK")
WARM, COUNT = 30, 300


class Space:
    """A demonstration of our own in a temporary folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.ports = [_free_port(), _free_port()]

    def start(self) -> float:
        began = time.monotonic()
        http_port, smtp_port = self.ports
        places = ("--http", f"127.0.0.1:{http_port}", "--smtp", f"127.0.0.1:{smtp_port}")
        command = [str(ENS), "up", "--demo", "--json", "--data", str(self.data), *places]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline() or "{}")
        if not ready.get("ready"):
            raise SystemExit(f"L'espace n'a pas démarré : {ready}")
        return time.monotonic() - began

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        return time.monotonic() - began

    def cpu(self) -> float:
        """Seconds spent so far by the web, the database and their descendants."""
        roots = {int((self.data / "run" / f"{name}.pid").read_text()) for name in ("web", "postgres")}
        spent, parents = {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:  # it ended meanwhile
                    continue
                parents[int(entry.name)] = int(fields[1])
                spent[int(entry.name)] = sum(int(fields[place]) for place in (11, 12, 13, 14))
        family = set(roots)
        while grown := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= grown
        return sum(spent.get(pid, 0) for pid in family) / TICKS


class Software:
    """Docteur Dupond's practice software, one keep-alive connection."""

    def __init__(self, demo: dict[str, object]) -> None:
        self.base = urlsplit(str(demo["fhir_base"]))
        doctor = next(one for one in demo["professionals"] if one["key"] == "dupond")  # type: ignore[attr-defined] # JSON
        inaya = next(one for one in demo["usagers"] if one["key"] == "inaya")  # type: ignore[attr-defined] # JSON
        self.connection = http.client.HTTPConnection(self.base.hostname or "", self.base.port)
        login = b64encode(f"{doctor['client_id']}:{doctor['client_secret']}".encode()).decode()
        token_path = urlsplit(str(demo["token_url"])).path
        given = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", token_path, "grant_type=client_credentials", given)
        token = json.loads(self.connection.getresponse().read())["access_token"]
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json"}
        self.who = f"urn:oid:{inaya['oid']}|{inaya['matricule']}"
        found = json.loads(self.search())
        self.documents = [entry["resource"]["id"] for entry in found.get("entry", [])]

    def get(self, path: str) -> bytes:
        self.connection.request("GET", f"{self.base.path}/{path}", headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} : HTTP {answer.status} {body[:300]!r}")
        return body

    def search(self) -> bytes:
        query = urlencode({"patient.identifier": self.who, "status": "current", "_count": 50})
        return self.get(f"DocumentReference?{query}")

    def read(self) -> bytes:
        return self.get(f"DocumentReference/{self.documents[0]}")


def calibration() -> dict[str, float]:
    """CPU seconds of two fixed works, to compare machines and runs."""
    began = time.process_time()
    block, digest = b"\0" * (1 << 20), hashlib.sha256()
    for _ in range(1024):
        digest.update(block)
    hashed = time.process_time() - began
    began = time.process_time()
    sum(i * i for i in range(5_000_000))
    return {"sha256_1gio_s": round(hashed, 3), "somme_s": round(time.process_time() - began, 3)}


def measure(space: Space, act: Callable[[], object]) -> dict[str, float]:
    for _ in range(WARM):
        act()
    times, before = [], space.cpu()
    for _ in range(COUNT):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    cpu = (space.cpu() - before) * 1000 / COUNT
    return {
        "cpu_ms": round(cpu, 2),
        "p50_ms": round(statistics.median(times), 2),
        "p99_ms": round(statistics.quantiles(times, n=100)[98], 2),
    }


def main(only: str) -> int:
    figures: dict[str, dict[str, float]] = {"calibration": calibration()}
    with tempfile.TemporaryDirectory(prefix="ens-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user under root
        space = Space(Path(folder) / "var")
        first = space.start()
        stopped = space.stop()
        second = space.start()
        seconds = {"premier_s": first, "second_s": second, "arret_s": stopped}
        figures["demarrage"] = {name: round(value, 2) for name, value in seconds.items()}
        try:
            software = Software(json.loads((space.data / "demo.json").read_text()))
            parts = {"lecture": software.read, "recherche": software.search}
            for name, act in parts.items():
                if only in ("", name):
                    figures[name] = measure(space, act)
            figures["recherche_documents"] = {"nombre": len(software.documents)}
        finally:
            space.stop()
    path = ROOT / "var" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(figures, indent=2))
    for name, values in figures.items():
        print(f"{name:<22}", "  ".join(f"{key} {value}" for key, value in values.items()))
    told = [f"{name} {values['cpu_ms']} ms" for name, values in figures.items() if "cpu_ms" in values]
    print("CPU par opération :", ", ".join(told) or "rien de mesuré")
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
