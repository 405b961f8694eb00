from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_head_and_lines")]

    operations = [
        migrations.CreateModel(
            name="HeadOfNobody",
            fields=[
                ("slot", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddIndex(
            model_name="serviceline",
            index=models.Index(fields=["stream", "at"], name="audit_service_stream"),
        ),
        schema.local_table("audit_headofnobody", web="SELECT, UPDATE"),
        schema.sql(
            "ALTER TABLE audit_headofnobody SET (fillfactor = 10)",
            "INSERT INTO audit_headofnobody (slot, seq) SELECT slot, 0 FROM generate_series(0, 1023) AS slot",
        ),
    ]
