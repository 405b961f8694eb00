"""Logs and measures without personal data: opaque ids, route names, durations; never an address or a query."""

from __future__ import annotations

import logging
import logging.config
import sys
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

REQUESTS = Counter("ens_requests_total", "Requests answered", ("route", "method", "status"))
SECONDS = Histogram(
    "ens_request_seconds", "Time to answer", ("route",), buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10)
)
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT")
SILENT = ("healthz", "metrics")


def configure_logging(options: dict[str, Any]) -> None:
    """One JSON object a line on standard error, for our logs and for libraries'."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[options["level"]]),
        logger_factory=structlog.PrintLoggerFactory(file=_stderr()),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": "structlog.stdlib.ProcessorFormatter",
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        _without_requests,
                        structlog.processors.format_exc_info,
                        structlog.processors.JSONRenderer(ensure_ascii=False),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"level": "WARNING", "handlers": ["stderr"]},
            # Django's own request log prints addresses, which hold ids: ours names the route instead.
            "loggers": {
                "django.request": {"level": "CRITICAL"},
                "django.security": {"level": "ERROR"},
                # The pool says each attempt to connect; ours says once that the database does not answer.
                "psycopg.pool": {"level": "ERROR"},
                # aiosmtpd's quotes what a client says, which may be a message taken for commands.
                "mail.log": {"level": "ERROR"},
            },
        }
    )


class _Unbroken:
    """Standard error, which may be a file on a full disk: what cannot be written there stops nobody's request."""

    def write(self, words: str) -> int:
        try:
            return sys.stderr.write(words)
        except OSError:
            return 0

    def flush(self) -> None:
        try:
            sys.stderr.flush()
        except OSError:
            return


def _stderr() -> Any:
    return _Unbroken()


def _without_requests(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.pop("request", None)
    return event


log = structlog.get_logger("ens.web")


class ObservationMiddleware:
    """Counts and times each request under its route's name; logs faults with their stack, not their data."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else "unknown"
        elapsed = time.perf_counter() - began
        method = request.method if request.method in METHODS else "autre"  # anyone may invent one
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(elapsed)
        if route not in SILENT:
            log.info("request", route=route, method=method, status=response.status_code, ms=round(elapsed * 1000, 1))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        route = request.resolver_match.view_name if request.resolver_match else "unknown"
        log.error("request_failed", route=route, error=type(exception).__name__, exc_info=_stack_only(exception))


def _stack_only(exception: Exception) -> Any:
    """The stack without the message, which may quote what a person sent."""
    return (type(exception), type(exception)("…") if _plain(exception) else Exception("…"), exception.__traceback__)


def _plain(exception: Exception) -> bool:
    return type(exception) in (ValueError, TypeError, KeyError, RuntimeError, AttributeError)
