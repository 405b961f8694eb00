"""The jobs of a worker that was killed are taken up: a lock it held would stop their kind for ever."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg


def test_a_job_left_by_a_killed_worker_is_taken_up_and_another_s_is_left(db):
    from ens.config import jobs

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
        with ThreadPoolExecutor(1) as apart:  # a browser's tests leave a loop running in this thread
            apart.submit(asyncio.run, jobs.take_up.func(0)).result()
        found = owner.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE id = ANY(%s) ORDER BY id", [ids]
        ).fetchall()
        owner.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [ids])
    assert found == [("todo",), ("doing",)]
