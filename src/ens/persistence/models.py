"""What everything about a usager has in common, and the few tables that belong to nobody."""

from __future__ import annotations

from django.db import models

from ens.kernel.ids import new_id


class UsagerOwned(models.Model):
    """A row about one usager: ``usager_id`` first in its key, its constraints and its indexes (DESIGN 2.1)."""

    pk = models.CompositePrimaryKey("usager_id", "id")
    usager_id = models.UUIDField(editable=False)
    id = models.UUIDField(default=new_id, editable=False)

    class Meta:
        abstract = True


class Locator(models.Model):
    """Whose an object is, for faces that may ask without saying whose. No row policy; distributed by ``key``."""

    key = models.UUIDField(primary_key=True)
    usager_id = models.UUIDField()


class Deployment(models.Model):
    """One row: what this database is for, and the offset of its clock."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    demonstration = models.BooleanField()
    created_at = models.DateTimeField()
    clock_offset = models.DurationField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="deployment_is_one_row"),)


class OutboxRow(models.Model):
    """Something to do after a commit, written in its cause's transaction; moved by the worker (DESIGN 4)."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    usager_id = models.UUIDField()
    object_id = models.UUIDField()
    attempts = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("failed_at", "due_at"), name="outbox_due"),)


class StoppedFeature(models.Model):
    """A part of the service that its operator stopped, for every process; its row goes when it is taken up again."""

    name = models.CharField(primary_key=True, max_length=30)
    since = models.DateTimeField()
    by = models.CharField(max_length=80)
    why = models.CharField(max_length=160)  # said to whoever asks for it
