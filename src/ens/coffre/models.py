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


class KeyCopy(models.Model):
    """A copy of every usager's wrapped key, made by a backup; written by the owner's command. Technical time."""

    name = models.CharField(max_length=60, primary_key=True)
    place = models.CharField(max_length=1000)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)


class KeyMark(models.Model):
    """What a key outside the database marks it with, so that another in its place is seen. Technical time."""

    name = models.CharField(max_length=40, primary_key=True)
    mark = models.BinaryField()
    since = models.DateTimeField()
