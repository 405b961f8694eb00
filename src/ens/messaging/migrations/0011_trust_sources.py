"""Where the files of the trust space are fetched."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0010_signals")]
    operations = [
        migrations.CreateModel(
            name="TrustSource",
            fields=[
                ("address", models.TextField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("etag", models.CharField(blank=True, max_length=200)),
                ("last_modified", models.CharField(blank=True, max_length=200)),
                ("since", models.DateTimeField()),
                ("well_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField()),
                ("failures", models.IntegerField(default=0)),
                ("reason", models.TextField(blank=True)),
            ],
        ),
        schema.local_table("messaging_trustsource"),
    ]
