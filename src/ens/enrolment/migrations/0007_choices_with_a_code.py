"""What is declared of a child with the child's code; how often the screens of enrolment are reached."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0006_sending")]

    operations = [
        migrations.CreateModel(
            name="Declaration",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("kind", models.CharField(max_length=20)),
                ("code_rank", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                ("by_kind", models.CharField(max_length=20)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id", "code_rank", "kind"), name="declared_once_a_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="ScreenCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "day", "step", "channel", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("step", models.CharField(max_length=24)),
                ("channel", models.CharField(blank=True, default="", max_length=12)),
                ("times", models.BigIntegerField()),
            ],
        ),
        schema.usager_table("enrolment_declaration"),
        schema.of_usager("enrolment_declaration"),
        schema.local_table("enrolment_screencount", web="SELECT, INSERT, UPDATE", batch="SELECT"),
    ]
