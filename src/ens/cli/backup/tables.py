"""The rows of a database, copied out of one snapshot and into a schema that migrations made.

PostgreSQL's binary COPY, table by table: nothing is whole in memory, and a restore needs neither the same server nor
its tools. What migrations make (the schema, roles' privileges) is not copied; they make it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, BinaryIO, cast

import psycopg
from psycopg import sql

from ens.cli.backup.manifest import Sequence
from ens.coffre.streams import SealingWriter

Connection = psycopg.Connection[Any]
KEYS = "cles."  # the schema of wrapped keys, never in the main backup

# Not kept, each with its reason.
LEFT_OUT = {
    "public.django_migrations": "written by the migrations themselves",
    "public.django_session": "people sign in again; a session ended since must not come back",
    "public.oauth2_provider_accesstoken": "as sessions",
    "public.oauth2_provider_refreshtoken": "as sessions",
    "public.oauth2_provider_idtoken": "as sessions",
    "public.oauth2_provider_grant": "as sessions",
    "public.oauth2_provider_devicegrant": "as sessions",
    "public.procrastinate_workers": "processes that are no more",
    "public.procrastinate_events": "the past of jobs; filled by the queue's own triggers",
    "public.procrastinate_periodic_defers": "technical time of the former workers",
}
# A job begun by a worker that is no more is to do again; a periodic one comes back by itself.
_JOBS = "public.procrastinate_jobs"
_WHERE = {_JOBS: "WHERE status = 'todo' OR (status = 'doing' AND queueing_lock IS NULL)"}
_INSTEAD = {
    (_JOBS, "status"): "'todo'::procrastinate_job_status",
    (_JOBS, "worker_id"): "NULL::bigint",
    (_JOBS, "abort_requested"): "false",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as the catalogue has it."""

    name: str
    columns: tuple[str, ...]

    @property
    def quoted(self) -> sql.Identifier:
        return sql.Identifier(*self.name.split("."))


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """A connection of the owner that sees the database as of now, whatever commits meanwhile."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SELECT 1")  # the snapshot is taken by the first statement
        yield connection
        connection.execute("COMMIT")


_SHAPES = """
SELECT n.nspname || '.' || c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
GROUP BY 1 ORDER BY 1
"""


def shapes(connection: Connection) -> dict[str, Shape]:
    """Every table of the space, extensions' own apart."""
    return {name: Shape(name, tuple(columns)) for name, columns in connection.execute(_SHAPES)}


def dump(connection: Connection, shape: Shape, key: bytes, out: BinaryIO) -> int:
    """Copy a table's rows, sealed under the key and the table's name; returns how many."""
    columns = sql.SQL(", ").join(
        sql.SQL(cast(Any, f"{_INSTEAD[shape.name, name]} AS ")) + sql.Identifier(name)
        if (shape.name, name) in _INSTEAD
        else sql.Identifier(name)
        for name in shape.columns
    )
    where = sql.SQL(cast(Any, _WHERE.get(shape.name, "")))
    wanted = sql.SQL("COPY (SELECT {} FROM {} {}) TO STDOUT (FORMAT BINARY)").format(columns, shape.quoted, where)
    with SealingWriter(out, key, shape.name) as sealed, connection.cursor() as cursor:
        with cursor.copy(wanted) as copy:
            for data in copy:
                sealed.write(data)
        return cursor.rowcount


def sequences(connection: Connection) -> list[Sequence]:
    """Where the sequences are. They do not follow snapshots: never before the rows copied."""
    rows = connection.execute(
        "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences "
        "WHERE last_value IS NOT NULL ORDER BY 1"
    )
    return [Sequence(name, value) for name, value in rows]


def is_empty(connection: Connection) -> bool:
    return not shapes(connection)


class RowsDiffer(Exception):
    """A table received another number of rows than it was said to have."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of a table are read: pieces in clear, one pass."""

    columns: list[str]
    rows: int
    read: Callable[[], Iterator[bytes]]


def load(connection: Connection, sources: dict[str, Source], marks: list[Sequence]) -> None:
    """Fill the tables that migrations made, in one transaction. Errors: RowsDiffer, ContentDamaged, psycopg's."""
    known = shapes(connection)
    with connection.transaction(), connection.cursor() as cursor:
        emptied = [shape.quoted for name, shape in known.items() if name != "public.django_migrations"]
        cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(emptied)))
        for name in _in_order(connection, list(sources)):
            source = sources[name]
            columns = sql.SQL(", ").join(sql.Identifier(column) for column in source.columns)
            target = sql.Identifier(*name.split("."))
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(target, columns)) as copy:
                for data in source.read():
                    copy.write(data)
            if cursor.rowcount != source.rows:
                raise RowsDiffer(name)
        present = {name for (name,) in connection.execute("SELECT schemaname || '.' || sequencename FROM pg_sequences")}
        for mark in marks:
            if mark.name in present:
                cursor.execute("SELECT setval(%s::regclass, %s, true)", [mark.name, mark.last_value])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


_REFERENCES = """
SELECT n.nspname || '.' || c.relname, m.nspname || '.' || f.relname
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace m ON m.oid = f.relnamespace
WHERE k.contype = 'f' AND NOT k.condeferrable AND k.conrelid <> k.confrelid
"""


def _in_order(connection: Connection, names: list[str]) -> list[str]:
    """What is referred to first. References checked at commit only put no order: some go round."""
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(sorted(names), ()))
    for source, target in connection.execute(_REFERENCES):
        if source in names and target in names:
            order.add(source, target)
    return list(order.static_order())
