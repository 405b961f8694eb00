"""What messaging takes away of someone whose data are deleted."""

from __future__ import annotations

from ens.messaging.models import (
    Acknowledgement,
    Attachment,
    BegunMessage,
    Correspondent,
    Draft,
    DraftFile,
    Message,
    Signal,
    SignalQueue,
    Thread,
)
from ens.persistence.erasing import Erased, delete_rows
from ens.persistence.unit import Unit


def erase(unit: Unit) -> Erased:
    """Every conversation, its files and who wrote."""
    rows = {"usager_id": unit.usager_id}
    messages, raws = [], []
    for message, raw in Message.objects.filter(**rows).values_list("id", "raw_id"):
        messages.append(message)
        raws.append(raw)
    pieces = list(Attachment.objects.filter(**rows).values_list("id", flat=True))
    begun = list(DraftFile.objects.filter(**rows).values_list("id", flat=True))
    threads = list(Thread.objects.filter(**rows).values_list("id", flat=True))
    SignalQueue.objects.filter(**rows).delete()
    delete_rows(
        unit, Signal, BegunMessage, DraftFile, Draft, Acknowledgement, Attachment, Message, Thread, Correspondent
    )
    return Erased((*raws, *pieces, *begun), (*messages, *raws, *pieces, *begun, *threads))
