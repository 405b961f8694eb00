"""The rows of a usager can be erased, by the unit about them."""

from django.db import migrations

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("record", "0001_documents")]
    operations = [
        schema.sql(
            "GRANT DELETE ON record_document TO ens_web",
            "GRANT DELETE ON record_submissionset TO ens_web",
            "GRANT DELETE ON record_documentidentifier TO ens_web",
        ),
    ]
