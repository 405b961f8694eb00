"""Operations of migrations: row policy, privileges, distribution. Their meaning never changes (STYLE).

Roles are named ``ens_web`` and ``ens_batch``; the migrating role owns the tables and is not bound by policies.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

POLICY = "usager_id = nullif(current_setting('ens.usager', true), '')::uuid"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def _quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def _has_citus(schema_editor: Any) -> bool:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
        return cursor.fetchone() is not None


def _operation(statements: list[str], citus: str = "") -> migrations.RunPython:
    def forwards(apps: Any, schema_editor: Any) -> None:
        for statement in statements:
            schema_editor.execute(statement)
        if citus and _has_citus(schema_editor):
            schema_editor.execute("SET citus.multi_shard_modify_mode = 'sequential'")
            schema_editor.execute(citus)

    return migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)


def usager_table(table: str, *, web: str = ALL, batch: str = "") -> migrations.RunPython:
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
    return _operation(statements, f"SELECT create_distributed_table('{name}', 'usager_id')")


def batch_policy(table: str, expression: str, *, batch: str) -> migrations.RunPython:
    """Set-wise rights on the rows of a usager-owned table for which ``expression`` holds."""
    name = _quoted(table)
    return _operation(
        [
            f"CREATE POLICY par_lots ON {name} TO ens_batch USING ({expression}) WITH CHECK ({expression})",
            f"GRANT {batch} ON {name} TO ens_batch",
        ]
    )


def staging_table(table: str, columns: str) -> migrations.RunPython:
    """An unlogged table of a batch: emptied by it, and by PostgreSQL after a crash. No model, local."""
    name = _quoted(table)
    return _operation(
        [
            f"CREATE UNLOGGED TABLE {name} ({columns})",
            f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {name} TO ens_batch",
        ]
    )


def batch_view(view: str, query: str) -> migrations.RunPython:
    """What set-wise work may know of tables it may not read: a view, with its owner's rights."""
    name = _quoted(view)
    return _operation([f"CREATE VIEW {name} AS {query}", f"GRANT SELECT ON {name} TO ens_batch"])


def keyed_table(table: str, column: str, *, web: str = ALL, batch: str = "") -> migrations.RunPython:
    """A look-up distributed by its own key, without row policy (locator, digests of matricules)."""
    name = _quoted(table)
    statements = [f"GRANT {web} ON {name} TO ens_web"]
    if batch:
        statements.append(f"GRANT {batch} ON {name} TO ens_batch")
    return _operation(statements, f"SELECT create_distributed_table('{name}', '{column}', colocate_with => 'none')")


def reference_table(table: str, *, web: str = "SELECT", batch: str = "SELECT") -> migrations.RunPython:
    """A table every node holds whole: directory, value sets, operators."""
    name = _quoted(table)
    return _operation(
        [f"GRANT {web} ON {name} TO ens_web", f"GRANT {batch} ON {name} TO ens_batch"],
        f"SELECT create_reference_table('{name}')",
    )


def local_table(table: str, *, web: str = ALL, batch: str = "", sequence: bool = False) -> migrations.RunPython:
    """A table that stays on the coordinator: queue, accounts, deployment."""
    name = _quoted(table)
    statements = [f"GRANT {web} ON {name} TO ens_web"]
    if batch:
        statements.append(f"GRANT {batch} ON {name} TO ens_batch")
    if sequence:
        for role in ("ens_web", "ens_batch"):
            statements.append(f"GRANT USAGE ON SEQUENCE {_quoted(table + '_id_seq')} TO {role}")
    return _operation(statements)


def inside_usager(table: str, column: str, target: str, *, on_delete: str = "CASCADE") -> migrations.RunPython:
    """A foreign key inside one usager: (usager_id, column) to (usager_id, id) of ``target`` (DESIGN 2.2)."""
    name = f"{table.split('.')[-1]}_{column}_fk"
    return _operation(
        [
            (
                f'ALTER TABLE {_quoted(table)} ADD CONSTRAINT "{name}" FOREIGN KEY (usager_id, "{column}") '
                f"REFERENCES {_quoted(target)} (usager_id, id) ON DELETE {on_delete}"
            )
        ]
    )


def of_usager(table: str) -> migrations.RunPython:
    """The foreign key of a usager-owned table to the usager."""
    name = f"{table.split('.')[-1]}_usager_fk"
    return _operation(
        [
            (
                f'ALTER TABLE {_quoted(table)} ADD CONSTRAINT "{name}" FOREIGN KEY (usager_id) '
                'REFERENCES "identity_usager" (usager_id)'
            )
        ]
    )


def sql(*statements: str) -> migrations.RunPython:
    """Statements with no other name: fillfactor, storage, check constraints."""
    return _operation(list(statements))
