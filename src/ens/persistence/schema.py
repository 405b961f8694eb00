"""Operations of migrations: row policy, privileges, distribution. Their meaning never changes (STYLE).

Roles are named ``ens_web`` and ``ens_batch``; the migrating role owns the tables and is not bound by policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

POLICY = "usager_id = nullif(current_setting('ens.usager', true), '')::uuid"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def _quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def _has_citus(schema_editor: Any) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
        return cursor.fetchone() is not None


class Statements(Operation):
    """SQL run as the migrating role, and one more on a cluster.

    Unlike ``RunPython`` it asks for no models of that time: made again for each, they were half of a migration's work.
    """

    reversible = True  # undone with the table it is about
    reduces_to_sql = True

    def __init__(self, statements: Sequence[str], citus: str = "") -> None:
        self.statements, self.citus = tuple(statements), citus

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models are the same."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in self.statements:
            schema_editor.execute(statement)
        if self.citus and _has_citus(schema_editor):
            schema_editor.execute("SET citus.multi_shard_modify_mode = 'sequential'")
            schema_editor.execute(self.citus)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing: see ``reversible``."""

    def describe(self) -> str:
        return "; ".join(self.statements)[:200]


def usager_table(table: str, *, web: str = ALL, batch: str = "") -> Statements:
    """Distribute a usager-owned table, set its row policy and privileges. ``batch`` gives set-wise rights."""
    name = _quoted(table)
    statements = [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY un_usager ON {name} TO ens_web USING ({POLICY}) WITH CHECK ({POLICY})",
        f"GRANT {web} ON {name} TO ens_web",
    ]
    if batch:
        statements += [
            f"CREATE POLICY par_lots ON {name} TO ens_batch USING (true) WITH CHECK (true)",
            f"GRANT {batch} ON {name} TO ens_batch",
        ]
    return Statements(statements, f"SELECT create_distributed_table('{name}', 'usager_id')")


def batch_policy(table: str, expression: str, *, batch: str) -> Statements:
    """Set-wise rights on the rows of a usager-owned table for which ``expression`` holds."""
    name = _quoted(table)
    return Statements(
        [
            f"CREATE POLICY par_lots ON {name} TO ens_batch USING ({expression}) WITH CHECK ({expression})",
            f"GRANT {batch} ON {name} TO ens_batch",
        ]
    )


def staging_table(table: str, columns: str) -> Statements:
    """An unlogged table of a batch: emptied by it, and by PostgreSQL after a crash. No model, local."""
    name = _quoted(table)
    return Statements(
        [
            f"CREATE UNLOGGED TABLE {name} ({columns})",
            f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {name} TO ens_batch",
        ]
    )


def batch_view(view: str, query: str) -> Statements:
    """What set-wise work may know of tables it may not read: a view, with its owner's rights."""
    name = _quoted(view)
    return Statements([f"CREATE VIEW {name} AS {query}", f"GRANT SELECT ON {name} TO ens_batch"])


def keyed_table(table: str, column: str, *, web: str = ALL, batch: str = "") -> Statements:
    """A look-up distributed by its own key, without row policy (locator, digests of matricules)."""
    name = _quoted(table)
    statements = [f"GRANT {web} ON {name} TO ens_web"]
    if batch:
        statements.append(f"GRANT {batch} ON {name} TO ens_batch")
    return Statements(statements, f"SELECT create_distributed_table('{name}', '{column}', colocate_with => 'none')")


def reference_table(table: str, *, web: str = "SELECT", batch: str = "SELECT") -> Statements:
    """A table every node holds whole: directory, value sets, operators."""
    name = _quoted(table)
    return Statements(
        [f"GRANT {web} ON {name} TO ens_web", f"GRANT {batch} ON {name} TO ens_batch"],
        f"SELECT create_reference_table('{name}')",
    )


def local_table(table: str, *, web: str = ALL, batch: str = "", sequence: bool = False) -> Statements:
    """A table that stays on the coordinator: queue, accounts, deployment."""
    name = _quoted(table)
    statements = [f"GRANT {web} ON {name} TO ens_web"]
    if batch:
        statements.append(f"GRANT {batch} ON {name} TO ens_batch")
    if sequence:
        for role in ("ens_web", "ens_batch"):
            statements.append(f"GRANT USAGE ON SEQUENCE {_quoted(table + '_id_seq')} TO {role}")
    return Statements(statements)


def inside_usager(table: str, column: str, target: str, *, on_delete: str = "CASCADE") -> Statements:
    """A foreign key inside one usager: (usager_id, column) to (usager_id, id) of ``target`` (DESIGN 2.2)."""
    name = f"{table.split('.')[-1]}_{column}_fk"
    return Statements(
        [
            (
                f'ALTER TABLE {_quoted(table)} ADD CONSTRAINT "{name}" FOREIGN KEY (usager_id, "{column}") '
                f"REFERENCES {_quoted(target)} (usager_id, id) ON DELETE {on_delete}"
            )
        ]
    )


def of_usager(table: str) -> Statements:
    """The foreign key of a usager-owned table to the usager."""
    name = f"{table.split('.')[-1]}_usager_fk"
    return Statements(
        [
            (
                f'ALTER TABLE {_quoted(table)} ADD CONSTRAINT "{name}" FOREIGN KEY (usager_id) '
                'REFERENCES "identity_usager" (usager_id)'
            )
        ]
    )


def sql(*statements: str) -> Statements:
    """Statements with no other name: fillfactor, storage, check constraints."""
    return Statements(list(statements))
