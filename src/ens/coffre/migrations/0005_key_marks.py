"""What tells whether the keys given are those a database was written with, and nothing of them."""

from django.db import migrations, models

from ens.persistence import schema


class Migration(migrations.Migration):
    dependencies = [("coffre", "0004_keys_can_be_destroyed")]
    operations = [
        migrations.CreateModel(
            name="KeyMark",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("mark", models.BinaryField()),
                ("since", models.DateTimeField()),
            ],
        ),
        schema.local_table("coffre_keymark", web="SELECT"),
    ]
