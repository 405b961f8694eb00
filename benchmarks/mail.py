"""Messages filed over mutual TLS, beside the reference when it is installed: same client, same message, turn about."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import mail_reference
import processes
import profiling
from calibration import Calibration, calibrate, mean
from space import Space, temporary

HERE = Path(__file__).resolve().parent
BOXES, ROUNDS, CLIENTS = 20, 3, (1, 8)
MESSAGES = {1: 200, 8: 400}
ENS, REFERENCE = "ens", "postfix+dovecot"


def measure() -> dict[str, Any]:
    """Rounds of ours then of the reference, each with 1 and 8 connections; medians of the rounds."""
    with temporary() as folder:
        space = Space(folder / "var")
        space.start()
        try:
            return _measure(space, folder)
        finally:
            space.stop()


def _measure(space: Space, folder: Path) -> dict[str, Any]:
    demo = space.demo
    operator = demo["operators"][0]
    people = [line.split("|")[1] for line in space.crowd(BOXES)]
    domain = demo["usagers"][0]["address"].rpartition("@")[2]
    (folder / "adresses.txt").write_text("".join(f"{matricule}@{domain}\n" for matricule in people))
    (folder / "boites.txt").write_text("\n".join(people))
    sender = f"labo@{operator['domain']}"
    common = (
        *("--recipients", str(folder / "adresses.txt"), "--boxes", str(BOXES), "--sender", sender),
        *("--tls", "--client-cert", operator["cert"], "--client-key", operator["key"], "--repeats", "1"),
    )
    absent = mail_reference.why_not()
    certificates = Path(demo["smtp"]["ca"]).parent
    running = nullcontext() if absent else mail_reference.running(folder / "reference", certificates, domain, people)
    rounds: dict[tuple[str, int], list[dict[str, Any]]] = {}
    calibrations: list[Calibration] = [calibrate()]
    with running as reference:
        for _ in range(ROUNDS):
            for clients in CLIENTS:
                space.quiet()
                groups = space.pids("smtp", "postgres", "worker")
                ours = (*common, "--port", str(space.ports[1]))
                rounds.setdefault((ENS, clients), []).append(_once(clients, groups, *ours))
                if reference is not None:
                    space.quiet()
                    theirs = (*common, "--port", str(reference.port), "--maildir", reference.maildir)
                    boxes = ("--users", str(folder / "boites.txt"))
                    rounds.setdefault((REFERENCE, clients), []).append(_once(clients, reference.pids, *theirs, *boxes))
            calibrations.append(calibrate())
    if profiling.wanted():
        with profiling.of("mail", space.pids("smtp")["smtp"]):
            _once(CLIENTS[-1], {}, *common, "--port", str(space.ports[1]))
    figures = [_median(server, clients, found) for (server, clients), found in rounds.items()]
    scale = round(mean(*calibrations).scale, 3)
    return {"figures": figures, "scale": scale, "absent": absent, "ratios": _ratios(figures)}


def _once(clients: int, groups: dict[str, int], *arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "mail_bench.py"), "--clients", str(clients)]
    given = ("--messages", str(MESSAGES[clients]), "--pids", processes.named(groups))
    done = subprocess.run([*command, *given, *arguments], check=False, stdout=subprocess.PIPE, text=True)
    if not done.stdout:
        raise SystemExit(f"La mesure du courrier s'est arrêtée (code {done.returncode}).")
    found: dict[str, Any] = json.loads(done.stdout)["results"][0]
    return found


def _median(server: str, clients: int, found: list[dict[str, Any]]) -> dict[str, Any]:
    def middle(name: str) -> float | None:
        known = [one[name] for one in found if one[name] is not None]
        return round(statistics.median(known), 2) if known else None

    times = [one["cpu_ms_per_op"] for one in found if one["cpu_ms_per_op"]]
    by = {
        name: {
            kind: round(statistics.median(one[name][place] for one in times), 3)
            for place, kind in enumerate(("program", "kernel"))
        }
        for name in (times[0] if times else ())
    }
    return {
        "server": server,
        "clients": clients,
        "accepted_per_s": middle("accepted_per_s"),
        "delivered_per_s": middle("delivered_per_s"),
        "delivered_all": [one["delivered_per_s"] for one in found],
        "p50_ms": middle("p50_ms"),
        "p95_ms": middle("p95_ms"),
        "p99_ms": middle("p99_ms"),
        "cpu_ms": round(sum(sum(both.values()) for name, both in by.items() if name != "worker"), 2),
        "cpu_by_process": by,
        "load": middle("load"),
        "errors": sum(one["errors"] for one in found),
        "first_error": next((one["first_error"] for one in found if one["first_error"]), None),
    }


def _ratios(figures: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Ours against the reference, by number of connections: messages filed a second, and CPU spent on one."""
    known = {(one["server"], one["clients"]): one for one in figures}
    found = {}
    for clients in CLIENTS:
        ours, theirs = known.get((ENS, clients)), known.get((REFERENCE, clients))
        if ours and theirs and ours["delivered_per_s"] and theirs["delivered_per_s"]:
            found[str(clients)] = {
                "filed": round(ours["delivered_per_s"] / theirs["delivered_per_s"], 2),
                "cpu": round(ours["cpu_ms"] / theirs["cpu_ms"], 2),
            }
    return found
