"""Events numbered for each person, which settles races; lots, by which notices are sent and spaces opened."""

import django.contrib.postgres.fields
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0001_events"), ("identity", "0002_population")]

    operations = [
        migrations.SeparateDatabaseAndState(
            # Django does not change a composite key: the table is altered below.
            state_operations=[
                migrations.DeleteModel(name="Event"),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "usager_id", "rank", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("usager_id", models.UUIDField(editable=False)),
                        ("rank", models.SmallIntegerField()),
                        ("kind", models.CharField(max_length=16)),
                        ("at", models.DateTimeField()),
                        ("deadline", models.DateField(null=True)),
                        ("channel", models.CharField(blank=True, default="", max_length=12)),
                        ("by_kind", models.CharField(max_length=20)),
                        ("lot_id", models.UUIDField(null=True)),
                    ],
                ),
            ],
            database_operations=[
                schema.sql(
                    "ALTER TABLE enrolment_event ADD COLUMN rank smallint, ADD COLUMN lot_id uuid",
                    "UPDATE enrolment_event e SET rank = numbered.rank FROM (SELECT usager_id, id, "
                    "row_number() OVER (PARTITION BY usager_id ORDER BY at, id) AS rank FROM enrolment_event) AS numbered "
                    "WHERE e.usager_id = numbered.usager_id AND e.id = numbered.id",
                    "ALTER TABLE enrolment_event ALTER COLUMN rank SET NOT NULL, "
                    "DROP CONSTRAINT enrolment_event_pkey, DROP COLUMN id",
                    "DROP INDEX IF EXISTS enrolment_in_order",
                    "ALTER TABLE enrolment_event ADD PRIMARY KEY (usager_id, rank)",
                    # Checked row by row, this key cost as much as the row: a batch takes its people from the usagers.
                    "ALTER TABLE enrolment_event DROP CONSTRAINT enrolment_event_usager_fk",
                )
            ],
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("people", django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ("count", models.IntegerField()),
                ("departement", models.CharField(blank=True, default="", max_length=3)),
                ("channel", models.CharField(max_length=12)),
                ("made_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("deadline", models.DateField(null=True)),
                ("noticed", models.IntegerField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("opened", models.IntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("opened_at__isnull", True)), fields=["deadline", "id"], name="lot_due")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("deadline__isnull", True), ("sent_at__isnull", True)),
                            models.Q(("deadline__isnull", False), ("sent_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="lot_sent_has_its_deadline",
                    )
                ],
            },
        ),
        schema.local_table("enrolment_lot", web="SELECT, INSERT, UPDATE", batch="SELECT, INSERT, UPDATE"),
        # What was noticed before there were lots comes due by one lot a day.
        schema.sql(
            "INSERT INTO enrolment_lot (id, people, count, departement, channel, made_at, sent_at, deadline, noticed) "
            "SELECT gen_random_uuid(), array_agg(usager_id ORDER BY usager_id), count(*), '', '', now(), max(at), "
            "deadline, count(*) FROM enrolment_event WHERE kind = 'noticed' GROUP BY deadline"
        ),
    ]
