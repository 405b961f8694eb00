"""A document is one row a version; contents are sealed in the object store, the rest sealed beside its indexes."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ens.persistence.models import UsagerOwned


class SubmissionSet(UsagerOwned):
    unique_id_digest = models.BinaryField()
    depositor = models.CharField(max_length=120)
    sent_at = models.DateTimeField()
    status = models.CharField(max_length=12, default="current")
    sealed_resource = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "unique_id_digest"), name="one_set_unique_id"),)
        indexes = (models.Index(fields=("usager_id", "status", "sent_at", "id"), name="set_in_order"),)


class Document(UsagerOwned):
    """One version. ``id`` changes at each version, ``logical_id`` never; ``meta_version`` at each change of ours."""

    logical_id = models.UUIDField()
    set_id = models.UUIDField(null=True)
    binary_id = models.UUIDField()
    status = models.CharField(max_length=12)
    version = models.SmallIntegerField(default=1)
    meta_version = models.SmallIntegerField(default=1)
    content_digest = models.BinaryField()
    type_code = models.CharField(max_length=40)
    class_code = models.CharField(max_length=20)
    category = models.CharField(max_length=20)
    format_code = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.IntegerField()
    act_at = models.DateTimeField()
    created_at = models.DateTimeField()
    filed_at = models.DateTimeField()
    codes = ArrayField(models.CharField(max_length=120))  # « parameter|code » of facility, setting, event, author
    is_masked = models.BooleanField(default=False)
    held_back_since = models.DateTimeField(null=True)  # INVISIBLE_PATIENT: the announcement comes first
    hidden_from_representatives = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    source_kind = models.CharField(max_length=20)
    by_message = models.BooleanField(default=False)
    depositor = models.CharField(max_length=120)
    professional_id = models.UUIDField(null=True)  # who authenticated when filing, if a person did
    declared_author_digest = models.BinaryField(null=True)
    opened_by_usager_at = models.DateTimeField(null=True)
    replaces_id = models.UUIDField(null=True)
    sealed_card = models.BinaryField()
    sealed_resource = models.BinaryField()

    class Meta:
        indexes = (
            models.Index(fields=("usager_id", "status", "act_at", "id"), name="document_in_order"),
            models.Index(fields=("usager_id", "logical_id"), name="document_versions"),
            models.Index(fields=("usager_id", "binary_id"), name="document_binary"),
        )


class Filed(models.Model):
    """What a professional filed under their own name, keyed by them: the locator alone says whose it is.

    It finds a document and says nothing of it: what it shows is read, and judged, in each patient's space.
    """

    pk = models.CompositePrimaryKey("professional_id", "document_id")
    professional_id = models.UUIDField()
    document_id = models.UUIDField()
    filed_at = models.DateTimeField()
    waits = models.BooleanField()  # filed for an announcement: narrows the list, decides nothing

    class Meta:
        indexes = (models.Index(fields=("professional_id", "filed_at", "document_id"), name="filed_in_order"),)


class DocumentIdentifier(UsagerOwned):
    """A producer's identifier of a document: ``masterIdentifier`` and ``ClinicalDocument/id`` both deduplicate."""

    digest = models.BinaryField()
    document_id = models.UUIDField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("usager_id", "digest"), name="one_document_identifier"),)


class FormerDmp(UsagerOwned):
    """What came of the person's former DMP: its archive waits sealed in the store, until the space opens.

    Taken over, the archive is gone; ``sealed`` keeps the counts and the former history, apart from ours.
    """

    digest = models.BinaryField()  # of the delivery: the same twice changes nothing
    archive_id = models.UUIDField(null=True)  # in the store, while it waits
    received_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    sealed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("usager_id",), name="one_former_dmp"),
            models.CheckConstraint(
                condition=models.Q(taken_at__isnull=True) | models.Q(archive_id__isnull=True),
                name="former_dmp_taken_keeps_no_archive",
            ),
        )


class ProfileRubric(UsagerOwned):
    """A rubric of the medical profile, once touched. ``changed_at`` moves with each change of its items, removals too.

    Its row is held by whoever changes something in it: an item and « non concerné » never cross.
    """

    rubric = models.CharField(max_length=20)
    changed_at = models.DateTimeField()
    unconcerned_at = models.DateTimeField(null=True)
    sealed_unconcerned = models.BinaryField(null=True)  # who said so

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("usager_id", "rubric"), name="one_row_a_rubric"),
            models.CheckConstraint(
                condition=models.Q(unconcerned_at__isnull=True, sealed_unconcerned__isnull=True)
                | models.Q(unconcerned_at__isnull=False, sealed_unconcerned__isnull=False),
                name="unconcerned_who_and_when",
            ),
        )


class ProfileItem(UsagerOwned):
    """What a usager wrote in a rubric: the answers and who wrote them are sealed; ``version`` rises at each change."""

    rubric = models.CharField(max_length=20)
    version = models.IntegerField(default=1)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=("usager_id", "rubric", "recorded_at", "id"), name="profile_in_order"),)
