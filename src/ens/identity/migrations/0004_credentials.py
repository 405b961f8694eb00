"""Passwords, second factors, sessions and limits of accounts; when a contact was proved."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_identities_can_be_erased"),
    ]

    operations = [
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                (
                    "compte",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="authenticator",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("master", models.SmallIntegerField()),
                ("wrapped", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_step", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="compte",
            name="choices_due",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="compte",
            name="password_set_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="compte",
            name="terms_accepted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="proved_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="FormerPassword",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("password", models.CharField(max_length=128)),
                ("until", models.DateTimeField()),
                (
                    "compte",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_passwords",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("credential_id", models.BinaryField(unique=True)),
                ("credential", models.BinaryField()),
                ("label", models.CharField(max_length=60)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "compte",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("digest", models.BinaryField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "compte",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TryCount",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("tries", models.IntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["began_at"], name="tries_by_age")],
            },
        ),
        migrations.CreateModel(
            name="WebSession",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("device", models.CharField(max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "compte",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="web_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LinkedIdentity",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("issuer", models.CharField(max_length=255)),
                ("subject", models.BinaryField()),
                ("since", models.DateTimeField()),
                (
                    "compte",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="linked_identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("issuer", "subject"), name="one_linked_identity")],
            },
        ),
        schema.local_table("identity_formerpassword"),
        schema.local_table("identity_authenticator"),
        schema.local_table("identity_recoverycode"),
        schema.local_table("identity_passkey"),
        schema.local_table("identity_websession"),
        schema.local_table("identity_linkedidentity"),
        schema.local_table("identity_trycount"),
    ]
