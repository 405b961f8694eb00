"""Fills a new database and a new store from a backup already checked: ``python -m ens.cli.backup.loading``.

``check BACKUP`` refuses what this software or this database cannot take, changing nothing. ``load BACKUP KEYS LEDGER``
loads, deletes again whoever was deleted since, and says what it did as a line of JSON.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import django
import msgspec
import psycopg

from ens.cli.backup import contents, keys, manifest, tables
from ens.cli.backup.manifest import Manifest, Table
from ens.cli.refusals import CommandRefused
from ens.coffre.streams import opened
from ens.kernel.starting import sparing_the_collector


def check(backup: Path, *, has_database: bool) -> None:
    """Errors: CommandRefused."""
    from django.conf import settings
    from django.db.migrations.loader import MigrationLoader

    from ens.coffre import store

    made = manifest.read(backup)
    known = set(MigrationLoader(None).disk_migrations)
    unknown = [f"{app}.{name}" for app, names in made.migrations.items() for name in names if (app, name) not in known]
    if unknown:
        raise CommandRefused(
            f"La sauvegarde de {backup} vient d'une version plus récente du logiciel ({unknown[0]}). "
            "Rien n'a été changé."
        )
    if has_database:
        with psycopg.connect(os.environ["ENS_DATABASE_OWNER_URL"]) as connection:
            if not tables.is_empty(connection):
                raise CommandRefused("La base donnée n'est pas vide : une restauration se fait dans une base neuve.")
    if ("://" in settings.ENS_STORE or Path(settings.ENS_STORE).exists()) and not store.is_empty():
        raise CommandRefused("Le magasin donné n'est pas vide : une restauration se fait dans un magasin neuf.")


def load(backup: Path, keys_file: Path, ledger_given: str) -> Loaded:
    """Errors: CommandRefused; those of the database and of the store."""
    from django.conf import settings

    from ens.cli import keys as own_keys
    from ens.coffre import founding, store
    from ens.persistence import deployment

    made = manifest.read(backup)
    key = keys.unwrap(keys_file, settings.ENS_SECRETS)
    _migrate_as_saved(made)
    sources = {
        table.name: tables.Source(table.columns, table.rows, partial(_rows, backup, table, key))
        for table in made.tables
    }
    for table in made.keys.tables:
        sources[table.name] = tables.Source(table.columns, table.rows, partial(keys.lines, keys_file, table, key))
    with psycopg.connect(os.environ["ENS_DATABASE_OWNER_URL"], autocommit=True) as connection:
        tables.load(connection, sources, made.sequences)
    if not store.is_remote(settings.ENS_STORE):
        founding.make()
    contents.put_back(backup, made.contents, store.put)
    for part in made.others:
        _put_other(backup, part.file, key)
    deployment.migrate()
    deployment.record_mode(demonstration=made.mode == "demonstration")
    own_keys.record("owner")
    return _delete_again(backup, made, ledger_given)


class Loaded(msgspec.Struct):
    """``ledgers``: those read beside the backup's own list."""

    deleted_again: int
    ledgers: list[str]
    not_reached: list[str]
    strangers: int


def _delete_again(backup: Path, made: Manifest, ledger_given: str) -> Loaded:
    """The backup's list, the ledger of the space it is of, the one that is given."""
    from ens.cli.backup import ledger
    from ens.coffre import deletions
    from ens.coffre.errors import StoreUnavailable
    from ens.journeys.deletion import replay

    found, strangers = set(ledger.read(backup, made.deletions)), 0
    reached, not_reached = [], []
    for place in dict.fromkeys(filter(None, (made.deletions.place, ledger_given))):
        try:
            if not ledger.is_reached(place):
                not_reached.append(place)
                continue
            noted, others = deletions.read(place)
        except StoreUnavailable:
            not_reached.append(place)
            continue
        reached.append(place)
        found |= noted
        strangers += others
    return Loaded(replay(found), reached, not_reached, strangers)


def _rows(backup: Path, table: Table, key: bytes) -> Iterator[bytes]:
    with manifest.inside(backup, table.file).open("rb") as source:
        yield from opened(source, key, table.name)


def _migrate_as_saved(made: Manifest) -> None:
    """Make the tables as they were when saved; what came since is done after they are filled."""
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    saved = {(app, name) for app, names in made.migrations.items() for name in names}
    followed = {
        parent.key
        for key in saved
        for parent in executor.loader.graph.node_map[key].parents
        if parent.key[0] == key[0]
    }
    executor.migrate(sorted(saved - followed))
    connections["owner"].close()


def _put_other(backup: Path, file: str, key: bytes) -> None:
    from django.conf import settings

    from ens.cli.backup.making import OF_A_DEMONSTRATION

    target = Path(settings.ENS_DATA) / OF_A_DEMONSTRATION
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with manifest.inside(backup, file).open("rb") as source:
        manifest.write_whole(target, b"".join(opened(source, key, OF_A_DEMONSTRATION)))


def main(arguments: list[str]) -> None:
    with sparing_the_collector():
        django.setup()
    if arguments[0] == "check":
        check(Path(arguments[1]), has_database="--database" in arguments)
    else:
        loaded = load(Path(arguments[1]), Path(arguments[2]), arguments[3])
        print(msgspec.json.encode(loaded).decode())


if __name__ == "__main__":
    from ens.config.environment import MissingSetting

    try:
        main(sys.argv[1:])
    except (CommandRefused, MissingSetting) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)
