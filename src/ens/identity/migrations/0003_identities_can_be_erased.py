"""Who someone is can be erased, by the unit about them; whose accounts are a usager's is found at once."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_population")]
    operations = [
        migrations.AddIndex(
            model_name="rattachement",
            index=models.Index(fields=["usager_id"], name="rattachement_usager"),
        ),
        schema.sql(
            "GRANT DELETE ON identity_contact TO ens_web",
            "GRANT DELETE ON identity_medecintraitant TO ens_web",
            "GRANT DELETE ON identity_matricule TO ens_web",
            "GRANT DELETE ON identity_representation TO ens_web",
            "GRANT DELETE ON identity_traitslookup TO ens_web",
            "GRANT DELETE ON identity_doubt TO ens_web",
        ),
    ]
