"""The usager's choices, dated. The past ones stay: they tell since when, and until when."""

from __future__ import annotations

from django.db import models

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
