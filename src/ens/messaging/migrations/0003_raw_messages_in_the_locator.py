"""The locator knows every content a row refers to, the messages as received too: what it does not know is swept."""

from django.db import migrations

from ens.persistence import schema

DECLARED = (
    "INSERT INTO persistence_locator (key, usager_id) SELECT raw_id, usager_id FROM messaging_message "
    "ON CONFLICT (key) DO NOTHING"
)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_mailboxes_can_be_erased"),
        ("persistence", "0001_tables"),
    ]
    operations = [schema.sql(DECLARED)]
