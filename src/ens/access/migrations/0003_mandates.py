"""Who steers which territory."""

import django.contrib.postgres.fields
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("access", "0002_autorisations_can_be_erased")]
    operations = [
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("compte_id", models.UUIDField()),
                ("everywhere", models.BooleanField(default=False)),
                (
                    "departements",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), default=list, size=None
                    ),
                ),
                ("opens_events", models.BooleanField(default=False)),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("given_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=80)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, default="", max_length=80)),
            ],
            options={
                "indexes": [models.Index(fields=["compte_id"], name="mandate_of_compte")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("departements__len", 0), ("everywhere", True)),
                            models.Q(("departements__len__gt", 0), ("everywhere", False)),
                            _connector="OR",
                        ),
                        name="mandate_of_a_territory",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                        ),
                        name="mandate_ends_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by", "")),
                            models.Q(
                                ("withdrawn_at__isnull", False), models.Q(("withdrawn_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="mandate_withdrawn_by_someone",
                    ),
                ],
            },
        ),
        schema.local_table("access_mandate", web="SELECT, INSERT, UPDATE"),
    ]
