"""The population loaded, noticed and opened, beside ``COPY`` of the same file into a table of two indexes.

PostgreSQL and the import are started here; nothing else of a space runs. People and reference are made the same each
time. ``PEOPLE=3391505`` takes the pilot's number; 100 000 then 1 000 000 by default, to see how it grows.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import people
import processes
import space

Measured = dict[str, Any]
SIZES = (100_000, 1_000_000)


def sizes() -> tuple[int, ...]:
    asked = os.environ.get("PEOPLE", "")
    return tuple(int(size) for size in asked.split(",")) if asked else SIZES


def measure() -> Measured:
    with space.temporary() as folder:
        return {"stages": [_stage(folder / str(size), size) for size in sizes()]}


def _stage(folder: Path, size: int) -> Measured:
    """In a process of its own: a database, its secrets, and Django on them."""
    import json
    import subprocess
    import sys

    folder.mkdir(mode=0o755)
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), str(folder), str(size)], stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


class Bench:
    def __init__(self, folder: Path, size: int) -> None:
        from ens.cli.postgres import EmbeddedPostgres

        self.size = size
        self.postgres = EmbeddedPostgres(folder / "base")
        self.postgres.start()
        assert self.postgres.process is not None
        self.groups = {"postgres": self.postgres.process.pid, "python": os.getpid()}
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700)
        for name in ("maitresse-1", "recherche", "codes", "signature", "django"):
            (secrets / name).write_bytes(os.urandom(32))
        urls = self.postgres.urls
        os.environ.update(
            ENS_DATA=str(folder),
            ENS_SECRETS=str(secrets),
            ENS_DEMONSTRATION="1",
            ENS_LOG_LEVEL="WARNING",
            ENS_DATABASE_URL=urls.web,
            ENS_DATABASE_BATCH_URL=urls.batch,
            ENS_DATABASE_OWNER_URL=urls.owner,
            DJANGO_SETTINGS_MODULE="ens.config.settings",
        )
        self.figures: dict[str, Measured] = {}
        self.file = people.write(folder / "population.csv", size)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        before, began = processes.spent(self.groups), time.monotonic()
        yield
        took = time.monotonic() - began
        used = {group: sum(times) for group, times in processes.since(before, processes.spent(self.groups)).items()}
        used["python"] -= used["postgres"]  # its child here
        self.figures[name] = {
            "wall_s": round(took, 2),
            "cpu_us_a_person": {group: round(seconds / self.size * 1e6, 2) for group, seconds in used.items()},
        }

    def run(self) -> Measured:
        import django

        django.setup()
        from ens.enrolment import lots, planning
        from ens.enrolment.funnel import figures
        from ens.enrolment.models import Lot
        from ens.identity.population.load import import_population
        from ens.kernel import clock
        from ens.persistence import deployment

        deployment.migrate()
        deployment.record_mode(demonstration=True)
        self.doctors()
        self.reference()
        now = clock.now()
        with self.timed("import"):
            report = import_population(self.file)
        assert report.registered == self.size, report.as_json()
        with self.timed("planned"):
            planning.plan(("31", "44", "80"))
        with self.timed("noticed"):
            # two workers, as in production: each lot is one transaction
            self.together(lambda lot: lots.sent(lot, at=now, delay=timedelta(days=42)), self.lots(Lot))
        with clock.freeze(now + timedelta(days=43)), self.timed("opened"):
            offset = timedelta(days=43)

            def due(_: object) -> None:
                with clock.freeze(now + offset):
                    lots.open_due()

            self.together(due, [1, 2])
        with clock.freeze(now + timedelta(days=44)), self.timed("ordinary_day"):
            lots.open_due()
        with clock.freeze(now + timedelta(days=44)), self.timed("funnel"):
            found = figures()
        with self.timed("same_file_again"):
            again = import_population(self.file)
        assert (again.registered, again.known) == (0, self.size)
        reference = self.figures["reference"]
        whole = [self.figures[name] for name in ("import", "planned", "noticed", "opened")]
        return {
            "people": self.size,
            "file_mb": round(self.file.stat().st_size / 1e6, 1),
            "steps": report.as_json()["seconds"],
            "figures": self.figures,
            "funnel": found.as_json(),
            "ratio_wall": round(sum(one["wall_s"] for one in whole) / reference["wall_s"], 2),
            "ratio_cpu": round(sum(map(_cpu, whole)) / _cpu(reference), 2),
            "bytes_a_person": self.weight(),
            "load": processes.load(),
        }

    def together(self, act: Callable[[Any], object], work: list[Any]) -> None:
        from concurrent.futures import ThreadPoolExecutor

        from django.db import connections

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(act, work))
            for _ in range(2):
                pool.submit(connections.close_all)

    @staticmethod
    def lots(model: Any) -> list[Any]:
        return list(model.objects.order_by("departement", "channel", "id").values_list("id", flat=True))

    def doctors(self) -> None:
        import psycopg

        with psycopg.connect(self.postgres.urls.owner) as owner:
            owner.execute(
                "INSERT INTO identity_professional (id, rpps, id_type, civility, last_name, first_name, profession, "
                "category, speciality, active, updated_at) SELECT gen_random_uuid(), rpps, '8', 'DR', 'DUPOND', '', "
                "'10', 'C', '', true, now() FROM unnest(%s::text[]) AS rpps",
                [[people.rpps(rank) for rank in range(people.DOCTORS)]],
            )

    def reference(self) -> None:
        """What ``psql`` sends for ``\\copy``: the file as it is, into text columns, a primary key, a unique number."""
        import psycopg

        columns = people.HEADER.split(";")
        with psycopg.connect(self.postgres.urls.owner, autocommit=True) as owner:
            owner.execute(
                f"CREATE TABLE reference ({', '.join(f'{name} text' for name in columns)}, "
                "rank bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, UNIQUE (matricule))"
            )
            with (
                self.timed("reference"),
                owner.cursor() as cursor,
                self.file.open("rb") as source,
                cursor.copy(
                    f"COPY reference ({', '.join(columns)}) FROM STDIN (FORMAT csv, HEADER, DELIMITER ';')"
                ) as copy,
            ):
                while block := source.read(1 << 20):
                    copy.write(block)
            owner.execute("DROP TABLE reference")

    def weight(self) -> dict[str, float]:
        """Bytes on disk a person, indexes included."""
        import psycopg

        with psycopg.connect(self.postgres.urls.owner) as owner:
            rows = owner.execute(
                "SELECT relname, pg_total_relation_size(oid) FROM pg_class "
                "WHERE relkind = 'r' AND relname LIKE ANY(%s)",
                [["identity\\_%", "enrolment\\_%"]],
            ).fetchall()
        return {name: round(size / self.size, 1) for name, size in sorted(rows) if size / self.size > 1}


def _cpu(figure: Measured) -> float:
    return float(sum(figure["cpu_us_a_person"].values()))


def table(part: Measured) -> list[str]:
    lines = []
    for stage in part["stages"]:
        lines += [
            "",
            (
                f"Enrôlement de {stage['people']:,} personnes".replace(",", " ")
                + f", fichier de {stage['file_mb']} Mo, charge {stage['load']}. CPU en µs par personne."
            ),
            f"{'étape':<18}{'durée s':>9}{'python':>9}{'base':>9}",
        ]
        for name, one in stage["figures"].items():
            used = one["cpu_us_a_person"]
            lines.append(f"{name:<18}{one['wall_s']:>9}{used['python']:>9}{used['postgres']:>9}")
        lines.append(
            f"Inscrire, notifier et ouvrir : × {stage['ratio_wall']} la référence en durée, × {stage['ratio_cpu']} "
            "en CPU (repère 5, visé 2,5)"
        )
    return lines


if __name__ == "__main__":
    import json
    import sys

    bench = Bench(Path(sys.argv[1]), int(sys.argv[2]))
    try:
        print(json.dumps(bench.run()))
    finally:
        bench.postgres.stop(immediate=True)
