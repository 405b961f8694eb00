"""A lot says when its carrier took it whole: what was only begun when its process was killed is handed over again."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0009_codes_have_an_end")]

    operations = [
        migrations.AddField("Lot", "carried_at", models.DateTimeField(null=True)),
        # Nothing told so far a lot at the printer's from one that was cut short: an operator says which was lost.
        schema.sql(
            "UPDATE enrolment_lot SET carried_at = handed_at "
            "WHERE channel = 'courrier' AND handed_at IS NOT NULL AND sent_at IS NULL"
        ),
    ]
