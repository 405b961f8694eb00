"""``/healthz``: each part's state. ``/metrics``: figures for Prometheus. Details go to loopback or a bearer token."""

from __future__ import annotations

import hmac
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import Error, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ens.persistence import outbox


class OutboxCollector(Collector):
    """Asked of the database when measured: every process sees the same outbox."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily("ens_outbox_pending", "Rows waiting to be done after a commit", value=outbox.pending())


def _may_see_details(request: HttpRequest) -> bool:
    token = settings.ENS_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given, token):
        return True
    forwarded = "X-Forwarded-For" in request.headers
    return request.META.get("REMOTE_ADDR", "") in ("127.0.0.1", "::1") and not forwarded


def _database() -> bool:
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except Error:
        return False


def _store() -> bool:
    if "://" in settings.ENS_STORE:
        return True  # asked at each content; an outage shows there
    root = Path(settings.ENS_STORE)
    return os.access(root if root.exists() else root.parent, os.W_OK)


def _smtp() -> bool:
    host, _, port = settings.ENS_SMTP_LISTEN.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout=1):
            return True
    except OSError:
        return False


def _worker() -> bool:
    try:
        pid = int((settings.ENS_DATA / "run" / "worker.pid").read_text())
        os.kill(pid, 0)
        return True
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when every part answers, else 503. A demonstration is ready once its ``demo.json`` is written."""
    parts = {"database": _database(), "store": _store(), "smtp": _smtp(), "worker": _worker()}
    if settings.ENS_DEMONSTRATION:
        parts["demonstration"] = (settings.ENS_DATA / "demo.json").exists()
    status = 200 if all(parts.values()) else 503
    body: dict[str, object] = {"status": "ok" if status == 200 else "unavailable"}
    if _may_see_details(request):
        body["parts"] = {name: "ok" if good else "unavailable" for name, good in parts.items()}
    return JsonResponse(body, status=status)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_see_details(request):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    registry.register(OutboxCollector())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # the processes of a space count together
        MultiProcessCollector(registry)
        counted = generate_latest(registry)
    else:
        counted = generate_latest(registry) + generate_latest(REGISTRY)
    return HttpResponse(counted, content_type=CONTENT_TYPE_LATEST)
