"""What was taken out of steering, by whom, when."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Taking",
            fields=[
                ("id", models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("compte_id", models.UUIDField()),
                ("name", models.CharField(max_length=120)),
                ("what", models.CharField(max_length=20)),
                ("form", models.CharField(max_length=10)),
                ("facts", models.JSONField()),
                ("rows", models.IntegerField()),
            ],
            options={"indexes": [models.Index(fields=["compte_id", "at"], name="taking_of_compte")]},
        ),
        schema.local_table("steering_taking", web="SELECT, INSERT"),
    ]
