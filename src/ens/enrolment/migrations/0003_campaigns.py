"""Campaigns, their waves, letters and e-mails; lots of a wave; notices that came back."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):

    dependencies = [
        ('enrolment', '0002_ranks_and_lots'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, unique=True)),
                ('delay_days', models.SmallIntegerField(default=42)),
                ('lot_size', models.IntegerField(default=5000)),
                ('emails_per_hour', models.IntegerField(default=200000)),
                ('letters_per_day', models.IntegerField(default=200000)),
                ('hour_from', models.SmallIntegerField(default=8)),
                ('hour_to', models.SmallIntegerField(default=20)),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=list, size=None)),
                ('made_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('campaign_id', models.UUIDField()),
                ('wave_id', models.UUIDField(null=True)),
                ('kind', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('by_id', models.CharField(max_length=80)),
                ('facts', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='NoticeModel',
            fields=[
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=12)),
                ('variant', models.CharField(max_length=4)),
                ('version', models.SmallIntegerField()),
                ('share', models.SmallIntegerField()),
                ('subject', models.CharField(max_length=120)),
                ('body', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('by_id', models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name='Return',
            fields=[
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('usager_id', models.UUIDField()),
                ('channel', models.CharField(max_length=12)),
                ('wave_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Wave',
            fields=[
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('departements', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), size=None)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('planned_at', models.DateTimeField(null=True)),
                ('unreached', models.IntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='lot',
            name='again',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='lot',
            name='cancelled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='delay_days',
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='handed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='model_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='lot',
            name='tries',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='lot',
            name='variant',
            field=models.CharField(blank=True, default='', max_length=4),
        ),
        migrations.AddField(
            model_name='lot',
            name='wave_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name='lot',
            index=models.Index(fields=['wave_id', 'made_at'], name='lot_of_wave'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('delay_days__gte', 1), ('delay_days__lte', 365)), name='campaign_delay'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('lot_size__gte', 1), ('lot_size__lte', 10000), ('emails_per_hour__gte', 1), ('letters_per_day__gte', 1)), name='campaign_pace'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('hour_from__gte', 0), ('hour_from__lt', models.F('hour_to')), ('hour_to__lte', 24)), name='campaign_hours'),
        ),
        migrations.AddField(
            model_name='noticemodel',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notice_models', to='enrolment.campaign'),
        ),
        migrations.AddIndex(
            model_name='return',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['at'], name='return_waiting'),
        ),
        migrations.AddField(
            model_name='wave',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waves', to='enrolment.campaign'),
        ),
        migrations.AddConstraint(
            model_name='noticemodel',
            constraint=models.UniqueConstraint(fields=('campaign', 'channel', 'variant', 'version'), name='one_notice_model'),
        ),
        migrations.AddConstraint(
            model_name='noticemodel',
            constraint=models.CheckConstraint(condition=models.Q(('share__gte', 0), ('share__lte', 100)), name='notice_model_share'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.UniqueConstraint(fields=('campaign', 'name'), name='one_wave'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__lte', models.F('ends_on'))), name='wave_days'),
        ),
        schema.local_table("enrolment_campaign", web="SELECT, INSERT, UPDATE", batch="SELECT"),
        schema.local_table("enrolment_noticemodel", web="SELECT, INSERT", batch="SELECT"),
        schema.local_table("enrolment_wave", web="SELECT, INSERT, UPDATE", batch="SELECT, UPDATE"),
        schema.local_table("enrolment_change", web="SELECT, INSERT", batch="SELECT, INSERT"),
        schema.local_table("enrolment_return", web="SELECT, INSERT, UPDATE", batch="SELECT, INSERT, UPDATE"),
    ]
