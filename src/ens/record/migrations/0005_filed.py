"""What each professional filed under their own name, keyed by them; those filed before are in it too."""

from django.db import migrations, models

from ens.persistence import schema

FORMER = (
    "INSERT INTO record_filed (professional_id, document_id, filed_at, waits) "
    "SELECT professional_id, id, filed_at, held_back_since IS NOT NULL FROM record_document "
    "WHERE professional_id IS NOT NULL"
)


class Migration(migrations.Migration):
    dependencies = [("record", "0004_medical_profile")]

    operations = [
        migrations.CreateModel(
            name="Filed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "professional_id", "document_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("professional_id", models.UUIDField()),
                ("document_id", models.UUIDField()),
                ("filed_at", models.DateTimeField()),
                ("waits", models.BooleanField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["professional_id", "filed_at", "document_id"], name="filed_in_order"),
                ],
            },
        ),
        schema.keyed_table("record_filed", "professional_id", web="SELECT, INSERT, DELETE"),
        schema.sql(FORMER),
    ]
