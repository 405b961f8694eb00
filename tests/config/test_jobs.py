"""The jobs of a worker that was killed are taken up: a lock it held would stop their kind for ever."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg


def _take_up():
    from ens.config import jobs

    with ThreadPoolExecutor(1) as apart:  # a browser's tests leave a loop running in this thread
        apart.submit(asyncio.run, jobs.take_up.func(0)).result()


def test_a_job_left_by_a_killed_worker_is_taken_up_and_another_s_is_left(db):
    with psycopg.connect(db.owner, autocommit=True) as owner:
        dead = owner.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 minutes') RETURNING id"
        ).fetchone()[0]
        alive = owner.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id").fetchone()[0]
        ids = [
            owner.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status, worker_id, attempts) "
                "VALUES ('default', 'essai', %s, 'doing', %s, 1) RETURNING id",
                [f"verrou-{worker}", worker],
            ).fetchone()[0]
            for worker in (dead, alive)
        ]
        _take_up()
        found = owner.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE id = ANY(%s) ORDER BY id", [ids]
        ).fetchall()
        owner.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [ids])
    assert found == [("todo",), ("doing",)]


def test_a_job_left_while_the_next_of_its_kind_waits_gives_way_to_it_and_stops_no_other(db):
    """It could not be put back beside the one that waits: nothing was taken up, and campaigns stood still for ever."""
    kinds = ("essai-a", "essai-b")
    with psycopg.connect(db.owner, autocommit=True) as owner:
        for kind in kinds:
            for status in ("doing", "todo"):
                owner.execute(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, status, attempts) "
                    "VALUES ('default', %s, %s, %s, %s, 0)",
                    [kind, kind, kind, status],
                )
        _take_up()
        found = owner.execute(
            "SELECT task_name, status::text FROM procrastinate_jobs WHERE task_name = ANY(%s) ORDER BY id",
            [list(kinds)],
        ).fetchall()
        owner.execute("DELETE FROM procrastinate_jobs WHERE task_name = ANY(%s)", [list(kinds)])
    assert found == [(kind, status) for kind in kinds for status in ("failed", "todo")]
