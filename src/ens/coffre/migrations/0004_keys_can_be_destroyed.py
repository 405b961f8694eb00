"""A key can be destroyed, by the unit about its usager."""

from django.db import migrations

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("coffre", "0003_key_copies")]
    operations = [schema.sql('GRANT DELETE ON "cles"."usager_key" TO ens_web')]
