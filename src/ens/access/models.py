"""The usager's choices, dated. The past ones stay: they tell since when, and until when."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ens.kernel.ids import new_id
from ens.persistence.models import UsagerOwned


class Autorisation(UsagerOwned):
    """One choice about one professional or establishment; at most one is current (``until`` empty)."""

    PROFESSIONAL, ESTABLISHMENT = "professionnel", "etablissement"
    PERMIT, DENY = "permit", "deny"

    who_kind = models.CharField(max_length=16)
    who_id = models.UUIDField()
    state = models.CharField(max_length=8)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by_kind = models.CharField(max_length=20)
    by_id = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("usager_id", "who_kind", "who_id"),
                condition=models.Q(until__isnull=True),
                name="one_current_autorisation",
            ),
            models.CheckConstraint(condition=models.Q(state__in=("permit", "deny")), name="autorisation_state"),
            models.CheckConstraint(
                condition=models.Q(who_kind__in=("professionnel", "etablissement")), name="autorisation_of_whom"
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="autorisation_ends_after",
            ),
        )
        indexes = (models.Index(fields=("usager_id", "until", "since"), name="autorisation_current"),)


class SearchCount(models.Model):
    """How many records a professional looked for in one hour. Keyed by the professional, about no usager."""

    pk = models.CompositePrimaryKey("professional_id", "hour")
    professional_id = models.UUIDField()
    hour = models.DateTimeField()
    searches = models.IntegerField(default=0)


class Mandate(models.Model):
    """An account's right to steer a territory, dated; about no usager. Withdrawn, its row stays."""

    id = models.UUIDField(primary_key=True, default=new_id)
    compte_id = models.UUIDField()
    everywhere = models.BooleanField(default=False)
    departements = ArrayField(models.CharField(max_length=3), default=list)
    opens_events = models.BooleanField(default=False)  # the events behind a figure, without a name
    since = models.DateField()
    until = models.DateField(null=True)  # the last day, included
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        indexes = (models.Index(fields=("compte_id",), name="mandate_of_compte"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(everywhere=True, departements__len=0)
                | models.Q(everywhere=False, departements__len__gt=0),
                name="mandate_of_a_territory",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="mandate_ends_after",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_by="")),
                name="mandate_withdrawn_by_someone",
            ),
        )


class Preference(UsagerOwned):
    """What the usager decided once for all to come: new documents, emergencies. Dated; one current a subject."""

    subject = models.CharField(max_length=24)
    value = models.CharField(max_length=12)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    by_id = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("usager_id", "subject"), condition=models.Q(until__isnull=True), name="one_current_preference"
            ),
        )
