"""The rows of a usager can be erased, by the unit about them."""

from django.db import migrations

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("access", "0001_autorisations")]
    operations = [
        schema.sql(
            "GRANT DELETE ON access_autorisation TO ens_web",
        ),
    ]
