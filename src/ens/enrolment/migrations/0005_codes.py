"""Provisional codes of notices: one single-use code a person and notice, found by its keyed digest."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0004_daily_figures")]

    operations = [
        migrations.CreateModel(
            name="Code",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "rank", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("rank", models.SmallIntegerField()),
                ("notice_id", models.UUIDField()),
                ("channel", models.CharField(max_length=12)),
                ("issued_at", models.DateTimeField()),
                ("expires_on", models.DateField()),
                ("used_at", models.DateTimeField(null=True)),
                ("spent_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CodeLookup",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("usager_id", models.UUIDField()),
            ],
        ),
        # No foreign key to the usager, as for events: checked row by row it would cost a batch as much as the row.
        schema.usager_table("enrolment_code", batch="SELECT, INSERT, UPDATE"),
        schema.keyed_table(
            "enrolment_codelookup", "digest", web="SELECT, INSERT, DELETE", batch="SELECT, INSERT, DELETE"
        ),
    ]
