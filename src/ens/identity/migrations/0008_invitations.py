"""A representative invites another, who answers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("identity", "0007_coming_of_age")]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("usager_id", models.UUIDField()),
                ("sealed_name", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("ends_on", models.DateField()),
                ("state", models.CharField(default="en_attente", max_length=10)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "by_compte",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_compte",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["usager_id"], name="invitation_usager")]},
        ),
        schema.local_table("identity_invitation"),
    ]
