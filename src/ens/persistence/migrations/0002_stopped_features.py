"""The parts of the service that its operator stopped."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("persistence", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="StoppedFeature",
            fields=[
                ("name", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
                ("why", models.CharField(max_length=160)),
            ],
        ),
        schema.local_table("persistence_stoppedfeature"),
    ]
