"""What opens an account, and where it is open. Part of ``models``, private like it; local, like accounts."""

from __future__ import annotations

from django.db import models

from ens.identity.types import InvitationState
from ens.kernel.ids import new_id


class FormerPassword(models.Model):
    """The digest of a password an account had, so that it does not come back."""

    id = models.UUIDField(primary_key=True, default=new_id)
    compte = models.ForeignKey("identity.Compte", on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    until = models.DateTimeField()


class Authenticator(models.Model):
    """An application that gives codes (TOTP), its secret wrapped by the master key; unconfirmed, it opens nothing."""

    compte = models.OneToOneField(
        "identity.Compte", on_delete=models.CASCADE, primary_key=True, related_name="authenticator"
    )
    master = models.SmallIntegerField()
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)  # of the last code taken: none is taken twice


class RecoveryCode(models.Model):
    """One use each, when the application is lost; kept as a keyed digest."""

    id = models.UUIDField(primary_key=True, default=new_id)
    compte = models.ForeignKey("identity.Compte", on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField()
    used_at = models.DateTimeField(null=True)


class Passkey(models.Model):
    """A key kept by a device (WebAuthn): its public part."""

    id = models.UUIDField(primary_key=True, default=new_id)
    compte = models.ForeignKey("identity.Compte", on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(unique=True)
    credential = models.BinaryField()  # AttestedCredentialData
    label = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class WebSession(models.Model):
    """A browser where an account is signed in. Deleting Django's own row ends it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    compte = models.ForeignKey("identity.Compte", on_delete=models.CASCADE, related_name="web_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()


class LinkedIdentity(models.Model):
    """An identity of an OpenID Connect provider, tied to an account after a proof."""

    id = models.UUIDField(primary_key=True, default=new_id)
    compte = models.ForeignKey("identity.Compte", on_delete=models.CASCADE, related_name="linked_identities")
    issuer = models.CharField(max_length=255)
    subject = models.BinaryField()  # keyed digest of the provider's own name for the person
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("issuer", "subject"), name="one_linked_identity"),)


class TryCount(models.Model):
    """How many times something was tried in vain under one keyed digest; about nobody that can be read here."""

    key = models.BinaryField(primary_key=True)
    began_at = models.DateTimeField()
    tries = models.IntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=("began_at",), name="tries_by_age"),)


class Invitation(models.Model):
    """A representative asks another to act for the child too. Local, like accounts.

    ``to_compte`` is empty where nobody was recognised: whoever invites is not told.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    usager_id = models.UUIDField()
    by_compte = models.ForeignKey("identity.Compte", on_delete=models.CASCADE, related_name="invitations_made")
    to_compte = models.ForeignKey("identity.Compte", on_delete=models.CASCADE, related_name="invitations", null=True)
    sealed_name = models.BinaryField()  # as typed, under the child's key
    made_at = models.DateTimeField()
    ends_on = models.DateField()  # the last day of an answer
    state = models.CharField(max_length=10, default=InvitationState.WAITING)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("usager_id",), name="invitation_usager"),)
