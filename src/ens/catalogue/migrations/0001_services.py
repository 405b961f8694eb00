"""Listed applications and sites, and the decisions on them with their days."""

import django.db.models.deletion
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True
    dependencies = [("persistence", "0001_tables")]
    operations = [
        migrations.CreateModel(
            name="Service",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("identifier", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("editor", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=12)),
                ("category", models.CharField(max_length=60)),
                ("url", models.CharField(max_length=300)),
                ("label", models.CharField(blank=True, default="", max_length=120)),
                ("labelled_on", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("application", "site"))), name="service_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("label", ""), ("labelled_on__isnull", True)),
                            models.Q(models.Q(("label", ""), _negated=True), ("labelled_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="service_label_has_its_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceStep",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("status", models.CharField(max_length=12)),
                ("since", models.DateField()),
                ("why", models.CharField(blank=True, default="", max_length=200)),
                ("noted_at", models.DateTimeField()),
                ("noted_by", models.CharField(max_length=80)),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="catalogue.service"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("service", "since"), name="one_service_step_a_day")],
            },
        ),
        schema.local_table("catalogue_service", web="SELECT, INSERT, UPDATE"),
        schema.local_table("catalogue_servicestep", web="SELECT, INSERT"),
    ]
