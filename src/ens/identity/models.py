"""Who is who. A usager's traits are sealed; the directory of professionals is public and in clear."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from oauth2_provider.models import AbstractApplication

from ens.identity.account_models import (
    Authenticator as Authenticator,
)
from ens.identity.account_models import (
    FormerPassword as FormerPassword,
)
from ens.identity.account_models import (
    Invitation as Invitation,
)
from ens.identity.account_models import (
    LinkedIdentity as LinkedIdentity,
)
from ens.identity.account_models import (
    Passkey as Passkey,
)
from ens.identity.account_models import (
    RecoveryCode as RecoveryCode,
)
from ens.identity.account_models import (
    TryCount as TryCount,
)
from ens.identity.account_models import (
    WebSession as WebSession,
)
from ens.kernel.ids import new_id
from ens.persistence.models import UsagerOwned


class Usager(models.Model):
    """A person who has, had, refused or will have a space. Traits are sealed under their key."""

    usager_id = models.UUIDField(primary_key=True, default=new_id)
    sealed_traits = models.BinaryField()
    identity_status = models.CharField(max_length=12)  # RNIV
    registered_at = models.DateTimeField()
    # Someone imported stays sealed under the import's key until the first unit about them (``population.welcome``).
    own_key = models.BooleanField(default=True)
    lot_id = models.UUIDField(null=True)  # the import that brought them
    declared = models.BinaryField(null=True)  # keyed digest of the line last declared: the same line changes nothing
    # In clear, because set-wise work filters on them:
    departement = models.CharField(max_length=3, default="", blank=True)
    channels = models.SmallIntegerField(default=0)  # 1 e-mail, 2 telephone, 4 post
    adult_on = models.DateField(null=True)  # of who was a minor when registered
    died_on = models.DateField(null=True)
    legacy_dmp = models.BooleanField(default=False)
    merged_into = models.UUIDField(null=True)


class Matricule(UsagerOwned):
    """A number the usager has or had: INSi gives a NIA, then a NIR. Sealed; its digest is the look-up's."""

    digest = models.BinaryField()
    sealed_value = models.BinaryField()
    oid = models.CharField(max_length=40)
    since = models.DateTimeField()


class TraitsLookup(models.Model):
    """From the short keyed digest of the five traits to the first usager who had them. No row policy."""

    digest = models.BigIntegerField(primary_key=True)
    usager_id = models.UUIDField()


class Representation(UsagerOwned):
    """Who is whose legal representative, as the insurance declares it; a row on each side, dated.

    While a link lasts, its ``id`` is the other's: the key says that there is one. Ended, it takes an id of its own.
    """

    REPRESENTATIVE, CHILD = "representant", "enfant"

    other_id = models.UUIDField()
    side = models.CharField(max_length=12)  # what the other is to the usager
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(until__isnull=False) | models.Q(id=models.F("other_id")),
                name="one_current_representation",
            ),
        )


class Doubt(models.Model):
    """Two people who may be one, or a declaration that contradicts what is known: for a human to decide.

    A queue, local. Holds no name: ``sealed`` is the line set aside, under the key of its import.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    usager_id = models.UUIDField()
    other_id = models.UUIDField(null=True)
    lot_id = models.UUIDField(null=True)
    line = models.IntegerField(null=True)
    candidate_id = models.UUIDField(null=True)  # under which the line set aside is sealed
    sealed = models.BinaryField(null=True)
    since = models.DateTimeField()
    decision = models.CharField(max_length=20, default="", blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("usager_id", "other_id", "kind"),
                condition=models.Q(decided_at__isnull=True),
                name="one_open_doubt",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, decision="", decided_by="")
                | (models.Q(decided_at__isnull=False) & ~models.Q(decision="") & ~models.Q(decided_by="")),
                name="doubt_decided_by_someone",
            ),
        )


class Merge(models.Model):
    """Two registrations of one person made one: which numbers moved, when, by whom; and undone, when it was wrong."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kept_id = models.UUIDField()
    absorbed_id = models.UUIDField()
    digests = models.JSONField(default=list)  # of the numbers that moved, in hexadecimal
    opposition_carried = models.BooleanField(default=False)  # the one absorbed had opposed: so did the one kept
    at = models.DateTimeField()
    by_id = models.CharField(max_length=80)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("absorbed_id",), condition=models.Q(undone_at__isnull=True), name="merged_once"
            ),
            models.CheckConstraint(condition=~models.Q(kept_id=models.F("absorbed_id")), name="merge_of_two"),
        )


class ImportRun(models.Model):
    """One reading of a population file; its id names the key that seals what it brings."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=255)
    digest = models.BinaryField()  # of the file, to take it up again
    size = models.BigIntegerField()
    chunk_bytes = models.IntegerField()  # how it was cut: what is staged is known by the number of its piece
    dry_run = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True)


class ImportPart(models.Model):
    """A part of a run that was registered, in the transaction that registered it."""

    pk = models.CompositePrimaryKey("run_id", "number")
    run_id = models.UUIDField()
    number = models.IntegerField()
    registered = models.IntegerField(default=0)


class MatriculeLookup(models.Model):
    """From the keyed digest of a matricule to its usager; the OID is kept beside (DESIGN 2.3). No row policy."""

    digest = models.BinaryField(primary_key=True)
    usager_id = models.UUIDField()
    oid = models.CharField(max_length=40)
    since = models.DateTimeField()


class Contact(UsagerOwned):
    """How the person is reached: e-mail, telephone, postal address, how letters come; sealed."""

    kind = models.CharField(max_length=12)  # email, telephone, adresse, courrier
    sealed_value = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    declared = models.BooleanField(default=False)  # by the insurance: what the person gave themselves outweighs it
    proved_at = models.DateTimeField(null=True)  # a code sent there came back (N014)

    class Meta:
        indexes = (models.Index(fields=("usager_id", "kind"), name="contact_kind"),)


class MedecinTraitant(UsagerOwned):
    """The médecin traitant declared to the insurance, with its dates (S034, S101)."""

    professional_id = models.UUIDField()
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("usager_id",), condition=models.Q(until__isnull=True), name="one_medecin_traitant"
            ),
        )


class Professional(models.Model):
    """A professional of the directory, under their national identifier."""

    id = models.UUIDField(primary_key=True, default=new_id)
    rpps = models.CharField(max_length=20, unique=True)  # or ADELI for those without
    id_type = models.CharField(max_length=2)  # 8 RPPS, 0 ADELI
    civility = models.CharField(max_length=12, blank=True)
    last_name = models.CharField(max_length=120)
    first_name = models.CharField(max_length=120, blank=True)
    profession = models.CharField(max_length=4, blank=True)  # TRE_G15
    category = models.CharField(max_length=2, blank=True)
    speciality = models.CharField(max_length=12, blank=True)  # savoir-faire
    active = models.BooleanField(default=True)
    updated_at = models.DateTimeField()


class Establishment(models.Model):
    """A site or a legal entity, under its FINESS or, without one, the directory's technical identifier."""

    id = models.UUIDField(primary_key=True, default=new_id)
    identifier = models.CharField(max_length=40, unique=True)
    finess_eg = models.CharField(max_length=9, blank=True)
    finess_ej = models.CharField(max_length=9, blank=True)
    name = models.CharField(max_length=250)
    sector = models.CharField(max_length=8, blank=True)  # TRE_R02
    town = models.CharField(max_length=120, blank=True)
    updated_at = models.DateTimeField()


class Activity(models.Model):
    """Where a professional works."""

    id = models.UUIDField(primary_key=True, default=new_id)
    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, related_name="activities")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, null=True)
    sector = models.CharField(max_length=8, blank=True)
    mode = models.CharField(max_length=4, blank=True)
    role = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("professional", "establishment", "role"), name="one_activity", nulls_distinct=False
            ),
        )


class Mailbox(models.Model):
    """A professional mailbox of the trust space (MSSanté): personal, organisational or applicative."""

    id = models.UUIDField(primary_key=True, default=new_id)
    address = models.CharField(max_length=254, unique=True)
    kind = models.CharField(max_length=4)  # PER, ORG, APP, CAB
    label = models.CharField(max_length=250, blank=True)
    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, null=True)
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, null=True)
    updated_at = models.DateTimeField()
    listed = models.BooleanField(default=False)  # came by the extract, which is then the judge of its being there
    gone_at = models.DateTimeField(null=True)  # the extract has it no more


class CompteManager(BaseUserManager["Compte"]):
    def create_user(self, username: str, password: str | None = None) -> Compte:
        compte = self.model(username=username)
        compte.set_password(password)
        compte.save(using=self._db)
        return compte


class Compte(AbstractBaseUser):
    """An account: what signs in. It is not a usager; ``Rattachement`` ties them."""

    id = models.UUIDField(primary_key=True, default=new_id)
    username = models.CharField(max_length=100, unique=True)
    is_active = models.BooleanField(default=True)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, null=True)
    role = models.CharField(max_length=20, blank=True)  # pilotage, support: accounts without usager nor RPPS
    name = models.CharField(max_length=120, blank=True)
    password_set_at = models.DateTimeField(null=True)
    terms_accepted_at = models.DateTimeField(null=True)  # None: made by the space, not by a person who activates
    choices_due = models.BooleanField(default=False)  # the first choices are still to be made (N018)
    review_due = models.BooleanField(default=False)  # what was decided for them as a child is to be read again (N032)

    USERNAME_FIELD = "username"
    objects = CompteManager()


class Rattachement(models.Model):
    """What an account is to a usager: holder, representative, carer. Local, like accounts."""

    HOLDER, REPRESENTATIVE, CARER = "titulaire", "representant", "aidant"

    id = models.UUIDField(primary_key=True, default=new_id)
    compte = models.ForeignKey(Compte, on_delete=models.CASCADE, related_name="rattachements")
    usager_id = models.UUIDField()
    role = models.CharField(max_length=12)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ends_on = models.DateField(null=True)  # of a representative: the child's eighteenth birthday, from which it is over
    told_at = models.DateTimeField(null=True)  # that it will soon be over (N032)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("compte", "usager_id", "role"),
                condition=models.Q(until__isnull=True),
                name="one_current_rattachement",
            ),
        )
        indexes = (
            models.Index(fields=("usager_id",), name="rattachement_usager"),
            models.Index(
                fields=("ends_on",),
                condition=models.Q(until__isnull=True, ends_on__isnull=False),
                name="rattachement_ends",
            ),
        )


class ApplicationCliente(AbstractApplication):
    """An OAuth2 client: a practice software tied to a professional, or an establishment's."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, null=True, blank=True)
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, null=True, blank=True)
    minimum_version = models.CharField(max_length=20, default="", blank=True)  # under it, nothing is answered (N021)

    class Meta(AbstractApplication.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(professional__isnull=False) ^ models.Q(establishment__isnull=False),
                name="client_of_one",
            ),
        )
