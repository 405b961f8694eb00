"""What came and what left, counted by operator, day and cause."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema

_WHAT = [
    ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
    ("day", models.DateField()),
    ("direction", models.CharField(max_length=8)),
    ("operator", models.CharField(blank=True, max_length=253)),
    ("outcome", models.CharField(max_length=8)),
    ("reason", models.CharField(blank=True, max_length=40)),
]


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_service_mail")]
    operations = [
        migrations.CreateModel(name="Passage", fields=[(name, field.clone()) for name, field in _WHAT]),
        migrations.CreateModel(
            name="Daily",
            fields=[*((name, field.clone()) for name, field in _WHAT), ("number", models.BigIntegerField())],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "direction", "operator", "outcome", "reason"), name="mail_of_the_day"
                    )
                ]
            },
        ),
        schema.local_table("messaging_passage"),
        schema.local_table("messaging_daily"),
    ]
