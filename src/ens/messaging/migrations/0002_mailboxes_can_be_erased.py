"""The rows of a usager can be erased, by the unit about them."""

from django.db import migrations

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_mailboxes")]
    operations = [
        schema.sql(
            "GRANT DELETE ON messaging_thread TO ens_web",
            "GRANT DELETE ON messaging_message TO ens_web",
            "GRANT DELETE ON messaging_attachment TO ens_web",
            "GRANT DELETE ON messaging_correspondent TO ens_web",
        ),
    ]
