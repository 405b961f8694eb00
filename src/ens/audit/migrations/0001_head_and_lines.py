from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("usager_id", models.UUIDField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("rights", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("stream", models.CharField(max_length=40)),
                ("event", models.CharField(max_length=40)),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor_id", models.CharField(max_length=80)),
                ("code", models.CharField(blank=True, default="", max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="AuditLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("event", models.CharField(max_length=40)),
                ("outcome", models.CharField(max_length=12)),
                ("mode", models.CharField(max_length=20)),
                ("actor_kind", models.CharField(max_length=20)),
                ("actor_id", models.CharField(max_length=80)),
                ("object_id", models.UUIDField(null=True)),
                ("sealed", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "object_id", "seq"], name="audit_line_object")],
            },
        ),
        schema.usager_table("audit_head", web="SELECT, INSERT, UPDATE"),
        schema.usager_table("audit_auditline", web="SELECT, INSERT"),
        schema.local_table("audit_serviceline", web="SELECT, INSERT", batch="SELECT, INSERT"),
        schema.sql("ALTER TABLE audit_head SET (fillfactor = 40)"),
    ]
