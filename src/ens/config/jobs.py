"""Periodic jobs of the worker, in the same database as what they move (procrastinate)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from ens.coffre import sweeping
from ens.connectors.courriel import bounces
from ens.enrolment import codes, daily, pace, waiting
from ens.enrolment import services as enrolment
from ens.journeys import majority
from ens.messaging import ledger
from ens.messaging.services import fetching
from ens.persistence import outbox
from ens.persistence.clock import refresh


@app.periodic(cron="* * * * *", periodic_id="open_due")
@app.task(queueing_lock="open_due", lock="open_due", pass_context=False, retry=RetryStrategy(max_attempts=3, wait=30))
def open_due(timestamp: int) -> None:
    """Open the spaces whose delay ended."""
    refresh()
    while enrolment.open_due():
        pass


@app.periodic(cron="* * * * *", periodic_id="advance_campaigns")
@app.task(queueing_lock="advance_campaigns", lock="advance_campaigns", pass_context=False)
def advance_campaigns(timestamp: int) -> None:
    """Make the lots of the waves under way, and hand over what their pace allows."""
    refresh()
    pace.advance()


@app.periodic(cron="* * * * *", periodic_id="count_daily")
@app.task(queueing_lock="count_daily", lock="count_daily", pass_context=False)
def count_daily(timestamp: int) -> None:
    """Count what happened in the last minute in the figures of steering."""
    daily.refresh()


@app.periodic(cron="* * * * *", periodic_id="count_mail")
@app.task(queueing_lock="count_mail", lock="count_mail", pass_context=False)
def count_mail(timestamp: int) -> None:
    """Gather the mail of the last minute in the figures of its day."""
    ledger.count()


@app.periodic(cron="* * * * *", periodic_id="fetch_lists")
@app.task(queueing_lock="fetch_lists", lock="fetch_lists", pass_context=False)
def fetch_lists(timestamp: int) -> None:
    """Fetch the lists of the trust space whose turn has come."""
    fetching.fetch_due()


@app.periodic(cron="17 * * * *", periodic_id="sweep")
@app.task(queueing_lock="sweep", lock="sweep", pass_context=False, retry=RetryStrategy(max_attempts=3, wait=600))
def sweep(timestamp: int) -> None:
    """Take away the contents that no row refers to: a part of the store each hour, the whole of it each day."""
    sweeping.sweep(sweeping.folders_of(datetime.fromtimestamp(timestamp, UTC).hour))


@app.periodic(cron="7 * * * *", periodic_id="forget_codes")
@app.task(queueing_lock="forget_codes", lock="forget_codes", pass_context=False)
def forget_codes(timestamp: int) -> None:
    """Take away what finds people by provisional codes whose last day is over."""
    refresh()
    codes.forget_expired()


@app.periodic(cron="2 * * * *", periodic_id="come_of_age")
@app.task(queueing_lock="come_of_age", lock="come_of_age", pass_context=False)
def come_of_age(timestamp: int) -> None:
    """Tell who comes of age and who acted for them, and send them a code for their own account."""
    refresh()
    majority.advance()


@app.periodic(cron="47 * * * *", periodic_id="catch_up")
@app.task(queueing_lock="catch_up", lock="catch_up", pass_context=False)
def catch_up(timestamp: int) -> None:
    """Release what was kept for a person in the very instant their space opened."""
    waiting.catch_up()


@app.periodic(cron="* * * * *", periodic_id="take_up")
@app.task(queueing_lock="take_up", pass_context=False)
async def take_up(timestamp: int) -> None:
    """Take up the jobs of a worker that was killed: a lock it held would stop their kind for ever.

    When the next of its kind waits already, that one does its work: two may not wait.
    """
    for job in await app.job_manager.get_stalled_jobs():
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


@app.periodic(cron="* * * * *", periodic_id="read_bounces")
@app.task(queueing_lock="read_bounces", lock="read_bounces", pass_context=False)
def read_bounces(timestamp: int) -> None:
    """Take the e-mails that came back, where the relay leaves them."""
    refresh()
    if settings.ENS_COURRIEL_RETOURS:
        bounces.read(Path(settings.ENS_COURRIEL_RETOURS))


def move_outbox() -> int:
    """One round of the outbox."""
    refresh()
    return outbox.run_due()
