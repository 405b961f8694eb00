"""The files of an answer begun."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0011_trust_sources")]
    operations = [
        migrations.CreateModel(
            name="DraftFile",
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
                ("size", models.IntegerField()),
                ("saved_at", models.DateTimeField()),
                ("sealed_name", models.BinaryField()),
            ],
            options={"indexes": [models.Index(fields=["usager_id", "thread_id"], name="files_of_a_draft")]},
        ),
        schema.usager_table("messaging_draftfile"),
        schema.of_usager("messaging_draftfile"),
        schema.inside_usager("messaging_draftfile", "thread_id", "messaging_thread"),
    ]
