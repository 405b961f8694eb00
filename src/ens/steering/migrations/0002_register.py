"""The register of engagement: sites, and their statuses with their dates."""

import django.db.models.deletion
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("steering", "0001_takings")]
    operations = [
        migrations.CreateModel(
            name="Site",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("identifier", models.CharField(max_length=11, unique=True)),
                ("kind", models.CharField(max_length=14)),
                ("name", models.CharField(max_length=250)),
                ("departement", models.CharField(max_length=3)),
                ("helped_by", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "indexes": [models.Index(fields=["departement", "name"], name="site_of_departement")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("etablissement", "liberal"))), name="site_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SiteStep",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("status", models.CharField(max_length=12)),
                ("since", models.DateField()),
                ("noted_at", models.DateTimeField()),
                ("noted_by", models.CharField(max_length=80)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="steering.site"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("site", "since"), name="one_site_step_a_day")],
            },
        ),
        schema.local_table("steering_site", web="SELECT, INSERT, UPDATE"),
        schema.local_table("steering_sitestep", web="SELECT, INSERT, UPDATE"),
    ]
