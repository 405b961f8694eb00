"""Who represents a child represents an adult no more: the day is kept with the tie."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("identity", "0006_minimum_version")]

    operations = [
        migrations.AddField("Rattachement", "ends_on", models.DateField(null=True)),
        migrations.AddField("Rattachement", "told_at", models.DateTimeField(null=True)),
        migrations.AddField("Compte", "review_due", models.BooleanField(default=False)),
        migrations.AddIndex(
            "Rattachement",
            models.Index(
                condition=models.Q(("ends_on__isnull", False), ("until__isnull", True)),
                fields=["ends_on"],
                name="rattachement_ends",
            ),
        ),
        # Their birth date is sealed: of who was a minor when registered, the day they come of age is in clear.
        schema.sql(
            "UPDATE identity_rattachement AS tie SET ends_on = person.adult_on FROM identity_usager AS person "
            "WHERE tie.usager_id = person.usager_id AND tie.role = 'representant' AND tie.until IS NULL"
        ),
    ]
