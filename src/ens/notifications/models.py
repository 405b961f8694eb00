from __future__ import annotations

from django.db import models

from ens.persistence.models import UsagerOwned


class Notice(UsagerOwned):
    """One notice to send or sent: its kind and dates, nothing about what it announces."""

    kind = models.CharField(max_length=30)
    told_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sealed = models.BinaryField(null=True)  # a code, an address that was: until it is sent

    class Meta:
        indexes = (models.Index(fields=("usager_id", "kind", "told_at"), name="notice_in_order"),)


class OneTimeCode(UsagerOwned):
    """A code sent to someone: its digest, what it is for, how often it was tried. Technical time."""

    purpose = models.CharField(max_length=20)
    digest = models.BinaryField()
    sealed_value = models.BinaryField(null=True)  # the contact value that the code proves
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("usager_id", "purpose", "sent_at"), name="code_in_order"),)
