"""The head of each usager's trace, its lines, and the streams about nobody known."""

from __future__ import annotations

from django.db import models


class Head(models.Model):
    """One row a usager: the last number given, and the counter raised by every change of rights."""

    usager_id = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    rights = models.BigIntegerField(default=0)


class AuditLine(models.Model):
    """Append-only by privilege: ``ens_web`` may insert and select, nothing else."""

    pk = models.CompositePrimaryKey("usager_id", "seq")
    usager_id = models.UUIDField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12)
    mode = models.CharField(max_length=20)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=80)
    object_id = models.UUIDField(null=True)
    sealed = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=("usager_id", "object_id", "seq"), name="audit_line_object"),)


class ServiceLine(models.Model):
    """Events about nobody known: unknown matricule, failed sign-in. No personal data."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    stream = models.CharField(max_length=40)
    event = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=80)
    code = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("stream", "at"), name="audit_service_stream"),)


class HeadOfNobody(models.Model):
    """A few rows, made with the table, that stand for the heads of people asked about and unknown.

    What is refused about someone costs the update of a row, someone registered or not: else the clock would tell. Which
    row is opaque: it follows from the keyed digest of what was asked.
    """

    SLOTS = 1024

    slot = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField(default=0)
