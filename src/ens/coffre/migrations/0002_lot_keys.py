"""The key of each import, in the schema ``cles``."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("coffre", "0001_usager_keys")]
    operations = [
        migrations.CreateModel(
            name="LotKey",
            fields=[
                ("lot_id", models.UUIDField(primary_key=True, serialize=False)),
                ("master", models.SmallIntegerField()),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"db_table": 'cles"."lot_key'},
        ),
        schema.local_table("cles.lot_key", web="SELECT, INSERT"),
    ]
