"""What is kept of the use of steering: what was taken out of it, by whom, when."""

from __future__ import annotations

from django.db import models

from ens.kernel.ids import new_id


class Taking(models.Model):
    """Figures exported, or opened on their events. Append-only, by privilege; about no usager."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    compte_id = models.UUIDField()
    name = models.CharField(max_length=120)  # as of then
    what = models.CharField(max_length=20)  # evenements, tableau
    form = models.CharField(max_length=10)  # page, csv, parquet
    facts = models.JSONField()  # what was asked: cut, day, territory, measure
    rows = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=("compte_id", "at"), name="taking_of_compte"),)
