from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0001_who_is_who"),
    ]

    operations = [
        migrations.CreateModel(
            name="Operator",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("domain", models.CharField(max_length=253, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("host", models.CharField(max_length=253)),
                ("port", models.IntegerField(default=25)),
                ("is_test", models.BooleanField(default=False)),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("message_id", models.UUIDField()),
                ("position", models.SmallIntegerField()),
                ("media_type", models.CharField(max_length=120)),
                ("size", models.IntegerField()),
                ("sealed_name", models.BinaryField()),
                ("document_id", models.UUIDField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id", "message_id", "position"), name="one_attachment")
                ],
            },
        ),
        migrations.CreateModel(
            name="Correspondent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("address_digest", models.BinaryField()),
                ("sealed_identity", models.BinaryField()),
                ("last_wrote_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id", "address_digest"), name="one_correspondent")
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("thread_id", models.UUIDField()),
                ("correspondent_id", models.UUIDField(null=True)),
                ("direction", models.CharField(max_length=8)),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("mail_id_digest", models.BinaryField()),
                ("dedupe_digest", models.BinaryField()),
                ("delivery", models.CharField(max_length=12)),
                ("raw_id", models.UUIDField()),
                ("is_system", models.BooleanField(default=False)),
                ("same_id_other_content", models.BooleanField(default=False)),
                ("sealed_head", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["usager_id", "thread_id", "at", "id"], name="message_in_order"),
                    models.Index(fields=["usager_id", "mail_id_digest"], name="message_mail_id"),
                ],
                "constraints": [models.UniqueConstraint(fields=("usager_id", "dedupe_digest"), name="one_message")],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("sealed_subject", models.BinaryField()),
                ("last_at", models.DateTimeField()),
                ("unread", models.IntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "last_at", "id"], name="thread_in_order")],
            },
        ),
        schema.usager_table("messaging_thread", web="SELECT, INSERT, UPDATE"),
        schema.usager_table("messaging_message", web="SELECT, INSERT, UPDATE"),
        schema.usager_table("messaging_attachment", web="SELECT, INSERT, UPDATE"),
        schema.usager_table("messaging_correspondent", web="SELECT, INSERT, UPDATE"),
        schema.of_usager("messaging_thread"),
        schema.of_usager("messaging_message"),
        schema.of_usager("messaging_attachment"),
        schema.of_usager("messaging_correspondent"),
        schema.inside_usager("messaging_message", "thread_id", "messaging_thread"),
        schema.inside_usager("messaging_message", "correspondent_id", "messaging_correspondent"),
        schema.inside_usager("messaging_attachment", "message_id", "messaging_message"),
        schema.reference_table("messaging_operator", web=schema.ALL),
    ]
