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


class Site(models.Model):
    """An establishment, or a professional on their own account, of the register of engagement (S139)."""

    ESTABLISHMENT, LIBERAL = "etablissement", "liberal"

    id = models.UUIDField(primary_key=True, default=new_id)
    identifier = models.CharField(max_length=11, unique=True)  # FINESS of the site, or RPPS
    kind = models.CharField(max_length=14)
    name = models.CharField(max_length=250)
    departement = models.CharField(max_length=3)
    helped_by = models.CharField(max_length=120, default="", blank=True)  # the GRADeS, the CPAM

    class Meta:
        indexes = (models.Index(fields=("departement", "name"), name="site_of_departement"),)
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=("etablissement", "liberal")), name="site_kind"),
        )


class SiteStep(models.Model):
    """A status of a site from a day on; the past ones stay, so that the register is known at any date."""

    id = models.UUIDField(primary_key=True, default=new_id)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="steps")
    status = models.CharField(max_length=12)
    since = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=80)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "since"), name="one_site_step_a_day"),)


class SiteAction(models.Model):
    """Something to do for a site: who does it, until when. Dropped or done, it stays (S141)."""

    OPEN, DONE, DROPPED = "ouverte", "faite", "abandonnee"
    SITE, SUPPORT = "site", "accompagnement"

    id = models.UUIDField(primary_key=True, default=new_id)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="actions")
    what = models.CharField(max_length=160)
    side = models.CharField(max_length=14)  # whose task: the site's, or that of who helps it
    owner = models.CharField(max_length=120)
    due_on = models.DateField()
    state = models.CharField(max_length=10, default=OPEN)

    class Meta:
        indexes = (models.Index(fields=("site", "due_on"), name="action_of_site"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("ouverte", "faite", "abandonnee")), name="action_state"
            ),
            models.CheckConstraint(condition=models.Q(side__in=("site", "accompagnement")), name="action_side"),
            models.UniqueConstraint(
                fields=("site", "what", "due_on"), condition=models.Q(state="ouverte"), name="one_open_action"
            ),
        )


class SiteActionChange(models.Model):
    """What was decided of an action, when, by whom. Append-only, by privilege."""

    id = models.UUIDField(primary_key=True, default=new_id)
    action = models.ForeignKey(SiteAction, on_delete=models.PROTECT, related_name="changes")
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    compte_id = models.UUIDField()
    name = models.CharField(max_length=120)  # as of then
