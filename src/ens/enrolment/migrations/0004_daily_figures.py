"""The funnel by lot and by day, and what is still to be counted; everything that happened before is to be counted."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema

COUNTS = (
    "noticed", "by_email", "by_post", "delivered", "returned", "opposed", "changed_mind", "activated", "opened",
    "closed", "deleted", "pending",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0003_campaigns")]

    operations = [
        migrations.CreateModel(
            name="Daily",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey("day", "lot_id", blank=True, editable=False, primary_key=True, serialize=False),
                ),
                ("day", models.DateField()),
                ("lot_id", models.UUIDField()),
                *((name, models.IntegerField(null=True)) for name in COUNTS),
            ],
        ),
        migrations.CreateModel(
            name="Moved",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("usager_id", models.UUIDField(null=True)),
                ("rank", models.SmallIntegerField(null=True)),
                ("lot_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=16, default="", blank=True)),
            ],
        ),
        schema.sql("ALTER TABLE enrolment_moved ALTER COLUMN kind SET DEFAULT ''"),
        schema.local_table("enrolment_daily", web="SELECT", batch="SELECT, INSERT, UPDATE"),
        schema.local_table("enrolment_moved", web="SELECT, INSERT", batch="SELECT, INSERT, UPDATE, DELETE"),
        schema.sql(
            "INSERT INTO enrolment_moved (id, usager_id, rank) SELECT gen_random_uuid(), usager_id, rank FROM enrolment_event"
        ),
    ]
