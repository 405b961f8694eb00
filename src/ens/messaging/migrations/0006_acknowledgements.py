"""Read receipts and acknowledgements of integration that senders ask for."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_ledger")]
    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("message_id", models.UUIDField()),
                ("kind", models.CharField(max_length=12)),
                ("state", models.CharField(max_length=12)),
                ("answered_at", models.DateTimeField(null=True)),
                ("sealed_mail", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id", "message_id"), name="one_acknowledgement")
                ],
            },
        ),
        schema.usager_table("messaging_acknowledgement"),
        schema.of_usager("messaging_acknowledgement"),
        schema.inside_usager("messaging_acknowledgement", "message_id", "messaging_message"),
    ]
