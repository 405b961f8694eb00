"""Usagers' wrapped keys, in a schema of their own, never in the main backup (DESIGN 3)."""

from __future__ import annotations

from django.db import models


class UsagerKey(models.Model):
    pk = models.CompositePrimaryKey("usager_id", "version")
    usager_id = models.UUIDField()
    version = models.SmallIntegerField(default=1)
    master = models.SmallIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = 'cles"."usager_key'


class LotKey(models.Model):
    """The key of one import: it seals what was declared about people nothing was written about yet."""

    lot_id = models.UUIDField(primary_key=True)
    master = models.SmallIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = 'cles"."lot_key'
