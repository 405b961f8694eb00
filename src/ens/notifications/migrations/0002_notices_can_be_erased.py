"""The rows of a usager can be erased, by the unit about them."""

from django.db import migrations

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_notices")]
    operations = [
        schema.sql(
            "GRANT DELETE ON notifications_notice TO ens_web",
        ),
    ]
