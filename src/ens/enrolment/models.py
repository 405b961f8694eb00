"""Dated events of each person's enrolment, and the lots in which notices are sent and spaces opened."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ens.kernel.ids import new_id


class Event(models.Model):
    """What happened to a person, in the order of ``rank``: 1, 2, 3…

    The rank is what settles races: of two writers who saw the same past, one inserts the next rank, the other starts
    again (a unit) or leaves it (a batch). Append-only, by privilege.
    """

    pk = models.CompositePrimaryKey("usager_id", "rank")
    usager_id = models.UUIDField(editable=False)
    rank = models.SmallIntegerField()
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    deadline = models.DateField(null=True)  # of a notice or a change of mind: the last day to oppose, included
    channel = models.CharField(max_length=12, default="", blank=True)
    by_kind = models.CharField(max_length=20)
    lot_id = models.UUIDField(null=True)  # of a notice, of an opening: in which lot


class Lot(models.Model):
    """People noticed together: same wave, département, channel and variant, so same sending and same last day.

    What opens at the deadline is found by lots: the cost of a day follows what is due, not the population. Belongs to
    nobody: local, a few thousand ids in a row.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    people = ArrayField(models.UUIDField())
    count = models.IntegerField()
    departement = models.CharField(max_length=3, default="", blank=True)
    channel = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    deadline = models.DateField(null=True)
    noticed = models.IntegerField(null=True)  # fewer than ``count`` when some had chosen meanwhile
    opened_at = models.DateTimeField(null=True)  # its deadline is over, and everyone in it was looked at
    opened = models.IntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("deadline", "id"), condition=models.Q(opened_at__isnull=True), name="lot_due"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True, deadline__isnull=True)
                | models.Q(sent_at__isnull=False, deadline__isnull=False),
                name="lot_sent_has_its_deadline",
            ),
        )
