"""What came of a former DMP, kept apart until the space opens."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("record", "0002_documents_can_be_erased")]

    operations = [
        migrations.CreateModel(
            name="FormerDmp",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("digest", models.BinaryField()),
                ("archive_id", models.UUIDField(null=True)),
                ("received_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("sealed", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id",), name="one_former_dmp"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken_at__isnull", True), ("archive_id__isnull", True), _connector="OR"
                        ),
                        name="former_dmp_taken_keeps_no_archive",
                    ),
                ],
            },
        ),
        schema.usager_table("record_formerdmp"),
        schema.of_usager("record_formerdmp"),
    ]
