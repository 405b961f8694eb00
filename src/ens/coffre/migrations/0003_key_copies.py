"""Where copies of usagers' keys were made by backups: from when no copy of a destroyed key exists is computed."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("coffre", "0002_lot_keys")]
    operations = [
        migrations.CreateModel(
            name="KeyCopy",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("place", models.CharField(max_length=1000)),
                ("made_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
            ],
        ),
        schema.local_table("coffre_keycopy", web="SELECT"),
    ]
