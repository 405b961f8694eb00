"""What a usager says of themselves, rubric by rubric."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


def key() -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey("usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("record", "0003_former_dmp")]

    operations = [
        migrations.CreateModel(
            name="ProfileRubric",
            fields=[
                ("pk", key()),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("rubric", models.CharField(max_length=20)),
                ("changed_at", models.DateTimeField()),
                ("unconcerned_at", models.DateTimeField(null=True)),
                ("sealed_unconcerned", models.BinaryField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id", "rubric"), name="one_row_a_rubric"),
                    models.CheckConstraint(
                        condition=models.Q(unconcerned_at__isnull=True, sealed_unconcerned__isnull=True)
                        | models.Q(unconcerned_at__isnull=False, sealed_unconcerned__isnull=False),
                        name="unconcerned_who_and_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProfileItem",
            fields=[
                ("pk", key()),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("rubric", models.CharField(max_length=20)),
                ("version", models.IntegerField(default=1)),
                ("recorded_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "rubric", "recorded_at", "id"], name="profile_in_order")],
            },
        ),
        schema.usager_table("record_profilerubric"),
        schema.usager_table("record_profileitem"),
        schema.of_usager("record_profilerubric"),
        schema.of_usager("record_profileitem"),
    ]
