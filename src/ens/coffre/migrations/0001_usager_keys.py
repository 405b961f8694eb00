"""Usagers' wrapped keys, in the schema ``cles``."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        schema.sql("CREATE SCHEMA IF NOT EXISTS cles", "GRANT USAGE ON SCHEMA cles TO ens_web"),
        migrations.CreateModel(
            name="UsagerKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "version", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField()),
                ("version", models.SmallIntegerField(default=1)),
                ("master", models.SmallIntegerField()),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"db_table": 'cles"."usager_key'},
        ),
        schema.usager_table("cles.usager_key", web="SELECT, INSERT"),
    ]
