"""Measures of a whole space on this machine: ``make bench``, ``make bench ONLY=fhir``, ``make bench ONLY=search,read``.

Each part starts a space of its own in a temporary folder (``TMPDIR`` says on which disk), through the same command and
the same doors as anybody. Writes ``var/bench.json`` and a table whose last line is the summary; asserts nothing.
What each figure is: docs/exploitation/mesures.md.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import documents
import letters
import mail
import pages
import processes
import profiling
import report
import space
import uniformity
import volume
from calibration import calibrate, disk

import enrolment

Measured = dict[str, Any]
PATH = space.ROOT / "var" / "bench.json"


def start(_: tuple[str, ...]) -> Measured:
    """How long a space takes to start, first and again, and to stop."""
    with space.temporary() as folder:
        ours = space.Space(folder / "var")
        first, stopped, second = ours.start(), ours.stop(), ours.start()
        ours.stop()
    return {"premier_s": round(first, 2), "arret_s": round(stopped, 2), "second_s": round(second, 2)}


def fhir(workloads: tuple[str, ...]) -> Measured:
    """Filing, searching, reading at the FHIR door, 10 000 documents on record."""
    return volume.measure(volume.SIZES[:1], workloads)


def growth(workloads: tuple[str, ...]) -> Measured:
    """The same at 10 000, 100 000 and 1 000 000 documents."""
    return volume.measure(volume.sizes(), workloads)


def courrier(_: tuple[str, ...]) -> Measured:
    """Messages at the SMTP door, beside Postfix and Dovecot."""
    return mail.measure()


def of_usager(_: tuple[str, ...]) -> Measured:
    """The pages of someone who has much."""
    return pages.measure()


PARTS: dict[str, Callable[[tuple[str, ...]], Measured]] = {
    "start": start,
    "fhir": fhir,
    "mail": courrier,
    "volume": growth,
    "pages": of_usager,
    "uniformite": uniformity.measure,
    "enrolment": lambda _: enrolment.measure(),
    "courriers": lambda _: letters.measure(),
}


def main(only: str) -> int:
    asked = [name for name in only.split(",") if name]
    unknown = [name for name in asked if name not in PARTS and name not in documents.WORKLOADS]
    if unknown:
        known = ", ".join([*PARTS, *documents.WORKLOADS])
        print(f"Mesure inconnue : {', '.join(unknown)}. Mesures : {known}.", file=sys.stderr)
        return 2
    workloads = tuple(name for name in asked if name in documents.WORKLOADS)
    parts = [name for name in PARTS if name in asked]
    if workloads and not {"fhir", "volume"} & set(parts):
        parts.append("fhir")
    if not asked:
        parts = [name for name in PARTS if name != "fhir"]  # the first size of the volume is the same
    profiling.check()
    with space.temporary() as folder:
        machine = {
            "cores": space.cores(),
            "load": processes.load(),
            "file_system": space.file_system(folder),
            "synced_write_50kb_ms": disk(folder),
        }
    calibration = calibrate()
    measured: Measured = {
        "date": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "machine": machine,
        "calibration": {"sha256_1gib_s": calibration.sha256_s, "sum_s": calibration.sum_s, "scale": calibration.scale},
    }
    for name in parts:
        began = time.monotonic()
        print(f"— {name}…", file=sys.stderr, flush=True)
        measured[name] = PARTS[name](workloads)
        measured[name]["took_s"] = round(time.monotonic() - began)
    measured["summary"] = report.summary(measured)
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(json.dumps(measured, indent=1, ensure_ascii=False))
    print("\n".join(report.table(measured)))
    print(measured["summary"])
    return 0


def _stopped(*_: object) -> None:
    """What was started is stopped, and removed, once: make and its caller may both say it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stopped)
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
