"""Registers the people of a file, set-wise: read and sealed by several processes, then moved by a few statements.

Restartable at any point: a chunk is staged whole or not at all, a part is registered whole or not at all, and what is
done is not redone. The staging tables are unlogged: lost with PostgreSQL, they are filled again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections

from ens.coffre.keyring import search_key
from ens.coffre.services import lot_key
from ens.identity.models import ImportRun
from ens.identity.population import changes, files, reading, statements
from ens.identity.population.reading import Plan, Reader
from ens.identity.population.reasons import SET_ASIDE
from ens.identity.population.report import PopulationReport, Remark, write_refused
from ens.kernel import clock
from ens.kernel.errors import Conflict
from ens.kernel.ids import new_id

PROCESSES = 2
PART_CHUNKS = 12  # about 200 000 people a transaction
INLINE_CHUNKS = 2  # a small file is read by this process itself
LOCK_WAIT_MS = 5_000
_LOCK = 0x656E73_01  # the staging tables serve one import at a time


class ImportRunning(Conflict):
    """Another import of the population is under way."""

    code = "import_en_cours"
    message = "Un import de la population est déjà en cours. Recommencez quand il sera fini."


def import_population(path: Path, *, dry_run: bool = False, refused_to: Path | None = None) -> PopulationReport:
    """Register, update or refuse the people of a CSV or Parquet file; run again, it changes nothing twice.

    ``dry_run`` writes nothing about anybody. ``refused_to``: where refused lines go, ``imports/`` of the space by
    default. Killed, it goes on where it was when called again with the same file.
    Errors: UnknownColumns, UnreadableFile, UnreadableParquet, ImportRunning.
    """
    folder = settings.ENS_DATA / "imports"
    source = files.as_csv(path, folder) if files.is_parquet(path) else path
    try:
        done = _Import(files.survey(source), path.name, dry_run=dry_run).run(refused_to or folder)
    finally:
        if source is not path and not dry_run and not _is_unfinished(source):
            source.unlink(missing_ok=True)  # people in clear: only an import to be taken up again keeps it
    return done


def _is_unfinished(source: Path) -> bool:
    digest = files.survey(source).digest
    return ImportRun.objects.filter(digest=digest, finished_at__isnull=True, dry_run=False).exists()


class _Import:
    def __init__(self, file: files.PopulationFile, name: str, *, dry_run: bool) -> None:
        self._file = file
        self._name = name
        self._dry_run = dry_run
        self._report = PopulationReport(ignored_columns=file.layout.ignored, dry_run=dry_run)

    def run(self, refused_to: Path) -> PopulationReport:
        report = self._report
        with self._alone() as connection:
            run = self._open_run(connection)
            with self._timed("lecture"):
                self._read(connection, run)
            with self._timed("doublons"):
                self._hold(connection)
            if self._dry_run:
                self._foretell(connection)
            else:
                with self._timed("inscription"):
                    self._register(connection, run)
                with self._timed("mises_a_jour"):
                    self._update(connection, run)
            self._conclude(connection, run, refused_to)
        return report

    # -- one at a time, from where the last one was --------------------------------------------------------
    @contextmanager
    def _alone(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(**_batch(), autocommit=True) as connection:
            try:  # the session of a killed import takes a moment to end
                connection.execute(_sql(f"SET lock_timeout = '{LOCK_WAIT_MS}ms'"))
                connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
            except psycopg.errors.LockNotAvailable as error:
                raise ImportRunning() from error
            connection.execute("SET lock_timeout = 0")
            try:
                yield connection
            finally:
                if not connection.broken:
                    connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])

    def _open_run(self, connection: psycopg.Connection[Any]) -> ImportRun:
        found = (
            ImportRun.objects.filter(digest=self._file.digest, finished_at__isnull=True, dry_run=self._dry_run)
            .filter(chunk_bytes=self._file.chunk_bytes)
            .order_by("-started_at")
            .first()
        )
        last = ImportRun.objects.order_by("-started_at").first()
        if found is not None and last is not None and found.id == last.id:
            self._report.resumed = True
            return found
        _empty_staging(connection)  # of an import given up, or of a dry run
        return ImportRun.objects.create(
            id=new_id(),
            name=self._name[:255],
            digest=self._file.digest,
            size=self._file.size,
            chunk_bytes=self._file.chunk_bytes,
            dry_run=self._dry_run,
            started_at=clock.now(),
        )

    # -- read, by several processes ------------------------------------------------------------------------
    def _read(self, connection: psycopg.Connection[Any], run: ImportRun) -> None:
        done = {row[0] for row in connection.execute("SELECT number FROM identity_import_chunk").fetchall()}
        left = [chunk for chunk in self._file.chunks if chunk.number not in done]
        plan = Plan(
            path=self._file.path,
            layout=self._file.layout,
            lot_id=run.id,
            lot_key=lot_key(run.id),
            search_key=search_key(),
            today=clock.today(),
            allow_test=settings.ENS_DEMONSTRATION,
            database=_batch(),
        )
        if len(left) <= INLINE_CHUNKS:
            reader = Reader(plan)
            try:
                for chunk in left:
                    reader.read(chunk)
            finally:
                reader.close()
            return
        # spawned: a fork would carry the threads of this process's pool
        with ProcessPoolExecutor(PROCESSES, get_context("spawn"), reading.begin, (plan,)) as pool:
            for _ in pool.map(reading.read_one, left):
                pass

    def _hold(self, connection: psycopg.Connection[Any]) -> None:
        """Lines that register nobody: a number given twice, or known with another."""
        with connection.transaction():
            connection.execute("DELETE FROM identity_import_remark WHERE code = 'matricule_en_double'")
            connection.execute("DELETE FROM identity_import_held")
            connection.execute("SET LOCAL work_mem = '256MB'")
            connection.execute(statements.DOUBLES)
            connection.execute(statements.REFUSED_DOUBLES)
            connection.execute(statements.KNOWN_BY_ANOTHER)

    # -- registered, part by part --------------------------------------------------------------------------
    def _register(self, connection: psycopg.Connection[Any], run: ImportRun) -> None:
        last = len(self._file.chunks) - 1
        parts = [(number, first, min(first + PART_CHUNKS - 1, last))
                 for number, first in enumerate(range(0, last + 1, PART_CHUNKS))]
        at = clock.now()

        def register(part: tuple[int, int, int]) -> None:
            with psycopg.connect(**_batch()) as own:
                _register_part(own, run.id, *part, at)

        if len(parts) == 1:
            register(parts[0])
        else:
            with ThreadPoolExecutor(PROCESSES) as pool:
                list(pool.map(register, parts))
        what = {"lot": run.id, "now": at, "today": clock.today()}
        with connection.transaction():
            for statement in (statements.OTHERS, statements.OTHERS_TAKEN, statements.LINKS):
                connection.execute(statement, what)

    def _update(self, connection: psycopg.Connection[Any], run: ImportRun) -> None:
        """One unit each, through the services: the change is dated and traced in the person's history."""
        left = connection.execute(
            "SELECT c.line, c.candidate, c.usager_id, r.sealed, r.declared, r.chunk FROM identity_import_change c "
            "JOIN identity_import_read r ON r.usager_id = c.candidate WHERE c.outcome IS NULL ORDER BY c.line"
        )
        for line, candidate, usager_id, sealed, declared, chunk in left:
            outcome = changes.update(
                usager_id,
                changes.Declared(run.id, line, candidate, bytes(sealed), bytes(declared)),
                given=self._file.layout.given,
            )
            connection.execute("UPDATE identity_import_change SET outcome = %s WHERE line = %s", [outcome, line])
            if outcome in SET_ASIDE:
                connection.execute(
                    "INSERT INTO identity_import_remark VALUES (%s, %s, %s, '', false)", [chunk, line, outcome]
                )
        if "representants" in self._file.layout.given:
            connection.execute(statements.LINKS_ENDED, {"today": clock.today()})
        counts = dict(connection.execute("SELECT outcome, count(*) FROM identity_import_change GROUP BY 1").fetchall())
        self._report.updated = counts.get(changes.UPDATED, 0)
        self._report.set_aside = sum(counts.get(code, 0) for code in SET_ASIDE)

    def _foretell(self, connection: psycopg.Connection[Any]) -> None:
        report = self._report
        report.registered = _one(connection, statements.WOULD_REGISTER)
        last = len(self._file.chunks)
        for statement in (statements.CHANGED, statements.CHANGED_BY_ANOTHER):
            connection.execute(statement, {"first": 0, "last": last})
        report.updated = _one(connection, "SELECT count(*) FROM identity_import_change")

    # -- told ----------------------------------------------------------------------------------------------
    def _conclude(self, connection: psycopg.Connection[Any], run: ImportRun, refused_to: Path) -> None:
        report = self._report
        connection.execute(statements.DOCTORS_UNKNOWN)
        connection.execute(statements.LINKS_UNKNOWN_AFTER if self._dry_run else statements.LINKS_UNKNOWN)
        rows = connection.execute(
            "SELECT DISTINCT line, code, detail, refused FROM identity_import_remark ORDER BY line, code"
        ).fetchall()
        remarks = [Remark(*row) for row in rows]
        report.take(remarks)
        report.read = _one(connection, "SELECT coalesce(sum(lines), 0) FROM identity_import_chunk")
        if not self._dry_run:
            report.registered = _one(
                connection, "SELECT coalesce(sum(registered), 0) FROM identity_importpart WHERE run_id = %s", [run.id]
            )
        told = report.registered + report.updated + report.set_aside + report.refused_count
        report.known = report.read - told
        if report.refused_count:
            target = refused_to if refused_to.suffix else refused_to / f"{Path(self._name).stem}-{run.id}.refus.csv"
            write_refused(target, self._file.path, remarks)
            report.refused_file = str(target)
        # the run says it is over before its staging goes: killed in between, nothing is left to take up
        facts = {name: value for name, value in report.as_json().items() if name not in ("refused", "remarks")}
        ImportRun.objects.filter(id=run.id).update(finished_at=clock.now(), report=facts)
        _empty_staging(connection)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self._report.seconds[name] = time.monotonic() - began


def _register_part(
    connection: psycopg.Connection[Any], run_id: UUID, number: int, first: int, last: int, at: datetime
) -> None:
    what: dict[str, Any] = {"first": first, "last": last, "lot": run_id, "now": at}
    with connection.transaction():
        if _one(connection, statements.MOVED, what):
            return  # before a restart
        eligible = _one(connection, statements.ELIGIBLE, what)
        connection.execute("SET LOCAL work_mem = '128MB'")
        registered, doubtful = _all_new(connection, eligible, what) or _some_new(connection, what)
        if doubtful:
            connection.execute(_sql(statements.SAME_TRAITS), {**what, "doubtful": doubtful})
        if registered < eligible:
            connection.execute(_sql(statements.CHANGED), what)
        connection.execute(_sql(statements.CHANGED_BY_ANOTHER), what)
        connection.execute(
            "INSERT INTO identity_importpart AS known (run_id, number, registered) VALUES (%s, %s, %s) "
            "ON CONFLICT (run_id, number) DO UPDATE SET registered = known.registered + excluded.registered",
            [run_id, number, registered],
        )
        connection.execute(statements.MARK_MOVED, what)


def _all_new(
    connection: psycopg.Connection[Any], eligible: int, what: dict[str, Any]
) -> tuple[int, list[UUID]] | None:
    """How many people were registered, and those whose traits are another's; None when some are known already."""
    try:
        with connection.transaction():
            connection.execute(_sql(statements.ALL_NEW), what)
            connection.execute(_sql(statements.ALL_PEOPLE), what)
            if connection.execute(_sql(statements.ALL_TRAITS), what).rowcount == eligible:
                return eligible, []
    except psycopg.errors.UniqueViolation:
        return None
    return eligible, [usager_id for (usager_id,) in connection.execute(_sql(statements.ALL_DOUBTFUL), what).fetchall()]


def _some_new(connection: psycopg.Connection[Any], what: dict[str, Any]) -> tuple[int, list[UUID]]:
    # The staging is never analysed: left to guess, the planner would loop over the people just made.
    connection.execute("SET LOCAL enable_nestloop = off")
    registered, doubtful = connection.execute(_sql(statements.REGISTER), what).fetchone() or (0, [])
    connection.execute("SET LOCAL enable_nestloop = on")
    return registered, doubtful


def _batch() -> dict[str, Any]:
    given = connections["batch"].settings_dict
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    return {name: given[setting] for name, setting in names.items()}


def _sql(statement: str) -> LiteralString:
    return statement  # all are ours, and take their values apart


def _one(connection: psycopg.Connection[Any], statement: str, what: Any = None) -> Any:
    row = connection.execute(_sql(statement), what).fetchone()
    return row[0] if row else None


def _empty_staging(connection: psycopg.Connection[Any]) -> None:
    connection.execute(_sql("TRUNCATE " + ", ".join(statements.STAGING)))
