"""Filing, searching and reading documents at the FHIR door, with the client that measured the reference server."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import processes
import profiling
from calibration import calibrate, mean
from space import Space

HERE = Path(__file__).resolve().parent
WORKLOADS = ("bundle", "search", "read", "binary")
GROUPS = ("web", "postgres", "worker")
TIMES = ("ops_per_s", "p50_ms", "p95_ms", "p99_ms", "load")
ROUNDS, SECONDS, WARMUP_S = 3, 3, 1.5
CALM = 0.1  # cores taken by other programs: below, two rounds differ by chance


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


@dataclass
class Target:
    """A running space, and the file fhir_bench.py draws from."""

    space: Space
    state: Path


def measure(
    targets: dict[str, Target], workloads: tuple[str, ...] = WORKLOADS, clients: tuple[int, ...] = (1, 8)
) -> dict[str, list[dict[str, Any]]]:
    """For each target, a figure a workload and a number of clients, from several rounds.

    The rounds go from one target to the next, so that what else the machine does weighs on all of them alike; each
    is between two calibrations, the worker at rest before.
    """
    software = {name: Software(target.space) for name, target in targets.items()}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in targets}
    for workload in workloads:
        for number in clients:
            rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in targets}
            for turn in range(ROUNDS):
                for name in list(targets)[:: -1 if turn % 2 else 1]:
                    rounds[name].append(_round(targets[name], software[name], workload, number))
            for name, several in rounds.items():
                found[name].append(_told(several))
                _say(name, found[name][-1])
        if profiling.wanted():
            target = list(targets)[-1]
            with profiling.of(f"fhir-{workload}", targets[target].space.pids("web")["web"]):
                load = ("--workloads", workload, "--clients", "8", "--seconds", "4", "--repeats", "2")
                software[target].bench("run", targets[target].state, *load)
    return found


def _round(target: Target, software: Software, workload: str, clients: int) -> dict[str, Any]:
    target.space.quiet()
    groups = processes.named(target.space.pids(*GROUPS))
    load = ("--workloads", workload, "--clients", str(clients), "--repeats", "1", "--seconds", str(SECONDS))
    before = calibrate()
    figure = software.bench("run", target.state, *load, "--warmup", str(WARMUP_S), "--pids", groups)["results"][0]
    return figure | {"scale": mean(before, calibrate()).scale}


def _told(several: list[dict[str, Any]]) -> dict[str, Any]:
    """Times are the median of the rounds; CPU is that of the middle one of the calm rounds, else of the calmest.

    Neighbours make a program's own CPU time grow, by half or more when they fill the machine: they share its caches.
    Server and database are what the reference counts; what the worker does afterwards is shown apart.
    """

    def middle(values: Iterable[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return statistics.median(known) if known else None

    whole = sorted((one for one in several if one["cpu_ms_per_op"]), key=lambda one: one["other_cores"][0])
    calm = sorted([one for one in whole if one["other_cores"][0] <= CALM] or whole[:1], key=_cost)
    kept = calm[(len(calm) - 1) // 2] if calm else {"cpu_ms_per_op": dict.fromkeys(GROUPS, (0, 0)), "scale": 1}
    times = {name: round(middle(one[name] for one in several) or 0, 2) for name in TIMES}
    return {
        "workload": several[0]["workload"],
        "clients": several[0]["clients"],
        **times,
        "ops_per_s_all": [one["ops_per_s"] for one in several],
        "cpu_ms": round(_cost(kept), 3),
        "cpu_ms_scaled": round(_cost(kept) * kept["scale"], 3),
        "cpu_ms_scaled_all": [round(_cost(one) * one["scale"], 3) for one in whole],  # from the calmest on
        "scale": round(kept["scale"], 3),
        "cpu_by_process": {
            name: {"program": own, "kernel": kernel} for name, (own, kernel) in kept["cpu_ms_per_op"].items()
        },
        "other_cores": [other for one in whole for other in one["other_cores"]],
        "noisy_repeats_dropped": sum(len(one["noisy_repeats_dropped"]) for one in several),
        "operations": sum(one["operations"] for one in several),
        "errors": sum(one["errors"] for one in several),
        "first_error": next((one["first_error"] for one in several if one["first_error"]), None),
    }


def _cost(figure: dict[str, Any]) -> float:
    """Of an operation, server and database."""
    return sum(sum(figure["cpu_ms_per_op"][name]) for name in ("web", "postgres"))


def _say(name: str, figure: dict[str, Any]) -> None:
    told = f"{figure['ops_per_s']} /s, CPU {figure['cpu_ms']:.2f} ms, autres programmes {figure['other_cores']} cœurs"
    print(f"  {name} {figure['workload']} à {figure['clients']} : {told}", file=sys.stderr, flush=True)
