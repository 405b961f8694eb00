from __future__ import annotations

from django.db import models

from ens.persistence.models import UsagerOwned


class Notice(UsagerOwned):
    """One notice to send or sent: its kind and dates, nothing about what it announces."""

    kind = models.CharField(max_length=20)
    told_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("usager_id", "kind", "told_at"), name="notice_in_order"),)
