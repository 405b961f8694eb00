"""``/healthz``: each part's state. ``/metrics``: figures for Prometheus. Details go to loopback or a bearer token."""

from __future__ import annotations

import errno
import hmac
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ens.coffre import copies, folder, store
from ens.messaging import ports, trustspace, trustwatch
from ens.persistence import outbox


class OutboxCollector(Collector):
    """Asked of the database when measured: every process sees the same outbox."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("ens_outbox_pending", "Rows waiting to be done after a commit", value=outbox.pending())


class BackupCollector(Collector):
    """The age of the last backup, and the copies of keys that outlive what was promised to whoever was deleted."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("ens_backup_age_seconds", "Seconds since the last backup", value=copies.backup_age())
        yield GaugeMetricFamily("ens_key_copies_overdue", "Copies of keys to remove", value=copies.overdue())


def _may_see_details(request: HttpRequest) -> bool:
    token = settings.ENS_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given, token):
        return True
    forwarded = "X-Forwarded-For" in request.headers
    return request.META.get("REMOTE_ADDR", "") in ("127.0.0.1", "::1") and not forwarded


OK, AWAY, FULL, NONE = "ok", "unavailable", "full", "not_configured"
UNRECOGNISED = "certificate_refused"  # the store: whoever answers there does not show that it is it
KEPT_S = 1.0
WARNED_S = 60.0
ROOM_BYTES = 50_000_000  # under it, what may come next may not fit: two messages of the largest size


def _database() -> str:
    """Asked on a connection of its own: the pool waits for a server that comes back, a probe does not."""
    try:
        parameters = {**connections["default"].get_connection_params(), "connect_timeout": 2}
        with psycopg.connect(**parameters) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return AWAY
    cluster = settings.ENS_DATA / "base" / "cluster"  # the embedded one, when it is on this machine
    return OK if not cluster.exists() or _has_room(cluster) else FULL


def _has_room(place: Path) -> bool:
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize >= ROOM_BYTES


class RemoteTrial:
    """A write tried beside the question, which waits for it two seconds: a remote store may not answer at all.

    One at a time, and one in ten seconds at most, however often it is asked; the last answer stands meanwhile.
    """

    WAITED_S, KEPT_S = 2.0, 10.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: threading.Thread | None = None
        self._tried_at, self._found = 0.0, AWAY

    def state(self, address: str) -> str:
        with self._lock:
            if self._running is None and (not self._tried_at or time.monotonic() - self._tried_at >= self.KEPT_S):
                self._running = threading.Thread(target=self._try, args=(address,), daemon=True)
                self._running.start()
            running = self._running
        if running is not None:
            running.join(self.WAITED_S)
            if running.is_alive():
                return AWAY
        return self._found

    def _try(self, address: str) -> None:
        try:
            refusal = store.refusal_of(address)
            found = {"": OK, store.CERTIFICATE: UNRECOGNISED}.get(refusal, AWAY)
        except Exception:  # a setting that the library refuses: said by its log, and here by the state
            logging.getLogger("ens.store").exception("store_not_tried")
            found = AWAY
        with self._lock:
            self._found, self._tried_at, self._running = found, time.monotonic(), None


_remote = RemoteTrial()


def _store() -> str:
    """A byte is written and synced: a disk may be read-only or full, whatever its rights say, or not mounted."""
    if store.is_remote(settings.ENS_STORE):
        return _remote.state(settings.ENS_STORE)
    root = Path(settings.ENS_STORE)
    try:
        folder.check_is_there(root)
        with tempfile.TemporaryFile(dir=root) as trial:
            trial.write(b"x" * 4096)
            trial.flush()
            os.fsync(trial.fileno())
        return OK if _has_room(root) else FULL
    except OSError as error:
        return FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else AWAY


def _smtp() -> str:
    """It greets: a process that accepts connections and says nothing is not well."""
    host, _, port = settings.ENS_SMTP_LISTEN.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout=1) as asked:
            return OK if asked.recv(4) in (b"220 ", b"421 ") else AWAY  # 421: well, and very busy
    except OSError:
        return AWAY


def _antivirus() -> str:
    """A space may do without one."""
    used = ports.antivirus()
    if used is None:
        return NONE
    return OK if used.is_well() else AWAY


_warned: tuple[float, list[str]] = (0.0, [])


def _warnings() -> list[str]:
    """Of the trust space; nothing here makes a part unwell. Asked of a database that answers, once a minute at most."""
    global _warned
    said_at, said = _warned
    if time.monotonic() - said_at >= WARNED_S or not said_at:
        try:
            said = trustwatch.warnings(trustspace.state())
        except DatabaseError:  # gone since it was tried: its part says so at the next question
            return ["L'espace de confiance n'a pas pu être lu."]
        _warned = (time.monotonic(), said)
    return said


_last: tuple[float, dict[str, str]] = (0.0, {})


def _tried() -> dict[str, str]:
    """What costs a connection or a write, at most once a second in a process, however often it is asked."""
    global _last
    said_at, parts = _last
    if time.monotonic() - said_at >= KEPT_S or not parts:
        parts = {"database": _database(), "store": _store(), "smtp": _smtp(), "antivirus": _antivirus()}
        _last = (time.monotonic(), parts)
    return parts


def _worker() -> str:
    try:
        pid = int((settings.ENS_DATA / "run" / "worker.pid").read_text())
        os.kill(pid, 0)
        return OK
    except PermissionError:
        return OK
    except (OSError, ValueError):
        return AWAY


def _demonstration() -> str:
    """Ready once its ``demo.json`` is written."""
    return OK if (settings.ENS_DATA / "demo.json").exists() else AWAY


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when every part is well, else 503; a part is ``ok``, ``unavailable``, or ``full`` for want of room.

    What the space does without is named apart, as ``not_configured``; ``warnings``: what asks for a gesture and stops
    nothing, in French.
    """
    tried = {**_tried(), "worker": _worker()}
    parts = {part: state for part, state in tried.items() if state != NONE}
    if settings.ENS_DEMONSTRATION:
        parts["demonstration"] = _demonstration()
    status = 200 if set(parts.values()) == {OK} else 503
    body: dict[str, object] = {"status": "ok" if status == 200 else "unavailable"}
    if _may_see_details(request):
        body["parts"] = parts
        body["not_configured"] = sorted(tried.keys() - parts.keys() - {"demonstration"})
        body["warnings"] = _warnings() if tried["database"] == OK else []
    return JsonResponse(body, status=status)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_see_details(request):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    registry.register(OutboxCollector())
    registry.register(BackupCollector())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # the processes of a space count together
        MultiProcessCollector(registry)
        counted = generate_latest(registry)
    else:
        counted = generate_latest(registry) + generate_latest(REGISTRY)
    return HttpResponse(counted, content_type=CONTENT_TYPE_LATEST)
