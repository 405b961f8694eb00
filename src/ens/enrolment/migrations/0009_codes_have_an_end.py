"""The look-up of a code has the code's last day, so that a day takes away what serves no more."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0008_waiting")]

    operations = [
        migrations.AddField("CodeLookup", "expires_on", models.DateField(null=True)),
        schema.sql(
            "UPDATE enrolment_codelookup AS found SET expires_on = coalesce("
            "(SELECT max(code.expires_on) FROM enrolment_code AS code WHERE code.usager_id = found.usager_id), current_date)"
        ),
        migrations.AlterField("CodeLookup", "expires_on", models.DateField()),
        schema.sql("GRANT UPDATE (expires_on) ON enrolment_codelookup TO ens_web, ens_batch"),
        # Rows come by day: a block range index finds a day's, for a thousandth of what a tree would weigh.
        schema.sql("CREATE INDEX codelookup_by_end ON enrolment_codelookup USING brin (expires_on) WITH (autosummarize = on)"),
    ]
