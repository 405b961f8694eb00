"""Conversations put in the trash, answers begun."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_acknowledgements_by_kind")]
    operations = [
        migrations.AddField("Thread", "trashed_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("thread_id", models.UUIDField()),
                ("saved_at", models.DateTimeField()),
                ("sealed_body", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("usager_id", "thread_id"), name="one_draft")],
            },
        ),
        schema.usager_table("messaging_draft"),
        schema.of_usager("messaging_draft"),
        schema.inside_usager("messaging_draft", "thread_id", "messaging_thread"),
    ]
