from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Locator",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("usager_id", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="Deployment",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("demonstration", models.BooleanField()),
                ("created_at", models.DateTimeField()),
                ("clock_offset", models.DurationField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="deployment_is_one_row")],
            },
        ),
        migrations.CreateModel(
            name="OutboxRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("usager_id", models.UUIDField()),
                ("object_id", models.UUIDField()),
                ("attempts", models.SmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("failed_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, default="", max_length=80)),
            ],
            options={
                "indexes": [models.Index(fields=["failed_at", "due_at"], name="outbox_due")],
            },
        ),
        schema.keyed_table("persistence_locator", "key", web="SELECT, INSERT, DELETE"),
        schema.local_table("persistence_deployment", web="SELECT, UPDATE (clock_offset)", batch="SELECT"),
        schema.local_table("persistence_outboxrow", batch=schema.ALL, sequence=True),
    ]
