"""The shape of the data (DESIGN 2), read from the models and from the migrated database itself."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connection, models

from ens.persistence import deployment, schema
from ens.persistence.models import UsagerOwned

# Ours, about a usager or nobody, that are not usager-owned; each says why (DESIGN 2.8).
NOT_OWNED = {
    "persistence_locator": "finds the usager: keyed by the object asked for",
    "identity_matriculelookup": "finds the usager: keyed by the digest of the matricule",
    "identity_rattachement": "belongs to an account, local like accounts",
    "identity_traitslookup": "finds who has these traits: keyed by their digest",
    "identity_doubt": "a queue for humans, local",
    "identity_merge": "about two usagers: decisions on duplicates, local",
    "identity_importrun": "about a file, local",
    "identity_importpart": "about a file, local",
    'cles"."lot_key': "belongs to an import",
    "enrolment_codelookup": "finds the usager: keyed by the digest of a provisional code",
    "enrolment_screencount": "counts about nobody, local",
    "enrolment_lot": "many people at once, local",
    "enrolment_handed": "answers of a relay for a lot, until it is sent, local",
    "enrolment_campaign": "of the service, local",
    "enrolment_noticemodel": "of the service, local",
    "enrolment_wave": "of the service, local",
    "enrolment_change": "of the service, local",
    "enrolment_return": "a queue, local",
    "enrolment_moved": "a queue, local",
    "enrolment_waiting": "a queue, local",
    "enrolment_daily": "counts by lot and by day, local",
    "messaging_passage": "counts about nobody, local",
    "messaging_daily": "counts about nobody, local",
    "messaging_servicemail": "a queue of the service's own mail, local",
    "messaging_signalqueue": "a queue for the support, local",
    "messaging_signedlist": "about a file of the trust space, local",
    "messaging_revocationlist": "about a file of the trust space, local",
    "messaging_trustsource": "addresses of the trust space, local",
    "messaging_revokedcertificate": "certificates of the trust space, local",
    "persistence_outboxrow": "a queue, local",
    "persistence_stoppedfeature": "of the service, local",
    "persistence_deployment": "one row about the database",
    "coffre_keycopy": "one row a backup, about nobody",
    "coffre_keymark": "one row a key, about nobody",
    "audit_serviceline": "events about nobody known",
    "audit_headofnobody": "rows updated where someone unknown has none",
    "catalogue_service": "of the service, local",
    "catalogue_servicestep": "of the service, local",
    "steering_site": "of the service, local",
    "steering_sitestep": "of the service, local",
    "steering_siteaction": "of the service, local",
    "steering_siteactionchange": "of the service, local",
    "steering_taking": "belongs to an account",
    "access_mandate": "belongs to an account",
    "access_searchcount": "belongs to a professional",
    "record_filed": "belongs to a professional, keyed by them",
    "identity_compte": "accounts, local",
    "identity_formerpassword": "accounts, local",
    "identity_authenticator": "accounts, local",
    "identity_recoverycode": "accounts, local",
    "identity_passkey": "accounts, local",
    "identity_websession": "accounts, local",
    "identity_linkedidentity": "accounts, local",
    "identity_invitation": "belongs to an account, local like accounts",
    "identity_trycount": "keyed digests of what was tried, about nobody",
    "identity_applicationcliente": "accounts of software, local",
}
REFERENCE = {
    "identity_professional",
    "identity_establishment",
    "identity_activity",
    "identity_mailbox",
    "messaging_operator",
}
# What ens_batch may touch: enrolment, notifications, the queue and public tables; never the record, messages or keys.
BATCH = {
    "enrolment_event": "true",
    "enrolment_code": "true",  # ranks and dates: never a text
    "notifications_notice": "true",
    "identity_representation": "true",  # opaque ids and dates
    "identity_usager": "NOT own_key",  # what an import brought, while nothing was written about the person
}


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("ens.")]


def owned() -> list[type[models.Model]]:
    known = NOT_OWNED.keys() | REFERENCE
    return [model for model in ours() if model._meta.db_table not in known]


def table_of(model: type[models.Model]) -> tuple[str, str]:
    """Schema and name."""
    name = model._meta.db_table.replace('"', "")
    head, _, tail = name.rpartition(".")
    return head or "public", tail


OWNED = pytest.mark.parametrize("model", owned(), ids=lambda model: model._meta.label)


@pytest.fixture(scope="module")
def catalogue(database: Any) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database.owner) as found:
        yield found


def test_the_listed_exemptions_exist():
    tables = {model._meta.db_table for model in ours()}
    assert NOT_OWNED.keys() | REFERENCE <= tables


@OWNED
def test_the_key_of_a_usager_s_table_begins_with_the_usager(model):
    fields = [field.name for field in model._meta.pk_fields]
    assert fields[0] == "usager_id"
    assert len(fields) == 2 or model._meta.label in ("identity.Usager", "audit.Head")


@OWNED
def test_indexes_and_unique_constraints_begin_with_the_usager(model, catalogue):
    space, table = table_of(model)
    found = catalogue.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = %s AND tablename = %s", [space, table]
    ).fetchall()
    assert found, f"no table {space}.{table}"
    for name, definition in found:
        columns = re.search(r"USING \w+ \(([^)]*)\)", definition)
        assert columns and columns[1].split(",")[0].strip() == "usager_id", f"{name}: {definition}"


@OWNED
def test_foreign_keys_go_to_the_usager_to_reference_tables_or_stay_inside_one_usager(model, catalogue):
    space, table = table_of(model)
    rows = catalogue.execute(
        """SELECT c.conname, t.relname, pg_get_constraintdef(c.oid) FROM pg_constraint c
           JOIN pg_class t ON t.oid = c.confrelid
           WHERE c.contype = 'f' AND c.conrelid = (quote_ident(%s) || '.' || quote_ident(%s))::regclass""",
        [space, table],
    ).fetchall()
    for name, target, definition in rows:
        inside = definition.startswith("FOREIGN KEY (usager_id, ") and "(usager_id, id)" in definition
        assert target == "identity_usager" or target in REFERENCE or inside, f"{name}: {definition}"


@OWNED
def test_the_row_policy_is_the_one_helper_s(model, catalogue):
    space, table = table_of(model)
    enabled = catalogue.execute(
        "SELECT relrowsecurity FROM pg_class WHERE oid = (quote_ident(%s) || '.' || quote_ident(%s))::regclass",
        [space, table],
    ).fetchone()
    assert enabled == (True,)
    policies = catalogue.execute(
        "SELECT policyname, roles, qual, with_check FROM pg_policies WHERE schemaname = %s AND tablename = %s",
        [space, table],
    ).fetchall()
    by_name = {name: (roles, plain(qual), plain(check)) for name, roles, qual, check in policies}
    wanted = plain(schema.POLICY)
    assert by_name.pop("un_usager") == (["ens_web"], wanted, wanted)
    if table in BATCH:
        rows = plain(BATCH[table])
        assert by_name.pop("par_lots") == (["ens_batch"], rows, rows)
    assert by_name == {}


def plain(expression: str) -> str:
    """Without the casts, brackets and case the catalogue adds."""
    return re.sub(r"::text|[()\s]", "", expression).lower()


def test_batches_see_nothing_of_the_record_messages_or_keys(catalogue):
    seen = catalogue.execute(
        """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
             AND has_table_privilege('ens_batch', c.oid, 'SELECT, INSERT, UPDATE, DELETE')"""
    ).fetchall()
    clinical = ("record_", "messaging_", "audit_auditline", "audit_head", "usager_key", "lot_key", "identity_contact")
    allowed = REFERENCE | {"messaging_operator"}
    assert [name for _, name in seen if name.startswith(clinical) and name not in allowed] == []


def test_the_trace_can_only_be_added_to(catalogue):
    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        row = catalogue.execute("SELECT has_table_privilege('ens_web', 'audit_auditline', %s)", [right]).fetchone()
        assert row == (False,), right


def test_no_running_role_owns_bypasses_or_makes_anything(catalogue):
    rows = catalogue.execute(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname LIKE 'ens%'"
    ).fetchall()
    assert {row[0] for row in rows} == {"ens_owner", "ens_web", "ens_batch"}
    assert not any(any(row[1:]) for row in rows)
    owners = catalogue.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'cles')")
    assert owners.fetchall() == [("ens_owner",)]


def test_no_trigger_on_our_tables(catalogue):
    rows = catalogue.execute(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    ).fetchall()
    assert [name for (name,) in rows if not name.startswith(deployment.LIBRARY_TABLES)] == []


def test_no_generic_foreign_key_and_no_public_sequence():
    for model in ours():
        kinds = {type(field).__name__ for field in (*model._meta.get_fields(), *model._meta.private_fields)}
        assert "GenericForeignKey" not in kinds, model._meta.label
        if issubclass(model, UsagerOwned):
            assert model._meta.get_field("id").get_internal_type() == "UUIDField"


@OWNED
def test_outside_a_unit_ens_web_finds_nothing(model, people):
    """With people registered, their spaces opened and their lines written."""
    people.usager()
    assert connection.settings_dict["USER"] == "ens_web"
    assert model.objects.count() == 0


def test_a_row_of_another_usager_cannot_be_written(people):
    person = people.usager()
    with psycopg.connect(**login()) as web:
        web.execute(f"SET LOCAL ens.usager = '{uuid.uuid4()}'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(
                "INSERT INTO identity_contact (usager_id, id, kind, sealed_value, since) "
                "VALUES (%s, %s, 'email', '', now())",
                [person.usager_id, uuid.uuid4()],
            )


def login() -> dict[str, Any]:
    given = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    return {name: given[setting] for name, setting in names.items()}
