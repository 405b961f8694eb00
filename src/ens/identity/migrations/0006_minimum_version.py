"""Under which version a software is told to be brought up to date."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0005_mailboxes_by_extract")]

    operations = [
        migrations.AddField(
            model_name="applicationcliente",
            name="minimum_version",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
    ]
