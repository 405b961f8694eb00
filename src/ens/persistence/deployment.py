"""What a database is for, decided once at its creation; its migrations and the privileges of libraries' tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connections

# Libraries' own tables (DESIGN 2.8): exempt from the rules of ours; served by ens_web, moved by ens_batch.
LIBRARY_TABLES = ("django_", "auth_", "oauth2_provider_", "procrastinate_", "dsfr_")


class WrongMode(Exception):
    """A demonstration's database was given to production, or the reverse."""


class NewerSchema(Exception):
    """The database was migrated by a newer version of the software."""


def migrate() -> None:
    """Bring the schema up to date as its owner, and give libraries' tables their privileges."""
    check_not_newer()
    if not _has_table("oauth2_provider_accesstoken"):
        # Its hundred changes come first, while few tables are known: the whole takes a sixth less time.
        call_command("migrate", "oauth2_provider", database="owner", interactive=False, verbosity=0)
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name.startswith(LIBRARY_TABLES)]
        for name in tables:
            cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{name}" TO ens_web')
            if name.startswith("procrastinate_"):
                cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{name}" TO ens_batch')
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        for (name,) in cursor.fetchall():
            if name.startswith(LIBRARY_TABLES):
                cursor.execute(f'GRANT USAGE, SELECT ON SEQUENCE "{name}" TO ens_web, ens_batch')
    connections["owner"].close()


def check_not_newer() -> None:
    """Refuse a database that knows migrations this software does not."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connections["owner"])
    known = set(loader.disk_migrations)
    ours = {app for app, _ in known}
    unknown = [key for key in loader.applied_migrations if key[0] in ours and key not in known]
    if unknown:
        raise NewerSchema(", ".join(f"{app}.{name}" for app, name in sorted(unknown)))


def record_mode(*, demonstration: bool) -> None:
    """Write what the database is for; refuse if it is already for something else."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO persistence_deployment (id, demonstration, created_at, clock_offset) "
            "VALUES (1, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
            [demonstration, datetime.now(UTC), timedelta(0)],
        )
    check_mode(demonstration=demonstration, alias="owner")
    connections["owner"].close()


def check_mode(*, demonstration: bool, alias: str = "default") -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT demonstration FROM persistence_deployment WHERE id = 1")
        row = cursor.fetchone()
    if row is None or row[0] != demonstration:
        raise WrongMode("démonstration" if row and row[0] else "production")


def _has_table(name: str) -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        row = cursor.fetchone()
    return bool(row[0])


def is_foreign() -> bool:
    """Whether the database already holds tables, none of which says that it is a space."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        row = cursor.fetchone()
    return row[0] > 0 and not _has_table("persistence_deployment")


def refuse_other_mode(*, demonstration: bool) -> None:
    """Before migrating: a database that already has a mode keeps it. Errors: WrongMode."""
    if not _has_table("persistence_deployment"):
        return
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT demonstration FROM persistence_deployment WHERE id = 1")
        row = cursor.fetchone()
    if row is not None and row[0] != demonstration:
        raise WrongMode("démonstration" if row[0] else "production")
