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
            name="Autorisation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("who_kind", models.CharField(max_length=16)),
                ("who_id", models.UUIDField()),
                ("state", models.CharField(max_length=8)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("by_kind", models.CharField(max_length=20)),
                ("by_id", models.CharField(max_length=80)),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "until", "since"], name="autorisation_current")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until__isnull", True)),
                        fields=("usager_id", "who_kind", "who_id"),
                        name="one_current_autorisation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("permit", "deny"))), name="autorisation_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("who_kind__in", ("professionnel", "etablissement"))),
                        name="autorisation_of_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                        name="autorisation_ends_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "professional_id", "hour", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("professional_id", models.UUIDField()),
                ("hour", models.DateTimeField()),
                ("searches", models.IntegerField(default=0)),
            ],
        ),
        schema.usager_table("access_autorisation", web="SELECT, INSERT, UPDATE"),
        schema.of_usager("access_autorisation"),
        schema.keyed_table("access_searchcount", "professional_id"),
    ]
