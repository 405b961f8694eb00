"""Statements in one send and one wait, each prepared on its connection, through the driver's own layer over libpq.

The driver's cursors and its pipeline make objects for each statement, send each by itself and ask each time what came
back: more work in Python than the statement in the database (decision 0032). Values and rows are the driver's to
convert, in binary form where it can.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from psycopg import abc, errors, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

Values = Sequence[Any] | Mapping[str, Any]
Statement = tuple[str, Values | None]  # no values at all: it is written anew each time, and not prepared
MAX_PREPARED = 300  # of a connection, the driver's own included; the oldest leaves
_PLACE = re.compile(r"%(?:\((\w+)\)s|s|%)")


class Reply(NamedTuple):
    """What a statement answered: its rows, and how many it gave or changed."""

    rows: list[tuple[Any, ...]]
    number: int


_Key = tuple[bytes, tuple[int, ...]]  # a query, and the types of its values


def _values(raw: psycopg.Connection[Any]) -> abc.Transformer:
    """How each type crosses, learnt once a connection: kept with it, and no longer."""
    found: abc.Transformer | None = raw.__dict__.get("ens_values")
    if found is None:
        raw.prepared_max = MAX_PREPARED
        found = raw.__dict__["ens_values"] = Transformer(raw)
    return found


def send(raw: psycopg.Connection[Any], statements: Sequence[Statement]) -> list[Reply]:
    """Run them in order, as one transaction when none is open. Errors: the driver's, of the first that fails.

    Source: PostgreSQL, 32.5 (pipeline mode).
    """
    server = raw.pgconn
    if server.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection is closed")
    is_first = not raw.autocommit and server.transaction_status == TransactionStatus.IDLE
    if is_first:
        statements = [("BEGIN", ()), *statements]
    values = _values(raw)
    written = [_written(values, *one) for one in statements]
    # The driver's own list of what is prepared: it empties it, in the server too, whenever it rolls back.
    prepared = raw._prepared
    new: dict[_Key, bytes] = {}
    expected: list[_Key | None] = []  # what is being prepared; None: an answer
    try:
        server.enter_pipeline_mode()
        for query, parameters, types, formats in written:
            key = query, types
            name = prepared._names.get(key) or new.get(key)
            if name is None and parameters is not None:
                prepared._prepared_idx += 1
                name = new[key] = b"_ens_%d" % prepared._prepared_idx
                server.send_prepare(name, query, types)
                expected.append(key)
            if name is None:
                server.send_query_params(query, parameters, types, formats, Format.BINARY)
            else:
                server.send_query_prepared(name, parameters, formats, Format.BINARY)
            expected.append(None)
        server.pipeline_sync()
        results = raw.wait(_received(server, len(expected)))
        server.exit_pipeline_mode()
    except BaseException:  # lost, or interrupted: what it may still answer would be taken for another's
        raw.close()
        raise
    answers = []
    for result, key_prepared in zip(results, expected, strict=True):
        if result.status == ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(result, raw.info.encoding)
        if key_prepared is None:
            answers.append(result)
        else:
            prepared._names[key_prepared] = new[key_prepared]
            prepared._rotate()
    return [_reply(values, one) for one in answers[is_first:]]


def _received(server: PGconn, number: int) -> Generator[Wait, Ready | int, list[PGresult]]:
    """What came back for each, then for the end of the pipeline; the last of what is large leaves meanwhile."""
    while server.flush():
        if (yield Wait.RW) & Ready.R:
            server.consume_input()
    results: list[PGresult] = []
    for _ in range(number):
        results += yield from generators.fetch_many(server)
    yield from generators.fetch(server)
    return results


def _reply(values: abc.Transformer, result: PGresult) -> Reply:
    if result.status != ExecStatus.TUPLES_OK:
        return Reply([], result.command_tuples or 0)
    values.set_pgresult(result, format=Format.BINARY)
    rows: list[tuple[Any, ...]] = values.load_rows(0, result.ntuples, tuple)
    return Reply(rows, len(rows))


def _written(
    values: abc.Transformer, statement: str, parameters: Values | None
) -> tuple[bytes, Sequence[Any] | None, tuple[int, ...], Sequence[Format]]:
    """The query with its values apart, their types and forms. Errors: psycopg.ProgrammingError."""
    if parameters is None:
        return statement.encode(), None, (), ()
    query, names, number = _numbered(statement)
    if names:
        parameters = [parameters[name] for name in names]  # type: ignore[call-overload]
    if len(parameters) != number:
        raise psycopg.ProgrammingError(f"the query has {number} placeholders, {len(parameters)} values were given")
    dumped = values.dump_sequence(parameters, _automatic(number))  # type: ignore[arg-type]
    return query, dumped, values.types or (), values.formats or ()


@lru_cache(maxsize=64)
def _automatic(number: int) -> list[PyFormat]:
    return [PyFormat.AUTO] * number


@lru_cache(maxsize=500)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...], int]:
    """``%s`` and ``%(name)s`` become ``$1``, ``$2``…: the names in that order, and how many values there are."""
    names: list[str] = []
    number = 0

    def place(found: re.Match[str]) -> str:
        nonlocal number
        if found[0] == "%%":
            return "%"
        if found[1] is None:
            number += 1
            return f"${number}"
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    query = _PLACE.sub(place, statement).encode()
    return query, tuple(names), number or len(names)
