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
            name="Notice",
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
                ("told_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "kind", "told_at"], name="notice_in_order")],
            },
        ),
        schema.usager_table("notifications_notice", web="SELECT, INSERT, UPDATE", batch="SELECT, INSERT, UPDATE"),
        schema.of_usager("notifications_notice"),
    ]
