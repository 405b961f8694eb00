"""New messages begun."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0013_exchanges_ended_by_the_usager")]
    operations = [
        migrations.CreateModel(
            name="BegunMessage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("saved_at", models.DateTimeField()),
                ("sealed_words", models.BinaryField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("usager_id",), name="one_begun_message")]},
        ),
        schema.usager_table("messaging_begunmessage"),
        schema.of_usager("messaging_begunmessage"),
    ]
