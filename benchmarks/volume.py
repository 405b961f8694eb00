"""The same acts with 10 000, 100 000, 1 000 000 documents on record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import documents
import psycopg
from space import Space, temporary

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 100_000, 1_000_000)
DOCUMENTS = 50  # a usager
DRAWN = 100  # usagers searched, and as many written to, whatever the size
LARGE = 10_000  # documents whose contents are large: those whose bytes are read
MANY = 3_000  # drawn once more at the largest size, as for the reference server
BIG, SMALL = 50_000, 2_000  # bytes: of the first usagers' contents, then of the others'
TABLES = (
    "record_document",
    "record_documentidentifier",
    "record_submissionset",
    "persistence_locator",
    "audit_auditline",
    "notifications_notice",
)


def sizes() -> tuple[int, ...]:
    """``SIZES=10000,100000 make bench ONLY=volume`` asks for others."""
    asked = os.environ.get("SIZES", "")
    return tuple(int(size) for size in asked.split(",")) if asked else SIZES


def measure(wanted: tuple[int, ...], workloads: tuple[str, ...]) -> dict[str, Any]:
    """One space a size, all running together, so that their rounds can follow one another."""
    workloads = workloads or documents.WORKLOADS
    with temporary() as folder, ExitStack() as started:
        stages, targets, many = [], {}, {}
        for size in wanted:
            space = Space(folder / str(size) / "var")
            (folder / str(size)).mkdir(mode=0o755)
            space.start()
            started.callback(space.stop)
            listed = folder / str(size) / "usagers.jsonl"
            seconds = _fill(space, listed, size // DOCUMENTS)
            stages.append({"on_record": size, "fill_s": seconds, "disk": on_disk(space, size)})
            print(f"  {size} documents au dossier en {seconds:.0f} s", file=sys.stderr, flush=True)
            people = [json.loads(line) for line in listed.read_text().splitlines()]
            searched, writers = _drawn(people)
            targets[str(size)] = documents.Target(space, folder / f"{size}.json")
            _state(targets[str(size)].state, searched, writers, people[: LARGE // DOCUMENTS : 2])
            if len(people) > 2 * MANY and "search" in workloads:
                written = {one["usager"] for one in writers}
                others = [one for one in people[:: len(people) // MANY] if one["usager"] not in written]
                many[str(size)] = documents.Target(space, folder / f"{size}-tires.json")
                _state(many[str(size)].state, others, writers, people[:1])
        figures = documents.measure(targets, workloads)
        drawn = documents.measure(many, ("search",)) if many else {}
        for stage in stages:
            name = str(stage["on_record"])
            stage["figures"] = figures[name] + [one | {"drawn": MANY} for one in drawn.get(name, ())]
    return {"stages": stages, "growth": _growth(stages)}


def _fill(space: Space, listed: Path, usagers: int) -> float:
    """The first usagers have large contents, the others small ones. Returns the seconds taken."""
    seconds, large = 0.0, min(usagers, LARGE // DOCUMENTS)
    for number, content in ((large, BIG), (usagers - large, SMALL)):
        if number:
            command = [sys.executable, str(HERE / "fill.py"), "--data", str(space.data), "--list", str(listed)]
            given = ("--usagers", str(number), "--content", str(content))
            done = subprocess.run([*command, *given], check=True, stdout=subprocess.PIPE, text=True)
            seconds += float(json.loads(done.stdout)["seconds"])
    _settle(space)
    return seconds


def _settle(space: Space) -> None:
    """As a base that lived: statistics known, rows frozen or seen, nothing left to write."""
    from ens.cli.postgres import EmbeddedPostgres

    with psycopg.connect(EmbeddedPostgres(space.data / "base").urls.owner, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(f"VACUUM (ANALYZE) {table}")
        connection.execute("VACUUM (ANALYZE) identity_usager, identity_matriculelookup, audit_head, enrolment_event")
        connection.execute("VACUUM (ANALYZE) access_autorisation, identity_medecintraitant, cles.usager_key")
    with psycopg.connect(_superuser(space), autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def _superuser(space: Space) -> str:
    base = space.data / "base"
    password, port = (base / "mots-de-passe" / "postgres").read_text(), (base / "port").read_text()
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/ens"


def on_disk(space: Space, documents_: int) -> dict[str, Any]:
    """Bytes a document: of each table, with its TOAST, of its indexes, and of the store (blocks, not lengths)."""
    from ens.cli.postgres import EmbeddedPostgres

    with psycopg.connect(EmbeddedPostgres(space.data / "base").urls.owner) as connection:
        rows = {
            table: connection.execute("SELECT pg_table_size(%s), pg_indexes_size(%s)", [table, table]).fetchone()
            for table in TABLES
        }
    per = {
        name: {"table": round(row[0] / documents_), "indexes": round(row[1] / documents_)} for name, row in rows.items()
    }
    blocks = files = 0
    for folder in os.scandir(space.data / "contenus"):
        if not folder.is_dir():  # the mark of whose store it is
            continue
        with os.scandir(folder.path) as entries:
            for entry in entries:
                blocks += entry.stat().st_blocks * 512
                files += 1
    return {
        "by_table": per,
        "database": sum(one["table"] + one["indexes"] for one in per.values()),
        "store": round(blocks / max(files, 1)),
    }


def _drawn(people: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Evenly among all: those searched and read, and others, written to, whose number of documents grows."""
    step = len(people) // (2 * DRAWN)
    drawn = people[::step][: 2 * DRAWN]
    return drawn[0::2], drawn[1::2]


def _state(
    path: Path, searched: list[dict[str, Any]], writers: list[dict[str, Any]], with_large: list[dict[str, Any]]
) -> None:
    """What fhir_bench.py draws from."""
    path.write_text(
        json.dumps(
            {
                "patients": [one["usager"] for one in searched],
                "write_patients": [one["ins"] for one in writers],
                "docs": [key for one in searched for key in one["documents"]],
                "binaries": [key for one in with_large for key in one["binaries"]],
                "docs_per_patient": DOCUMENTS,
            }
        )
    )


def _growth(stages: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """CPU of an act at each size, over the same at the smallest, with most clients; how busy neighbours were."""
    found: dict[str, dict[str, Any]] = {}
    known: dict[str, float] = {}
    for stage in stages:
        for figure in stage["figures"]:
            if figure["clients"] == 8 and "drawn" not in figure:
                name, cost = figure["workload"], figure["cpu_ms_scaled"]
                one = found.setdefault(name, {"ratios": {}, "other_cores": 0.0})
                one["ratios"][str(stage["on_record"])] = round(cost / known.setdefault(name, cost), 2)
                one["other_cores"] = max(one["other_cores"], *figure["other_cores"][:1])
    return found
