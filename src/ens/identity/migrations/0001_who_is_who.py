import django.db.models.deletion
import oauth2_provider.generators
import oauth2_provider.models
from django.conf import settings
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Establishment",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("identifier", models.CharField(max_length=40, unique=True)),
                ("finess_eg", models.CharField(blank=True, max_length=9)),
                ("finess_ej", models.CharField(blank=True, max_length=9)),
                ("name", models.CharField(max_length=250)),
                ("sector", models.CharField(blank=True, max_length=8)),
                ("town", models.CharField(blank=True, max_length=120)),
                ("updated_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="MatriculeLookup",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("usager_id", models.UUIDField()),
                ("oid", models.CharField(max_length=40)),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Professional",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("rpps", models.CharField(max_length=20, unique=True)),
                ("id_type", models.CharField(max_length=2)),
                ("civility", models.CharField(blank=True, max_length=12)),
                ("last_name", models.CharField(max_length=120)),
                ("first_name", models.CharField(blank=True, max_length=120)),
                ("profession", models.CharField(blank=True, max_length=4)),
                ("category", models.CharField(blank=True, max_length=2)),
                ("speciality", models.CharField(blank=True, max_length=12)),
                ("active", models.BooleanField(default=True)),
                ("updated_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Usager",
            fields=[
                ("usager_id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("sealed_traits", models.BinaryField()),
                ("identity_status", models.CharField(max_length=12)),
                ("registered_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("kind", models.CharField(max_length=12)),
                ("sealed_value", models.BinaryField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "kind"], name="contact_kind")],
            },
        ),
        migrations.CreateModel(
            name="MedecinTraitant",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("professional_id", models.UUIDField()),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)), fields=("usager_id",), name="one_medecin_traitant"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=254, unique=True)),
                ("kind", models.CharField(max_length=4)),
                ("label", models.CharField(blank=True, max_length=250)),
                ("updated_at", models.DateTimeField()),
                (
                    "establishment",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="identity.establishment"
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="identity.professional"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Compte",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("username", models.CharField(max_length=100, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("role", models.CharField(blank=True, max_length=20)),
                ("name", models.CharField(blank=True, max_length=120)),
                (
                    "professional",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="identity.professional"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApplicationCliente",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "client_id",
                    models.CharField(
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_id,
                        max_length=255,
                        unique=True,
                        verbose_name="client ID",
                    ),
                ),
                (
                    "redirect_uris",
                    models.TextField(
                        blank=True, help_text="Allowed URIs list, space separated", verbose_name="redirect URIs"
                    ),
                ),
                (
                    "post_logout_redirect_uris",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed Post Logout URIs list, space separated",
                        verbose_name="post logout redirect URIs",
                    ),
                ),
                (
                    "client_type",
                    models.CharField(
                        choices=[("confidential", "Confidential"), ("public", "Public")],
                        max_length=32,
                        verbose_name="client type",
                    ),
                ),
                (
                    "authorization_grant_type",
                    models.CharField(
                        choices=[
                            ("authorization-code", "Authorization code"),
                            ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"),
                            ("implicit", "Implicit"),
                            ("password", "Resource owner password-based"),
                            ("client-credentials", "Client credentials"),
                            ("openid-hybrid", "OpenID connect hybrid"),
                        ],
                        max_length=44,
                        verbose_name="authorization grant type",
                    ),
                ),
                (
                    "client_secret",
                    oauth2_provider.models.ClientSecretField(
                        blank=True,
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_secret,
                        help_text="Client secret for authentication",
                        max_length=255,
                        verbose_name="client secret",
                    ),
                ),
                ("hash_client_secret", models.BooleanField(default=True, verbose_name="hash client secret")),
                ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                ("skip_authorization", models.BooleanField(default=False, verbose_name="skip authorization")),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "algorithm",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No OIDC support"),
                            ("RS256", "RSA with SHA-2 256"),
                            ("HS256", "HMAC with SHA-2 256"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="algorithm",
                    ),
                ),
                (
                    "allowed_origins",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed origins list to enable CORS, space separated",
                        verbose_name="allowed origins",
                    ),
                ),
                (
                    "registration_source",
                    models.CharField(
                        choices=[
                            ("manual", "Manual"),
                            ("dcr", "Dynamic Client Registration"),
                            ("cimd", "Client ID Metadata Document"),
                        ],
                        default="manual",
                        help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)",
                        max_length=32,
                        verbose_name="registration source",
                    ),
                ),
                (
                    "cimd_expires_at",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="When the cached Client ID Metadata Document should be re-fetched",
                        null=True,
                        verbose_name="CIMD expires at",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_%(class)s",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "establishment",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="identity.establishment"
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="identity.professional"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("professional__isnull", False), ("establishment__isnull", False), _connector="XOR"
                        ),
                        name="client_of_one",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("sector", models.CharField(blank=True, max_length=8)),
                ("mode", models.CharField(blank=True, max_length=4)),
                ("role", models.CharField(blank=True, max_length=12)),
                (
                    "establishment",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, to="identity.establishment"
                    ),
                ),
                (
                    "professional",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="identity.professional",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("professional", "establishment", "role"), name="one_activity", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rattachement",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("usager_id", models.UUIDField()),
                ("role", models.CharField(max_length=12)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "compte",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rattachements",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("compte", "usager_id", "role"),
                        name="one_current_rattachement",
                    )
                ],
            },
        ),
        schema.usager_table("identity_usager", web="SELECT, INSERT, UPDATE"),
        schema.keyed_table("identity_matriculelookup", "digest", web="SELECT, INSERT"),
        schema.usager_table("identity_contact", web="SELECT, INSERT, UPDATE"),
        schema.usager_table("identity_medecintraitant", web="SELECT, INSERT, UPDATE"),
        schema.of_usager("identity_contact"),
        schema.of_usager("identity_medecintraitant"),
        schema.reference_table("identity_professional", web=schema.ALL),
        schema.reference_table("identity_establishment", web=schema.ALL),
        schema.reference_table("identity_activity", web=schema.ALL),
        schema.reference_table("identity_mailbox", web=schema.ALL),
        schema.local_table("identity_compte"),
        schema.local_table("identity_rattachement"),
        schema.local_table("identity_applicationcliente"),
    ]
