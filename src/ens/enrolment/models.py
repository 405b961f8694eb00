"""Dated events of each person's enrolment; the campaigns, waves and lots in which notices are sent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ens.kernel.ids import new_id
from ens.persistence.models import UsagerOwned


class Event(models.Model):
    """What happened to a person, in the order of ``rank``: 1, 2, 3…

    The rank is what settles races: of two writers who saw the same past, one inserts the next rank, the other starts
    again (a unit) or leaves it (a batch). Append-only, by privilege.
    """

    pk = models.CompositePrimaryKey("usager_id", "rank")
    usager_id = models.UUIDField(editable=False)
    rank = models.SmallIntegerField()
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    deadline = models.DateField(null=True)  # of a notice or a change of mind: the last day to oppose, included
    channel = models.CharField(max_length=12, default="", blank=True)
    by_kind = models.CharField(max_length=20)
    lot_id = models.UUIDField(null=True)  # of a notice, of an opening: in which lot


class Code(models.Model):
    """A provisional code of a notice: never its text, which is made again from these and the key ``codes``.

    The person's last rank counts; the others are revoked by it.
    """

    pk = models.CompositePrimaryKey("usager_id", "rank")
    usager_id = models.UUIDField(editable=False)
    rank = models.SmallIntegerField()
    notice_id = models.UUIDField()  # the lot, or the one notice
    channel = models.CharField(max_length=12)
    issued_at = models.DateTimeField()
    expires_on = models.DateField()  # the last day, included
    used_at = models.DateTimeField(null=True)  # the first choice made with it
    spent_at = models.DateTimeField(null=True)  # it opened an account, and nothing more


class CodeLookup(models.Model):
    """From the keyed digest of a provisional code to its person. No row policy; distributed by ``digest``."""

    digest = models.BinaryField(primary_key=True)
    usager_id = models.UUIDField()
    expires_on = models.DateField()  # the code's last day: after it, the row goes


class Declaration(UsagerOwned):
    """What someone declared of a child with the child's code, and when: once a code."""

    kind = models.CharField(max_length=20)
    code_rank = models.SmallIntegerField()
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=20)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("usager_id", "code_rank", "kind"), name="declared_once_a_code"),
        )


class ScreenCount(models.Model):
    """How often a screen of enrolment was reached in a day, by the channel of the code: about nobody (S026)."""

    pk = models.CompositePrimaryKey("day", "step", "channel")
    day = models.DateField()
    step = models.CharField(max_length=24)
    channel = models.CharField(max_length=12, default="", blank=True)
    times = models.BigIntegerField()


class Lot(models.Model):
    """People noticed together: same wave, département, channel and variant, so same sending and same last day.

    What opens at the deadline is found by lots: the cost of a day follows what is due, not the population. Belongs to
    nobody: local, a few thousand ids in a row.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    people = ArrayField(models.UUIDField())
    count = models.IntegerField()
    departement = models.CharField(max_length=3, default="", blank=True)
    channel = models.CharField(max_length=12)
    wave_id = models.UUIDField(null=True)
    variant = models.CharField(max_length=4, default="", blank=True)
    model_id = models.UUIDField(null=True)  # the version that was sent
    again = models.BooleanField(default=False)  # after a notice that came back
    handed_at = models.DateTimeField(null=True)  # to the relay, or to the printer
    carried_at = models.DateTimeField(null=True)  # the printer has it whole, and did not say yet when it was posted
    delay_days = models.SmallIntegerField(null=True)  # what its letters say, and what its deadline is made of
    tries = models.SmallIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    deadline = models.DateField(null=True)
    noticed = models.IntegerField(null=True)  # fewer than ``count`` when some had chosen meanwhile
    opened_at = models.DateTimeField(null=True)  # its deadline is over, and everyone in it was looked at
    opened = models.IntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("deadline", "id"), condition=models.Q(opened_at__isnull=True), name="lot_due"),
            models.Index(fields=("wave_id", "made_at"), name="lot_of_wave"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True, deadline__isnull=True)
                | models.Q(sent_at__isnull=False, deadline__isnull=False),
                name="lot_sent_has_its_deadline",
            ),
        )


class Campaign(models.Model):
    """What is announced, with which delay and at which pace: as it is now; ``Change`` keeps what was decided when."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=80, unique=True)
    delay_days = models.SmallIntegerField(default=42)  # to oppose, from sending: R1111-28
    lot_size = models.IntegerField(default=5_000)
    emails_per_hour = models.IntegerField(default=200_000)
    letters_per_day = models.IntegerField(default=200_000)  # what the printer takes
    hour_from = models.SmallIntegerField(default=8)  # e-mails leave at sociable hours, in Paris
    hour_to = models.SmallIntegerField(default=20)
    weekdays = ArrayField(models.SmallIntegerField(), default=list)  # 1 Monday … 7 Sunday
    large_print = models.BooleanField(default=False)  # of every letter
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(delay_days__gte=1, delay_days__lte=365), name="campaign_delay"),
            models.CheckConstraint(
                condition=models.Q(lot_size__gte=1, lot_size__lte=10_000)
                & models.Q(emails_per_hour__gte=1, letters_per_day__gte=1),
                name="campaign_pace",
            ),
            models.CheckConstraint(
                condition=models.Q(hour_from__gte=0, hour_to__lte=24, hour_from__lt=models.F("hour_to")),
                name="campaign_hours",
            ),
        )


class NoticeModel(models.Model):
    """One version of a variant of the letter or e-mail; never changed, followed by another."""

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="notice_models")
    channel = models.CharField(max_length=12)
    variant = models.CharField(max_length=4)
    version = models.SmallIntegerField()
    share = models.SmallIntegerField()  # of a hundred people
    subject = models.CharField(max_length=120)
    body = models.TextField()
    made_at = models.DateTimeField()
    by_id = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("campaign", "channel", "variant", "version"), name="one_notice_model"),
            models.CheckConstraint(condition=models.Q(share__gte=0, share__lte=100), name="notice_model_share"),
        )


class Wave(models.Model):
    """Territories of a campaign noticed between two days, both included."""

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="waves")
    name = models.CharField(max_length=80)
    departements = ArrayField(models.CharField(max_length=3))
    starts_on = models.DateField()
    ends_on = models.DateField()
    planned_at = models.DateTimeField(null=True)  # the last time its lots were made
    unreached = models.IntegerField(default=0)  # people whom nothing reaches, that time

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("campaign", "name"), name="one_wave"),
            models.CheckConstraint(condition=models.Q(starts_on__lte=models.F("ends_on")), name="wave_days"),
        )


class Change(models.Model):
    """What was decided on a campaign or a wave, when, by whom. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign_id = models.UUIDField()
    wave_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    by_id = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)


class Return(models.Model):
    """A notice that came back, or that its reader asks for again, and may be sent by letter: a queue, local.

    ``at``: not before. A letter asked for again waits until the former can no longer be on its way.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    usager_id = models.UUIDField()
    channel = models.CharField(max_length=12)
    wave_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)  # sent another way, or nothing more to do

    class Meta:
        indexes = (models.Index(fields=("at",), condition=models.Q(answered_at__isnull=True), name="return_waiting"),)


class Handed(models.Model):
    """An e-mail of a lot that the relay answered for: a lot cut short goes on with the others. Local, until it is sent.

    ``refused``: the relay said no for good, and the person is told by letter.
    """

    pk = models.CompositePrimaryKey("lot_id", "usager_id")
    lot_id = models.UUIDField()
    usager_id = models.UUIDField()
    refused = models.BooleanField(default=False)
    at = models.DateTimeField()


class Daily(models.Model):
    """What one day changed in the figures of those whose last notice is of one lot: see ``daily``. About nobody.

    Summed up to a day, the counts are those of its end; negative when people went to another lot.
    """

    pk = models.CompositePrimaryKey("day", "lot_id")
    day = models.DateField()  # in Paris
    lot_id = models.UUIDField()
    noticed = models.IntegerField(null=True)
    by_email = models.IntegerField(null=True)
    by_post = models.IntegerField(null=True)
    delivered = models.IntegerField(null=True)
    returned = models.IntegerField(null=True)
    opposed = models.IntegerField(null=True)
    changed_mind = models.IntegerField(null=True)
    activated = models.IntegerField(null=True)
    opened = models.IntegerField(null=True)
    closed = models.IntegerField(null=True)
    deleted = models.IntegerField(null=True)
    pending = models.IntegerField(null=True)


class Moved(models.Model):
    """An event of one person, or those of a whole lot, that ``daily`` has not counted yet: a queue, local."""

    id = models.UUIDField(primary_key=True, default=new_id)
    usager_id = models.UUIDField(null=True)
    rank = models.SmallIntegerField(null=True)
    lot_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=16, default="", blank=True)


class Waiting(models.Model):
    """What waits for a person's choice, to be done once their space opens or they refuse it: a queue, local."""

    pk = models.CompositePrimaryKey("usager_id", "kind")
    usager_id = models.UUIDField()
    kind = models.CharField(max_length=40)  # of the outbox
    object_id = models.UUIDField()
