"""Exchanges that the usager ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0012_files_of_drafts")]
    operations = [migrations.AddField("Correspondent", "refused_at", models.DateTimeField(null=True))]
