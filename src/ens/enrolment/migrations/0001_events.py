from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_who_is_who"),
    ]

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("deadline", models.DateField(null=True)),
                ("channel", models.CharField(blank=True, default="", max_length=12)),
                ("by_kind", models.CharField(max_length=20)),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "at", "id"], name="enrolment_in_order")],
            },
        ),
        schema.usager_table("enrolment_event", web="SELECT, INSERT", batch="SELECT, INSERT"),
        schema.of_usager("enrolment_event"),
    ]
