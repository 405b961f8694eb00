"""What a notice said, found again by its reference: nothing of it is kept twice.

A lot keeps the version of its model, its delay and the day it was handed over; models are never changed. So the words
are made again, the same for everyone of the lot; the code and the name are left out: whoever holds the letter has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ens.enrolment.errors import ReferenceUnknown
from ens.enrolment.models import Campaign, Lot, NoticeModel, Wave
from ens.enrolment.notices import in_paragraphs, words
from ens.enrolment.references import find
from ens.kernel.clock import PARIS

NAME, CODE = "[prénom et nom]", "[code]"


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """``last_day``: as it was said; ``deadline``: as it is counted, from the sending, None before it."""

    campaign: str
    wave: str
    channel: str
    variant: str
    version: int
    again: bool
    written_on: date
    sent_on: date | None
    last_day: date
    deadline: date | None
    subject: str
    paragraphs: tuple[str, ...]


def said(written: str) -> KeptNotice:
    """The notice of this reference, as it was sent. Errors: ReferenceUnknown."""
    lot = Lot.objects.get(id=find(written).lot_id)
    model = NoticeModel.objects.filter(id=lot.model_id).first()
    wave = Wave.objects.filter(id=lot.wave_id).first()
    if model is None or wave is None or lot.handed_at is None:
        raise ReferenceUnknown()
    written_on = lot.handed_at.astimezone(PARIS).date()
    last_day = written_on + timedelta(days=lot.delay_days)
    return KeptNotice(
        campaign=Campaign.objects.get(id=wave.campaign_id).name,
        wave=wave.name,
        channel=lot.channel,
        variant=model.variant,
        version=model.version,
        again=lot.again,
        written_on=written_on,
        sent_on=lot.sent_at.astimezone(PARIS).date() if lot.sent_at else None,
        last_day=last_day,
        deadline=lot.deadline,
        subject=model.subject,
        paragraphs=in_paragraphs(model.body.format(prenom_nom=NAME, code=CODE, **words(lot.delay_days, last_day))),
    )
