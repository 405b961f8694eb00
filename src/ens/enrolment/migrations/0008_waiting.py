"""What waits for someone's space to open, or for their refusal."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0007_choices_with_a_code"), ("persistence", "0001_tables")]

    operations = [
        migrations.CreateModel(
            name="Waiting",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "kind", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField()),
                ("kind", models.CharField(max_length=40)),
                ("object_id", models.UUIDField()),
            ],
        ),
        schema.local_table("enrolment_waiting", batch="SELECT, DELETE"),
    ]
