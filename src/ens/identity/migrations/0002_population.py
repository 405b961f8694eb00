"""The population of insured people: what set-wise work knows of them, the staging of imports, duplicates, merges."""

from django.db import migrations, models

import ens.kernel.ids
from ens.persistence import schema


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0001_who_is_who'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportPart',
            fields=[
                ('pk', models.CompositePrimaryKey('run_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('run_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('registered', models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
                ('digest', models.BinaryField()),
                ('size', models.BigIntegerField()),
                ('chunk_bytes', models.IntegerField()),
                ('dry_run', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('report', models.JSONField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='TraitsLookup',
            fields=[
                ('digest', models.BigIntegerField(primary_key=True, serialize=False)),
                ('usager_id', models.UUIDField()),
            ],
        ),
        migrations.AddField(
            model_name='contact',
            name='declared',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='usager',
            name='adult_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='usager',
            name='channels',
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='usager',
            name='declared',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='usager',
            name='departement',
            field=models.CharField(blank=True, default='', max_length=3),
        ),
        migrations.AddField(
            model_name='usager',
            name='died_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='usager',
            name='legacy_dmp',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='usager',
            name='lot_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='usager',
            name='merged_into',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='usager',
            name='own_key',
            field=models.BooleanField(default=True),
        ),
        migrations.CreateModel(
            name='Doubt',
            fields=[
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('usager_id', models.UUIDField()),
                ('other_id', models.UUIDField(null=True)),
                ('lot_id', models.UUIDField(null=True)),
                ('line', models.IntegerField(null=True)),
                ('candidate_id', models.UUIDField(null=True)),
                ('sealed', models.BinaryField(null=True)),
                ('since', models.DateTimeField()),
                ('decision', models.CharField(blank=True, default='', max_length=20)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, default='', max_length=80)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_at__isnull', True)), fields=('usager_id', 'other_id', 'kind'), name='one_open_doubt', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by', ''), ('decision', '')), models.Q(('decided_at__isnull', False), models.Q(('decision', ''), _negated=True), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='doubt_decided_by_someone')],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, primary_key=True, serialize=False)),
                ('kept_id', models.UUIDField()),
                ('absorbed_id', models.UUIDField()),
                ('digests', models.JSONField(default=list)),
                ('opposition_carried', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('by_id', models.CharField(max_length=80)),
                ('done_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('undone_by', models.CharField(blank=True, default='', max_length=80)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('absorbed_id',), name='merged_once'), models.CheckConstraint(condition=models.Q(('kept_id', models.F('absorbed_id')), _negated=True), name='merge_of_two')],
            },
        ),
        migrations.CreateModel(
            name='Representation',
            fields=[
                ('pk', models.CompositePrimaryKey('usager_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('usager_id', models.UUIDField(editable=False)),
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ('other_id', models.UUIDField()),
                ('side', models.CharField(max_length=12)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', False), ('id', models.F('other_id')), _connector='OR'), name='one_current_representation')],
            },
        ),
        migrations.CreateModel(
            name='Matricule',
            fields=[
                ('pk', models.CompositePrimaryKey('usager_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('usager_id', models.UUIDField(editable=False)),
                ('id', models.UUIDField(default=ens.kernel.ids.new_id, editable=False)),
                ('digest', models.BinaryField()),
                ('sealed_value', models.BinaryField()),
                ('oid', models.CharField(max_length=40)),
                ('since', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        schema.usager_table("identity_matricule", web="SELECT, INSERT, UPDATE"),
        schema.of_usager("identity_matricule"),
        schema.keyed_table("identity_traitslookup", "digest", web="SELECT, INSERT", batch="SELECT, INSERT"),
        schema.usager_table(
            "identity_representation", web="SELECT, INSERT, UPDATE", batch="SELECT, INSERT, UPDATE"
        ),
        schema.local_table("identity_doubt", web="SELECT, INSERT, UPDATE", batch="SELECT, INSERT"),
        schema.local_table("identity_merge", web="SELECT, INSERT, UPDATE"),
        schema.local_table("identity_importrun", web="SELECT, INSERT, UPDATE"),
        schema.local_table("identity_importpart", web="SELECT", batch="SELECT, INSERT, UPDATE"),
        # Look-ups by the import, and moved by a merge; the declarations of an import, until the first unit about each.
        schema.sql(
            "GRANT SELECT, INSERT ON identity_matriculelookup TO ens_batch",
            "GRANT UPDATE (usager_id) ON identity_matriculelookup TO ens_web",
        ),
        schema.batch_policy("identity_usager", "NOT own_key", batch="SELECT, INSERT"),
        schema.batch_view(
            "identity_population",
            "SELECT usager_id, identity_status, registered_at, own_key, lot_id, declared, departement, channels, "
            "adult_on, died_on, legacy_dmp, merged_into, EXISTS (SELECT 1 FROM identity_doubt d "
            "WHERE d.usager_id = u.usager_id AND d.kind = 'doublon_possible' AND d.decided_at IS NULL) AS is_doubtful "
            "FROM identity_usager u",
        ),
        schema.staging_table(
            "identity_import_read",
            "chunk integer, line integer, usager_id uuid, digest bytea, traits bigint, declared bytea, oid text, "
            "identity_status text, departement text, channels smallint, legacy_dmp boolean, adult_on date, died_on date, "
            "doctor text, has_others boolean, has_links boolean, sealed bytea",
        ),
        schema.sql("CREATE INDEX identity_import_read_chunk ON identity_import_read (chunk)"),
        schema.staging_table("identity_import_matricule", "line integer, main bytea, digest bytea, oid text"),
        schema.staging_table("identity_import_link", "line integer, child bytea, representative bytea"),
        schema.staging_table(
            "identity_import_remark", "chunk integer, line integer, code text, detail text, refused boolean"
        ),
        schema.staging_table("identity_import_held", "line integer PRIMARY KEY"),
        schema.staging_table("identity_import_change", "line integer PRIMARY KEY, candidate uuid, usager_id uuid, outcome text"),
        schema.staging_table("identity_import_chunk", "number integer PRIMARY KEY, lines integer, accepted integer, moved boolean NOT NULL DEFAULT false"),
    ]
