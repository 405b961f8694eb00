"""A message can be acknowledged, and have files of which its sender is told: one row of each kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_acknowledgements")]
    operations = [
        migrations.RemoveConstraint(model_name="acknowledgement", name="one_acknowledgement"),
        migrations.AddConstraint(
            model_name="acknowledgement",
            constraint=models.UniqueConstraint(
                fields=("usager_id", "message_id", "kind"), name="one_acknowledgement"
            ),
        ),
    ]
