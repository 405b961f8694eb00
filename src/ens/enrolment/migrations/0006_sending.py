"""Letters in large print for a campaign; e-mails of a lot that the relay answered for."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0005_codes")]

    operations = [
        migrations.AddField("campaign", "large_print", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Handed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "lot_id", "usager_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("lot_id", models.UUIDField()),
                ("usager_id", models.UUIDField()),
                ("refused", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        schema.local_table("enrolment_handed", web="SELECT", batch="SELECT, INSERT, DELETE"),
    ]
