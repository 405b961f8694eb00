"""What is to do for a site of the register, and what was decided of it."""

import django.db.models.deletion
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("steering", "0002_register")]
    operations = [
        migrations.CreateModel(
            name="SiteAction",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("what", models.CharField(max_length=160)),
                ("side", models.CharField(max_length=14)),
                ("owner", models.CharField(max_length=120)),
                ("due_on", models.DateField()),
                ("state", models.CharField(default="ouverte", max_length=10)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="actions", to="steering.site"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["site", "due_on"], name="action_of_site")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("ouverte", "faite", "abandonnee"))), name="action_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("side__in", ("site", "accompagnement"))), name="action_side"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ouverte")),
                        fields=("site", "what", "due_on"),
                        name="one_open_action",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SiteActionChange",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("compte_id", models.UUIDField()),
                ("name", models.CharField(max_length=120)),
                (
                    "action",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="steering.siteaction"
                    ),
                ),
            ],
        ),
        schema.local_table("steering_siteaction", web="SELECT, INSERT, UPDATE"),
        schema.local_table("steering_siteactionchange", web="SELECT, INSERT"),
    ]
