"""Filing, searching and reading documents at the FHIR door, with the client that measured the reference server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import processes
import profiling
from calibration import calibrate, mean
from space import Space

HERE = Path(__file__).resolve().parent
WORKLOADS = ("bundle", "search", "read", "binary")
GROUPS = ("web", "postgres", "worker")


class Software:
    """Docteur Dupond's practice software: he is authorised by everyone in the crowd."""

    def __init__(self, space: Space) -> None:
        demo = space.demo
        doctor = next(one for one in demo["professionals"] if one["key"] == "dupond")
        self.arguments = [
            *("--base", demo["fhir_base"], "--token-url", demo["token_url"]),
            *("--client-id", doctor["client_id"], "--client-secret", doctor["client_secret"]),
        ]

    def bench(self, verb: str, state: Path, *arguments: str) -> dict[str, Any]:
        command = [sys.executable, str(HERE / "fhir_bench.py"), verb, "--state", str(state), *self.arguments]
        done = subprocess.run([*command, *arguments], check=False, stdout=subprocess.PIPE, text=True)
        if not done.stdout:
            raise SystemExit(f"La mesure « {verb} » s'est arrêtée (code {done.returncode}).")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def measure(
    space: Space,
    state: Path,
    workloads: tuple[str, ...] = WORKLOADS,
    clients: tuple[int, ...] = (1, 8),
    seconds: float = 3,
) -> list[dict[str, Any]]:
    """One figure a workload and a number of clients, each between two calibrations, the worker at rest before."""
    software, found = Software(space), []
    before = calibrate()
    for workload in workloads:
        for number in clients:
            space.quiet()
            groups = processes.named(space.pids(*GROUPS))
            arguments = ("--workloads", workload, "--clients", str(number), "--seconds", str(seconds), "--pids", groups)
            figure = software.bench("run", state, *arguments)["results"][0]
            after = calibrate()
            found.append(_told(figure, mean(before, after).scale))
            before = after
        if profiling.wanted():
            with profiling.of(f"fhir-{workload}", space.pids("web")["web"]):
                load = ("--workloads", workload, "--clients", "8", "--seconds", "4", "--repeats", "2")
                software.bench("run", state, *load)
    return found


def _told(figure: dict[str, Any], scale: float) -> dict[str, Any]:
    """Server and database are what the reference counts; what the worker does afterwards is shown apart."""
    times: dict[str, list[float]] = figure.pop("cpu_ms_per_op") or {}
    raw = sum(sum(times.get(name, (0, 0))) for name in ("web", "postgres"))
    return figure | {
        "cpu_ms": round(raw, 3),
        "cpu_ms_scaled": round(raw * scale, 3),
        "scale": round(scale, 3),
        "cpu_by_process": {name: {"program": own, "kernel": kernel} for name, (own, kernel) in times.items()},
    }
