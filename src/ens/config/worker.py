"""The worker process: the outbox, continuously, and procrastinate's jobs. ``python -m ens.config.worker``."""

from __future__ import annotations

import os
import signal
import threading

import structlog

from ens.kernel.starting import sparing_the_collector

STOP = threading.Event()
PAUSE_S = 0.5
log = structlog.get_logger("ens.worker")


def _move_outbox() -> None:
    from django.db import close_old_connections

    from ens.config.jobs import move_outbox

    while not STOP.is_set():
        try:
            moved = move_outbox()
        except Exception as error:  # noqa: BLE001 - the database is away, or a fault of ours: said, and tried again
            log.warning("outbox_paused", error=type(error).__name__)
            moved = 0
            STOP.wait(2)
        finally:
            close_old_connections()
        if not moved:
            STOP.wait(PAUSE_S)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
    import django

    with sparing_the_collector():
        django.setup()
        from procrastinate.contrib.django import app
        from procrastinate.contrib.django.django_connector import DjangoConnector

        import ens.config.jobs  # noqa: F401 - declares the periodic jobs
        from ens.config import outgoing

    outgoing.choose()

    outbox = threading.Thread(target=_move_outbox, name="outbox", daemon=True)
    outbox.start()
    # procrastinate installs its own handlers for SIGTERM and SIGINT and returns once its jobs are done.
    connector = DjangoConnector(alias="default").get_worker_connector()
    with app.replace_connector(connector) as worker_app:
        worker_app.run_worker(concurrency=2, wait=True, install_signal_handlers=True)
    STOP.set()
    outbox.join(timeout=5)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
