"""One-time codes; what a notice says beside its kind, sealed until it is sent."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_notices_can_be_erased"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="sealed",
            field=models.BinaryField(null=True),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(max_length=30),
        ),
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("purpose", models.CharField(max_length=20)),
                ("digest", models.BinaryField()),
                ("sealed_value", models.BinaryField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "purpose", "sent_at"], name="code_in_order")],
            },
        ),
        schema.usager_table("notifications_onetimecode"),
        schema.of_usager("notifications_onetimecode"),
    ]
