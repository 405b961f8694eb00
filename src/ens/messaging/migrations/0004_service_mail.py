"""Answers of the service itself, about no usager: those of the test address."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_raw_messages_in_the_locator")]
    operations = [
        migrations.CreateModel(
            name="ServiceMail",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("answers_digest", models.BinaryField(unique=True)),
                ("recipient", models.CharField(max_length=320)),
                ("data", models.BinaryField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
        ),
        schema.local_table("messaging_servicemail"),
    ]
