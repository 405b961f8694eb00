"""Conversations reported to the support."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_trust_space")]
    operations = [
        migrations.CreateModel(
            name="Signal",
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
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=12)),
                ("sealed_said", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("usager_id", "thread_id"), name="one_signal")],
            },
        ),
        migrations.CreateModel(
            name="SignalQueue",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("usager_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=12)),
                ("operator", models.CharField(blank=True, max_length=253)),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["read_at", "at"], name="signal_waiting")]},
        ),
        schema.usager_table("messaging_signal"),
        schema.of_usager("messaging_signal"),
        schema.local_table("messaging_signalqueue"),
    ]
