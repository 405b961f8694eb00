import django.contrib.postgres.fields
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
            name="Document",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("logical_id", models.UUIDField()),
                ("set_id", models.UUIDField(null=True)),
                ("binary_id", models.UUIDField()),
                ("status", models.CharField(max_length=12)),
                ("version", models.SmallIntegerField(default=1)),
                ("meta_version", models.SmallIntegerField(default=1)),
                ("content_digest", models.BinaryField()),
                ("type_code", models.CharField(max_length=40)),
                ("class_code", models.CharField(max_length=20)),
                ("category", models.CharField(max_length=20)),
                ("format_code", models.CharField(max_length=120)),
                ("media_type", models.CharField(max_length=80)),
                ("size", models.IntegerField()),
                ("act_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("filed_at", models.DateTimeField()),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), size=None),
                ),
                ("is_masked", models.BooleanField(default=False)),
                ("held_back_since", models.DateTimeField(null=True)),
                ("hidden_from_representatives", models.BooleanField(default=False)),
                ("is_archived", models.BooleanField(default=False)),
                ("source_kind", models.CharField(max_length=20)),
                ("by_message", models.BooleanField(default=False)),
                ("depositor", models.CharField(max_length=120)),
                ("professional_id", models.UUIDField(null=True)),
                ("declared_author_digest", models.BinaryField(null=True)),
                ("opened_by_usager_at", models.DateTimeField(null=True)),
                ("replaces_id", models.UUIDField(null=True)),
                ("sealed_card", models.BinaryField()),
                ("sealed_resource", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["usager_id", "status", "act_at", "id"], name="document_in_order"),
                    models.Index(fields=["usager_id", "logical_id"], name="document_versions"),
                    models.Index(fields=["usager_id", "binary_id"], name="document_binary"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentIdentifier",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("digest", models.BinaryField()),
                ("document_id", models.UUIDField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id", "digest"), name="one_document_identifier")
                ],
            },
        ),
        migrations.CreateModel(
            name="SubmissionSet",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usager_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("usager_id", models.UUIDField(editable=False)),
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ("unique_id_digest", models.BinaryField()),
                ("depositor", models.CharField(max_length=120)),
                ("sent_at", models.DateTimeField()),
                ("status", models.CharField(default="current", max_length=12)),
                ("sealed_resource", models.BinaryField()),
            ],
            options={
                "indexes": [models.Index(fields=["usager_id", "status", "sent_at", "id"], name="set_in_order")],
                "constraints": [
                    models.UniqueConstraint(fields=("usager_id", "unique_id_digest"), name="one_set_unique_id")
                ],
            },
        ),
        schema.usager_table("record_document", web="SELECT, INSERT, UPDATE"),
        schema.usager_table("record_submissionset", web="SELECT, INSERT, UPDATE"),
        schema.usager_table("record_documentidentifier", web="SELECT, INSERT"),
        schema.of_usager("record_document"),
        schema.of_usager("record_submissionset"),
        schema.inside_usager("record_documentidentifier", "document_id", "record_document"),
        schema.sql(
            "ALTER TABLE record_document SET (toast_tuple_target = 8160)",
            "ALTER TABLE record_document ALTER COLUMN sealed_resource SET STORAGE EXTERNAL",
            "ALTER TABLE record_document ALTER COLUMN sealed_card SET STORAGE EXTERNAL",
        ),
    ]
