"""Who is who. A usager's traits are sealed; the directory of professionals is public and in clear."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from oauth2_provider.models import AbstractApplication

from ens.kernel.ids import new_id
from ens.persistence.models import UsagerOwned


class Usager(models.Model):
    """A person who has, had, refused or will have a space. Traits are sealed under their key."""

    usager_id = models.UUIDField(primary_key=True, default=new_id)
    sealed_traits = models.BinaryField()
    identity_status = models.CharField(max_length=12)  # RNIV
    registered_at = models.DateTimeField()


class MatriculeLookup(models.Model):
    """From the keyed digest of a matricule to its usager; the OID is kept beside (DESIGN 2.3). No row policy."""

    digest = models.BinaryField(primary_key=True)
    usager_id = models.UUIDField()
    oid = models.CharField(max_length=40)
    since = models.DateTimeField()


class Contact(UsagerOwned):
    """Where notices go: the personal e-mail, sealed."""

    kind = models.CharField(max_length=12)  # email
    sealed_value = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

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

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("compte", "usager_id", "role"),
                condition=models.Q(until__isnull=True),
                name="one_current_rattachement",
            ),
        )


class ApplicationCliente(AbstractApplication):
    """An OAuth2 client: a practice software tied to a professional, or an establishment's."""

    professional = models.ForeignKey(Professional, on_delete=models.CASCADE, null=True, blank=True)
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(professional__isnull=False) ^ models.Q(establishment__isnull=False),
                name="client_of_one",
            ),
        )
