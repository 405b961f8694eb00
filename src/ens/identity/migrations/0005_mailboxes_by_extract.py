"""The directory of mailboxes follows its daily extract, set-wise: what it lists, what is gone."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_credentials")]
    operations = [
        migrations.AddField("Mailbox", "gone_at", models.DateTimeField(null=True)),
        migrations.AddField("Mailbox", "listed", models.BooleanField(default=False)),
        schema.staging_table(
            "identity_mailbox_extract", "line int, address text, kind text, label text, owner text, place text"
        ),
        schema.sql("GRANT INSERT, UPDATE ON identity_mailbox TO ens_batch"),
    ]
