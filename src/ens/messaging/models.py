"""Threads, messages, attachments and correspondents of one usager; the allow-list of operators; mail about nobody."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ens.kernel.ids import new_id
from ens.persistence.models import UsagerOwned


class Operator(models.Model):
    """A domain of the trust space: whose certificates write for it, and where mail for it goes.

    ``subjects``: of its certificates (``certificates.name``), as the signed list says; none when it was put by hand,
    and its certificates then carry the domain itself. ``host``: empty, the domain's MX says.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    domain = models.CharField(max_length=253, unique=True)
    name = models.CharField(max_length=120)
    host = models.CharField(max_length=253, blank=True)
    port = models.IntegerField(default=25)
    is_test = models.BooleanField(default=False)
    is_listed = models.BooleanField(default=False)  # by a signed list, which may then take it off
    subjects = ArrayField(models.TextField(), default=list)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)


class SignedList(models.Model):
    """The last signed list of domains taken in: of the trust space, or of its tests."""

    is_test = models.BooleanField(primary_key=True)
    generated_at = models.DateTimeField()
    imported_at = models.DateTimeField()
    digest = models.BinaryField()
    number = models.IntegerField()  # of domains


class RevocationList(models.Model):
    """The last CRL of an authority that was valid: kept until a newer one comes, even overdue (ECO.1.1.6)."""

    issuer = models.TextField(primary_key=True)
    number = models.DecimalField(max_digits=50, decimal_places=0)  # 20 bytes at the most (RFC 5280, 5.2.3)
    this_update = models.DateTimeField()
    next_update = models.DateTimeField(null=True)
    imported_at = models.DateTimeField()


class RevokedCertificate(models.Model):
    pk = models.CompositePrimaryKey("issuer", "serial")
    issuer = models.TextField()
    serial = models.CharField(max_length=40)


class TrustSource(models.Model):
    """An address where a file of the trust space is fetched, as it last answered.

    ``etag``, ``last_modified``: of the last file taken in, never of one refused. ``reason``: of the last failure;
    empty, it is well. ``well_at``: when what it gave was last in force; nothing, never yet.
    """

    address = models.TextField(primary_key=True)
    kind = models.CharField(max_length=12)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()
    well_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    failures = models.IntegerField(default=0)  # one after the other
    reason = models.TextField(blank=True)


class Correspondent(UsagerOwned):
    """A mailbox that wrote to this usager.

    ``ended_at``: it ended the exchange, until it writes again. ``refused_at``: the usager did, and what it writes is
    refused until the usager writes to it again.
    """

    address_digest = models.BinaryField()
    sealed_identity = models.BinaryField()  # address, reply address, label, role, organisation or person
    last_wrote_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "address_digest"), name="one_correspondent"),)


class Thread(UsagerOwned):
    sealed_subject = models.BinaryField()
    last_at = models.DateTimeField()
    unread = models.IntegerField(default=0)
    trashed_at = models.DateTimeField(null=True)  # by the usager, who may take it back for a while

    class Meta:
        indexes = (models.Index(fields=("usager_id", "last_at", "id"), name="thread_in_order"),)


class Message(UsagerOwned):
    thread_id = models.UUIDField()
    correspondent_id = models.UUIDField(null=True)
    direction = models.CharField(max_length=8)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_id_digest = models.BinaryField()  # of the Message-ID: threads
    dedupe_digest = models.BinaryField()  # of sender, Message-ID and content: twice is once
    delivery = models.CharField(max_length=12)
    raw_id = models.UUIDField()
    is_system = models.BooleanField(default=False)
    same_id_other_content = models.BooleanField(default=False)
    sealed_head = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "dedupe_digest"), name="one_message"),)
        indexes = (
            models.Index(fields=("usager_id", "thread_id", "at", "id"), name="message_in_order"),
            models.Index(fields=("usager_id", "mail_id_digest"), name="message_mail_id"),
        )


class Attachment(UsagerOwned):
    message_id = models.UUIDField()
    position = models.SmallIntegerField()
    media_type = models.CharField(max_length=120)
    size = models.IntegerField()
    sealed_name = models.BinaryField()
    document_id = models.UUIDField(null=True)  # once saved in the record

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "message_id", "position"), name="one_attachment"),)


class Acknowledgement(UsagerOwned):
    """What a message's sender asked to be told of it and was answered, or is told of its files (RFC 8098, 3464)."""

    message_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    answered_at = models.DateTimeField(null=True)
    sealed_mail = models.BinaryField()  # to whom, and what leaves once it was decided

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "message_id", "kind"), name="one_acknowledgement"),)


class ServiceMail(models.Model):
    """Mail of the service itself, about no usager, until its operator took it; then what says it was answered."""

    id = models.UUIDField(primary_key=True, default=new_id)
    at = models.DateTimeField()
    answers_digest = models.BinaryField(unique=True)  # of what it answers: twice is once
    recipient = models.CharField(max_length=320)  # emptied once sent, as the data
    data = models.BinaryField()
    sent_at = models.DateTimeField(null=True)


class _Counted(models.Model):
    """``operator``: a domain of the allow-list, or nothing; ``reason``: a code of ours, or nothing."""

    id = models.UUIDField(primary_key=True, default=new_id)
    day = models.DateField()
    direction = models.CharField(max_length=8)
    operator = models.CharField(max_length=253, blank=True)
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class Passage(_Counted):
    """A message that came or left, or was refused, not counted in its day yet (``ledger``)."""


class Daily(_Counted):
    number = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("day", "direction", "operator", "outcome", "reason"), name="mail_of_the_day"
            ),
        )


class Signal(UsagerOwned):
    """What the usager said to the support about a conversation: once (N093)."""

    thread_id = models.UUIDField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=12)
    sealed_said = models.BinaryField()  # their words, and whom they are about: never a message

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "thread_id"), name="one_signal"),)


class SignalQueue(models.Model):
    """What waits for an agent of the support: whose, why, by which operator it came; nothing else is in clear."""

    id = models.UUIDField(primary_key=True)  # the signal's
    usager_id = models.UUIDField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=12)
    operator = models.CharField(max_length=253, blank=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("read_at", "at"), name="signal_waiting"),)


class Draft(UsagerOwned):
    """An answer begun in a conversation: one of them, until it is sent or discarded."""

    thread_id = models.UUIDField()
    saved_at = models.DateTimeField()
    sealed_body = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "thread_id"), name="one_draft"),)


class DraftFile(UsagerOwned):
    """A file of an answer begun, its content in the store under its id."""

    thread_id = models.UUIDField()
    size = models.IntegerField()
    saved_at = models.DateTimeField()
    sealed_name = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=("usager_id", "thread_id"), name="files_of_a_draft"),)


class BegunMessage(UsagerOwned):
    """A new message begun, in no conversation yet: one a person, until it is sent or discarded."""

    saved_at = models.DateTimeField()
    sealed_words = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id",), name="one_begun_message"),)
