"""Domains of a signed list, by their certificates; what authorities revoked."""

import django.contrib.postgres.fields
from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_trash_and_drafts")]
    operations = [
        migrations.AlterField("operator", "host", models.CharField(blank=True, max_length=253)),
        migrations.AddField("operator", "is_listed", models.BooleanField(default=False)),
        migrations.AddField(
            "operator",
            "subjects",
            django.contrib.postgres.fields.ArrayField(models.TextField(), default=list),
        ),
        migrations.CreateModel(
            name="SignedList",
            fields=[
                ("is_test", models.BooleanField(primary_key=True, serialize=False)),
                ("generated_at", models.DateTimeField()),
                ("imported_at", models.DateTimeField()),
                ("digest", models.BinaryField()),
                ("number", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RevocationList",
            fields=[
                ("issuer", models.TextField(primary_key=True, serialize=False)),
                ("number", models.DecimalField(decimal_places=0, max_digits=50)),
                ("this_update", models.DateTimeField()),
                ("next_update", models.DateTimeField(null=True)),
                ("imported_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RevokedCertificate",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "issuer", "serial", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("issuer", models.TextField()),
                ("serial", models.CharField(max_length=40)),
            ],
        ),
        schema.sql("CREATE INDEX operator_of_a_certificate ON messaging_operator USING gin (subjects)"),
        schema.local_table("messaging_signedlist"),
        schema.local_table("messaging_revocationlist"),
        schema.local_table("messaging_revokedcertificate"),
    ]
