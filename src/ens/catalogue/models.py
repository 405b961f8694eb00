"""Applications and sites that asked to be listed, and what was decided of each, with its day."""

from __future__ import annotations

from django.db import models

from ens.kernel.ids import new_id


class Service(models.Model):
    """An application or a site. Its label is shown with the day it was given."""

    id = models.UUIDField(primary_key=True, default=new_id)
    identifier = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    editor = models.CharField(max_length=120)
    kind = models.CharField(max_length=12)
    category = models.CharField(max_length=60)
    url = models.CharField(max_length=300)
    label = models.CharField(max_length=120, default="", blank=True)
    labelled_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=("application", "site")), name="service_kind"),
            models.CheckConstraint(
                condition=models.Q(label="", labelled_on__isnull=True)
                | (~models.Q(label="") & models.Q(labelled_on__isnull=False)),
                name="service_label_has_its_day",
            ),
        )


class ServiceStep(models.Model):
    """A decision on a listing, from a day on; the past ones stay."""

    id = models.UUIDField(primary_key=True, default=new_id)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="steps")
    status = models.CharField(max_length=12)
    since = models.DateField()
    why = models.CharField(max_length=200, default="", blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=80)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("service", "since"), name="one_service_step_a_day"),)
