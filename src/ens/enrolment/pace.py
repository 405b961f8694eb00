"""Advances campaigns by what the clock says: lots made, handed over at their pace, letters for e-mails that came back.

Asked every minute; safe to repeat, to kill, to run twice at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connections, transaction

from ens.enrolment import campaigns, ending, handed, lots, planning
from ens.enrolment.errors import LotUnknown
from ens.enrolment.models import Campaign, Lot, NoticeModel, Wave
from ens.enrolment.policies import is_sociable
from ens.enrolment.ports import LotToSend, sender_of
from ens.enrolment.types import EMAIL, POST
from ens.kernel import clock

RETRY_AFTER = timedelta(minutes=15)  # a lot whose carrier did not end: its process was killed
log = structlog.get_logger("ens.campaigns")


@dataclass(slots=True)
class Advance:
    """People put in lots, handed over, and noticed, this time."""

    planned: int = 0
    handed: int = 0
    noticed: int = 0


def advance() -> Advance:
    """Do what is due in every campaign."""
    done = Advance()
    every = list(Campaign.objects.order_by("made_at"))
    for campaign in every:  # first what is given back: another campaign may take it now
        ending.give_back([wave.id for wave in campaigns.over(campaign)])
        stopped = [wave.id for wave in campaigns.stopped(campaign)]
        done.noticed += ending.stop_begun(stopped, stale=clock.now() - RETRY_AFTER)
    for campaign in every:
        running, over = campaigns.running(campaign), campaigns.over(campaign)
        for wave in running:
            done.planned += _plan_once_a_day(campaign, wave)
        waves = [*running, *over]
        if waves:
            ids, shares = [wave.id for wave in waves], campaigns.shares_of(campaign)
            done.planned += planning.answer_returns(ids, size=campaign.lot_size, shares=shares)
            for channel in (EMAIL, POST):
                _hand_over(campaign, waves, channel, done, over=over)
    handed.settle()
    return done


def _plan_once_a_day(campaign: Campaign, wave: Wave) -> int:
    if wave.planned_at is not None and wave.planned_at.astimezone(clock.PARIS).date() == clock.today():
        return 0
    shares = campaigns.shares_of(campaign)
    made = planning.plan(wave.departements, size=campaign.lot_size, wave_id=wave.id, shares=shares)
    Wave.objects.filter(id=wave.id).update(planned_at=clock.now(), unreached=made.unreached)
    return made.people


def _hand_over(campaign: Campaign, waves: list[Wave], channel: str, done: Advance, *, over: list[Wave]) -> None:
    sender = sender_of(channel)
    if sender is None:
        return  # nobody carries this channel here: its lots wait
    while True:
        lot = _claim(campaign, waves, channel, over)
        if lot is None:
            return
        try:
            sent_at = sender.send(_to_send(lot, campaign, waves))
        except Exception as error:  # noqa: BLE001 - whatever the carrier's fault, the lot must be handed over again
            log.warning("lot_not_sent", lot=str(lot.id), channel=channel, tries=lot.tries, error=type(error).__name__)
            Lot.objects.filter(id=lot.id, sent_at__isnull=True).update(handed_at=None)
            return
        done.handed += lot.count
        if sent_at is not None:
            done.noticed += confirm(lot.id, sent_at)
        else:
            Lot.objects.filter(id=lot.id, handed_at__isnull=False).update(carried_at=clock.now())


def confirm(lot_id: UUID, sent_at: datetime) -> int:
    """The lot left at that moment (the printer's report, for letters); returns how many people are noticed.

    Errors: LotUnknown.
    """
    lot = Lot.objects.filter(id=lot_id, delay_days__isnull=False).first()
    if lot is None:
        raise LotUnknown()
    return lots.sent(lot_id, at=sent_at, delay=timedelta(days=lot.delay_days), again=lot.again)


def lost(lot_id: UUID) -> bool:
    """The printer lost the file: the lot is handed over again. False: sent already, nothing changes.

    Errors: LotUnknown.
    """
    if not Lot.objects.filter(id=lot_id).exists():
        raise LotUnknown()
    return bool(Lot.objects.filter(id=lot_id, sent_at__isnull=True).update(handed_at=None, carried_at=None))


def is_sent(lot_id: UUID) -> bool:
    """Whether its people are noticed already."""
    return Lot.objects.filter(id=lot_id, sent_at__isnull=False).exists()


def _allowance(campaign: Campaign, channel: str, now: datetime) -> tuple[int, bool]:
    """How many people may still be handed over now, by the hour for e-mails, by the day in Paris for letters.

    And whether nobody was yet: a lot begun before the pace was lowered under its size leaves then, alone.
    """
    if channel == EMAIL:
        if not is_sociable(
            now, hour_from=campaign.hour_from, hour_to=campaign.hour_to, weekdays=campaign.weekdays
        ):
            return 0, False
        limit, since = campaign.emails_per_hour, now - timedelta(hours=1)
    else:
        midnight = now.astimezone(clock.PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
        limit, since = campaign.letters_per_day, midnight
    of_campaign = Wave.objects.filter(campaign_id=campaign.id).values_list("id", flat=True)
    with connections["batch"].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(count), 0) FROM enrolment_lot "
            "WHERE wave_id = ANY(%s) AND channel = %s AND handed_at > %s",
            [list(of_campaign), channel, since],
        )
        (used,) = cursor.fetchone()
    return max(0, limit - int(used)), not used


_CLAIM = """
SELECT id FROM enrolment_lot
WHERE wave_id = ANY(%(waves)s) AND (again OR tries > 0 OR wave_id <> ALL(%(over)s::uuid[])) AND channel = %(channel)s
  AND cancelled_at IS NULL AND sent_at IS NULL
  AND (count <= %(allowance)s OR (%(is_untouched)s AND (again OR tries > 0)))
  AND (handed_at IS NULL OR (carried_at IS NULL AND handed_at NOT BETWEEN %(stale)s AND %(now)s))
ORDER BY tries, made_at, count DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def _claim(campaign: Campaign, waves: list[Wave], channel: str, over: list[Wave]) -> Lot | None:
    """Take the next lot that the pace allows. Two workers at once: the waves' rows put them in order."""
    now = clock.now()
    ids = [wave.id for wave in waves]
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM enrolment_wave WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
        allowance, is_untouched = _allowance(campaign, channel, now)
        what: dict[str, Any] = {
            "waves": ids,
            "over": [wave.id for wave in over],
            "channel": channel,
            "stale": now - RETRY_AFTER,
            "now": now,  # handed over later than now: the clock was set back
            "allowance": allowance,
            "is_untouched": is_untouched,
        }
        cursor.execute(_CLAIM, what)
        found = cursor.fetchone()
        if found is None:
            return None
        lot = Lot.objects.using("batch").get(id=found[0])
        model = campaigns.current_models(campaign)[channel, lot.variant]
        lot.handed_at, lot.tries = now, lot.tries + 1
        if lot.tries == 1:  # handed over again, it says what it said
            lot.model_id, lot.delay_days = model.id, campaign.delay_days
        lot.save(using="batch", update_fields=("handed_at", "tries", "model_id", "delay_days"))
    return lot


def _to_send(lot: Lot, campaign: Campaign, waves: list[Wave]) -> LotToSend:
    model = NoticeModel.objects.get(id=lot.model_id)
    assert lot.delay_days is not None
    return LotToSend(
        id=lot.id,
        channel=lot.channel,
        departement=lot.departement,
        campaign=campaign.name,
        wave=next(wave.name for wave in waves if wave.id == lot.wave_id),
        variant=lot.variant,
        version=model.version,
        subject=model.subject,
        body=model.body,
        delay_days=lot.delay_days,
        again=lot.again,
        people=lots.to_notice(lot.id, again=lot.again),
        large_print=campaign.large_print,
    )
