"""One row per dated event of a person's enrolment."""

from __future__ import annotations

from django.db import models

from ens.persistence.models import UsagerOwned


class Event(UsagerOwned):
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    deadline = models.DateField(null=True)  # of a notice: the last day to oppose, included
    channel = models.CharField(max_length=12, default="", blank=True)
    by_kind = models.CharField(max_length=20)

    class Meta:
        indexes = (models.Index(fields=("usager_id", "at", "id"), name="enrolment_in_order"),)
