"""Puts many documents on record, in minutes: clones of spaces that were really opened and really filed.

    python benchmarks/fill.py --data DIR --usagers 2000 --content 2000 --list usagers.jsonl

What is true. Two usagers (one with contents of 50 kB, one of 2 kB) are opened by ``ens crowd`` and receive fifty
documents each by ITI-65 at the FHIR door, at dates spread over ten years. Every row those acts left, whatever its
table, is then written again for each new usager: a key of their own, wrapped by the master key; new ids everywhere,
inside the sealed FHIR bytes too; every sealed value opened and sealed again under their key and its own id; keyed
digests computed anew; a trace numbered from 1 whose head is right; locator rows; one content a document in the store,
sealed under the document's own key. The product reads, searches and adds to such a space like to any other, and
a sample is read through its services before the filler ends.

What is not. Rows come by COPY, with the owner's role, and contents are synced once at the end (``sync``), not one by
one. All spaces look alike: same titles, same dates, same two sets of PDF; fifty documents each; the birth date is the
first usager's. Current versions only, no messages. The rows of five hundred usagers are written interleaved,
first documents first, since a real record grows over years among others: the fifty documents of a usager are on fifty
pages of the table, not side by side.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

DOCUMENTS = 50
TOGETHER = 500  # usagers whose rows are interleaved
FIRST_RANK = 400_000  # far from those of ``ens crowd``
SAMPLE = 20
# Order of writing, for the foreign keys. A table that is not named here and holds a row stops the filler.
TABLES = (
    "identity_usager",
    "identity_matriculelookup",
    "identity_traitslookup",
    "identity_matricule",
    "cles.usager_key",
    "audit_head",
    "identity_medecintraitant",
    "enrolment_event",
    "access_autorisation",
    "persistence_locator",
    "record_submissionset",
    "record_document",
    "record_documentidentifier",
    "notifications_notice",
    "audit_auditline",
)
NOT_CLONED = {"enrolment_moved"}  # what the daily figures have still to count: the clones are in no figure
UUIDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UNIQUE_IDS = re.compile(rb"2\.25\.\d+")


@dataclass
class Table:
    name: str
    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(*self.name.split("."))

    def column(self, name: str) -> int:
        return self.columns.index(name)


@dataclass
class Template:
    """A usager's rows as they were filed, and what opens them."""

    usager_id: UUID
    matricule: str
    key: bytes
    tables: list[Table]
    contents: dict[UUID, bytes]  # by binary id, in clear
    traits: dict[str, Any]
    tokens: dict[bytes, str] = field(default_factory=dict)  # what is renewed inside the clear texts


# -- the template: really opened, really filed ------------------------------------------------------------------
def make_template(data: Path, size: int) -> Template:
    """A usager with fifty documents of that size, filed at the FHIR door; found again when it was made already."""
    kept = data.parent / f"modele-{size}.txt"
    if not kept.exists():
        line = _one_more(data)
        _file(data, line, size)
        kept.write_text(line)
    return _read(data, kept.read_text())


def _one_more(data: Path) -> str:
    from ens.demonstration.crowd import make

    path = data / "crowd.txt"
    make(1, path)
    return path.read_text().split()[-1]


def _file(data: Path, line: str, size: int) -> None:
    import http.client

    from fhir_bench import pdf, pdsm_bundle

    demo = json.loads((data / "demo.json").read_text())
    doctor = next(one for one in demo["professionals"] if one["key"] == "dupond")
    base, token = urlsplit(demo["fhir_base"]), urlsplit(demo["token_url"])
    connection = http.client.HTTPConnection(base.hostname or "", base.port)
    given = {"grant_type": "client_credentials"} | {name: doctor[name] for name in ("client_id", "client_secret")}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", token.path, urlencode(given), form)
    bearer = json.loads(connection.getresponse().read())["access_token"]
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/fhir+json"}
    first = datetime.fromisoformat("2016-01-04T10:11:12+01:00")
    for rank in range(DOCUMENTS):
        when = (first + timedelta(days=75 * rank)).isoformat()
        connection.request("POST", base.path, json.dumps(pdsm_bundle(line, pdf(size), when=when)), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"Le modèle n'a pas pu être déposé : {answer.status} {body[:300]!r}")


def _read(data: Path, line: str) -> Template:
    from ens.coffre import keyring, store
    from ens.coffre.services import CONTENT, Sealer
    from ens.identity.queries import find_usager

    matricule = line.split("|")[1]
    found = find_usager(matricule)
    assert found is not None
    usager_id = found.usager_id
    with psycopg.connect(owner(data)) as connection:
        for _ in range(600):  # the worker sends the last notices, then nothing more is due
            waiting = "SELECT count(*) FROM persistence_outboxrow WHERE usager_id = %s"
            left = connection.execute(waiting, [usager_id]).fetchone()
            connection.commit()
            if left == (0,):
                break
            time.sleep(0.1)
        names = [name for name in _tables_of_usagers(connection) if name not in NOT_CLONED]
        tables = [_table(connection, name, usager_id) for name in names]
    strangers = [table.name for table in tables if table.rows and table.name not in TABLES]
    if strangers:
        raise SystemExit(f"Ce remplissage ne connaît pas {', '.join(strangers)} : complétez benchmarks/fill.py.")
    tables = sorted((table for table in tables if table.rows), key=lambda table: TABLES.index(table.name))
    by_name = {table.name: table for table in tables}
    keys = by_name["cles.usager_key"]
    row = keys.rows[0]
    key = keyring.unwrap(row[keys.column("master")], row[keys.column("wrapped")])
    seal = Sealer(usager_id, row[keys.column("version")], key)
    documents = by_name["record_document"]
    binaries = [one[documents.column("binary_id")] for one in documents.rows]
    contents = {binary: seal.open(CONTENT, binary, store.get(binary)) for binary in binaries}
    people = by_name["identity_usager"]
    traits = seal.open_json("identite", usager_id, people.rows[0][people.column("sealed_traits")])
    return Template(usager_id, matricule, key, tables, contents, traits)


def owner(data: Path) -> str:
    """The owner's address of an embedded database: COPY is not given to a role bound by row policies."""
    from ens.cli.postgres import EmbeddedPostgres

    return EmbeddedPostgres(data / "base").urls.owner


def _tables_of_usagers(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute(
        "SELECT c.table_schema, c.table_name FROM information_schema.columns c "
        "JOIN information_schema.tables t USING (table_schema, table_name) WHERE c.column_name = 'usager_id' "
        "AND c.table_schema IN ('public', 'cles') AND t.table_type = 'BASE TABLE' ORDER BY 1, 2"
    ).fetchall()
    names = [name if schema == "public" else f"{schema}.{name}" for schema, name in found]
    return [name for name in names if name != "persistence_outboxrow"]


def _table(connection: psycopg.Connection[Any], name: str, usager_id: UUID) -> Table:
    identifier = sql.Identifier(*name.split("."))
    types = connection.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [name],
    ).fetchall()
    columns = [column for column, _ in types]
    query = sql.SQL("SELECT {} FROM {} WHERE usager_id = %s ORDER BY 2").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), identifier
    )
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(query, [usager_id]).fetchall()
    return Table(name, columns, [kind.replace("character varying", "varchar") for _, kind in types], rows)


# -- what changes from one usager to the next -------------------------------------------------------------------
class New:
    """A new usager's own values: ids, identifiers, key."""

    def __init__(self, template: Template, ids: list[UUID], rank: int) -> None:
        from ens.coffre import keyring
        from ens.coffre.services import Sealer
        from ens.demonstration.crowd import matricule
        from ens.kernel.ids import new_id

        self.ids = {old: new_id() for old in ids}
        self.usager_id = self.ids[template.usager_id]
        self.matricule = matricule(FIRST_RANK + rank)
        self.birth_name = f"{template.traits['birth_name']} {_letters(rank)}"
        key = os.urandom(32)
        self.wrapped = keyring.wrap(key)
        self.seal = Sealer(self.usager_id, 1, key)
        self.words: dict[bytes, bytes] = {template.matricule.encode(): self.matricule.encode()}
        for token, kind in template.tokens.items():
            if kind == "unique":
                self.words[token] = f"2.25.{uuid4().int}".encode()
            elif kind == "id":
                self.words[token] = str(self.ids[UUID(token.decode())]).encode()


def _letters(rank: int) -> str:
    """A name of its own for each rank: two people of the same traits would be doubted to be one."""
    found = ""
    for _ in range(5):
        rank, place = divmod(rank, 26)
        found += chr(ord("A") + place)
    return found


Change = Callable[[New], Any]


def plan(template: Template) -> list[tuple[Table, list[tuple[tuple[Any, ...], list[tuple[int, Change]]]]]]:
    """For each table and row: the columns that change, and how."""
    from ens.coffre.services import Sealer

    seal = Sealer(template.usager_id, 1, template.key)
    ids = known_ids(template)
    texts = _Texts(template, ids)
    planned = []
    for table in template.tables:
        rows = []
        for row in table.rows:
            changes: list[tuple[int, Change]] = []
            for place, (column, kind) in enumerate(zip(table.columns, table.types, strict=True)):
                value = row[place]
                if kind == "uuid" and value in ids:
                    changes.append((place, lambda new, value=value: new.ids[value]))
                elif kind == "bytea" and value is not None:
                    changes.append((place, _bytes(template, table, row, column, seal, texts)))
                elif table.name == "identity_traitslookup" and column == "digest":
                    changes.append((place, lambda new: _traits_digest(template, new)))
                elif column == "master" and table.name == "cles.usager_key":
                    changes.append((place, lambda new: new.wrapped[0]))
            rows.append((row, changes))
        planned.append((table, rows))
    return planned


def known_ids(template: Template) -> list[UUID]:
    """Every id of ours in these rows: those that the locator or a primary key names, and their like."""
    own = {"usager_id", "id", "logical_id", "set_id", "binary_id", "document_id", "key"}
    found: dict[UUID, None] = {template.usager_id: None}
    for table in template.tables:
        for place, column in enumerate(table.columns):
            if column in own and table.types[place] == "uuid":
                found.update(dict.fromkeys(row[place] for row in table.rows if row[place] is not None))
    return sorted(found)


class _Texts:
    """Clear texts cut at what is renewed, so that a clone's is one join."""

    def __init__(self, template: Template, ids: list[UUID]) -> None:
        self.template, self.ids = template, set(ids)

    def cut(self, text: bytes) -> list[bytes]:
        """Literals and tokens, alternately: tokens at odd places."""
        tokens = [template_word for template_word in (self.template.matricule.encode(),) if template_word in text]
        for token in dict.fromkeys(UUIDS.findall(text)):
            if UUID(token.decode()) in self.ids:
                self.template.tokens[token] = "id"
                tokens.append(token)
        for token in dict.fromkeys(UNIQUE_IDS.findall(text)):
            self.template.tokens[token] = "unique"
            tokens.append(token)
        if not tokens:
            return [text]
        longest_first = sorted(map(re.escape, tokens), key=len, reverse=True)
        return re.split(b"(" + b"|".join(longest_first) + b")", text)


def _traits(template: Template, new: New) -> dict[str, Any]:
    return template.traits | {"matricule": new.matricule, "birth_name": new.birth_name}


def _traits_digest(template: Template, new: New) -> int:
    from ens.coffre.keyring import search_key
    from ens.identity.population.reading import traits_digest

    person = _traits(template, new)
    names = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
    return traits_digest(search_key(), *(person[name] for name in names))


def _joined(parts: list[bytes], new: New) -> bytes:
    return b"".join(new.words[part] if place % 2 else part for place, part in enumerate(parts))


def _bytes(
    template: Template, table: Table, row: tuple[Any, ...], column: str, seal: Any, texts: _Texts
) -> Change:
    """A sealed value, a keyed digest or a wrapped key. One that is none of those known stops the filler."""
    from ens.audit.ledger import PURPOSE, line_id
    from ens.coffre.keyring import digest
    from ens.identity.queries import MATRICULE
    from ens.record.digests import author_digest, content_digest, unique_digest

    def at(name: str) -> Any:
        return row[table.column(name)]

    def sealed(purpose: str, object_id: UUID, version: int = 1) -> Change:
        parts = texts.cut(seal.open(purpose, object_id, at(column), version))
        return lambda new: new.seal.seal(purpose, new.ids[object_id], _joined(parts, new), version)

    def unique(known: Iterable[bytes]) -> Change:
        for token in known:
            if unique_digest(template.usager_id, token.decode()) == at(column):
                return lambda new: unique_digest(new.usager_id, new.words[token].decode())
        raise SystemExit(f"{table.name}.{column} : aucun identifiant connu n'a cette empreinte.")

    where = f"{table.name}.{column}"
    if where == "identity_usager.sealed_traits":
        return lambda new: new.seal.seal_json("identite", new.usager_id, _traits(template, new))
    if where in ("identity_matriculelookup.digest", "identity_matricule.digest"):
        return lambda new: digest(MATRICULE, new.matricule)
    if where == "identity_matricule.sealed_value":
        return sealed("matricule", at("id"))
    if where == "cles.usager_key.wrapped":
        return lambda new: new.wrapped[1]
    if where == "record_document.sealed_card":
        return sealed("document", at("id"))
    if where == "record_document.sealed_resource":
        return sealed("fhir", at("id"), at("meta_version"))
    if where == "record_submissionset.sealed_resource":
        return sealed("fhir", at("id"))
    if where == "record_document.content_digest":
        data = template.contents[at("binary_id")]
        return lambda new: content_digest(new.usager_id, data)
    if where == "record_document.declared_author_digest":
        for code in at("codes"):
            rpps = code.removeprefix("author|")
            if author_digest(template.usager_id, rpps) == at(column):
                return lambda new: author_digest(new.usager_id, rpps)
    if where in ("record_submissionset.unique_id_digest", "record_documentidentifier.digest"):
        return unique([token for token, kind in template.tokens.items() if kind == "unique"])
    if where == "audit_auditline.sealed":
        seq = at("seq")
        parts = texts.cut(seal.open(PURPOSE, line_id(template.usager_id, seq), at(column)))
        return lambda new: new.seal.seal(PURPOSE, line_id(new.usager_id, seq), _joined(parts, new))
    raise SystemExit(f"Ce remplissage ne sait pas refaire {where} : complétez benchmarks/fill.py.")


# -- writing --------------------------------------------------------------------------------------------------------
def write(data: Path, size: int, first: int, number: int) -> list[dict[str, Any]]:
    """Clone so many usagers, from that rank on; what a load needs to know of each."""
    from ens.coffre.services import CONTENT
    from ens.standards.ins import OID_TEST

    template = make_template(data, size)
    # Documents and sets first: their clear texts name the unique ids whose digests other rows keep.
    template.tables.sort(key=lambda table: table.name not in ("record_document", "record_submissionset"))
    for table in template.tables:
        _learn(template, table)
    template.tables.sort(key=lambda table: TABLES.index(table.name))
    planned, ids = plan(template), known_ids(template)
    documents = next(table for table in template.tables if table.name == "record_document")
    binaries = [row[documents.column("binary_id")] for row in documents.rows]
    keys = [row[documents.column("id")] for row in documents.rows]
    folder = Path(os.environ["ENS_STORE"])
    told = []
    with psycopg.connect(owner(data), autocommit=False) as connection:
        for start in range(first, first + number, TOGETHER):
            group = [New(template, ids, rank) for rank in range(start, min(start + TOGETHER, first + number))]
            for table, rows in planned:
                _copy(connection, table, rows, group)
            connection.commit()
            for new in group:
                for binary in binaries:
                    name = new.ids[binary].hex
                    path = folder / name[-2:] / name
                    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
                    os.write(descriptor, new.seal.seal(CONTENT, new.ids[binary], template.contents[binary]))
                    os.close(descriptor)
                told.append(
                    {
                        "ins": f"{OID_TEST}|{new.matricule}",
                        "usager": str(new.usager_id),
                        "documents": [str(new.ids[key]) for key in keys],
                        "binaries": [str(new.ids[binary]) for binary in binaries],
                    }
                )
    return told


def _learn(template: Template, table: Table) -> None:
    """Note the unique ids named in a table's clear texts."""
    from ens.coffre.services import Sealer

    if table.name not in ("record_document", "record_submissionset"):
        return
    seal = Sealer(template.usager_id, 1, template.key)
    version = table.columns.index("meta_version") if "meta_version" in table.columns else None
    for row in table.rows:
        at = row[version] if version is not None else 1
        text = seal.open("fhir", row[table.column("id")], row[table.column("sealed_resource")], at)
        template.tokens.update(dict.fromkeys(UNIQUE_IDS.findall(text), "unique"))


def _copy(
    connection: psycopg.Connection[Any],
    table: Table,
    rows: list[tuple[tuple[Any, ...], list[tuple[int, Change]]]],
    group: list[New],
) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(table.identifier, columns)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(table.types)
        for row, changes in rows:
            for new in group:
                cloned = list(row)
                for place, change in changes:
                    cloned[place] = change(new)
                copy.write_row(cloned)


# -- checking -------------------------------------------------------------------------------------------------------
def check(data: Path, told: list[dict[str, Any]]) -> None:
    """Read a sample through the services, and every trace's number against its head. Errors: SystemExit."""
    from ens.audit.queries import history
    from ens.audit.types import HistoryFilter
    from ens.identity import actors
    from ens.identity import queries as identity
    from ens.kernel.actor import Actor, ActorKind
    from ens.record import services as record
    from ens.record.types import ReferenceQuery

    demo = json.loads((data / "demo.json").read_text())
    rpps = next(one["rpps"] for one in demo["professionals"] if one["key"] == "dupond")
    doctor = actors.professional_actor(identity.professional(rpps), client_id="mesure")
    for one in random.Random(1).sample(told, min(SAMPLE, len(told))):
        usager_id = UUID(one["usager"])
        found = record.find_references(usager_id, ReferenceQuery(statuses=("current",)), by=doctor)
        if found.total != DOCUMENTS or any(one["usager"].encode() not in raw for raw in found.resources):
            raise SystemExit(f"Un espace rempli ne se lit pas : {found.total} documents trouvés.")
        record.read_binary(UUID(one["binaries"][-1]), by=doctor)
        person = Actor(ActorKind.USAGER, "mesure", "Personne de la foule", usager_id=usager_id)
        lines = history(usager_id, HistoryFilter(limit=2 * DOCUMENTS), by=person).lines
        if not {UUID(key) for key in one["documents"]} <= {line.object_id for line in lines if line.sentence}:
            raise SystemExit("L'historique d'un espace rempli ne dit pas tous ses dépôts.")
    with psycopg.connect(owner(data)) as connection:
        wrong = connection.execute(
            "SELECT count(*) FROM audit_head h WHERE seq <> (SELECT coalesce(max(l.seq), 0) FROM audit_auditline l "
            "WHERE l.usager_id = h.usager_id)"
        ).fetchone()
    if wrong != (0,):
        raise SystemExit(f"{wrong} têtes de trace ne disent pas leur dernière ligne.")


def enter(data: Path) -> None:
    os.environ.update(json.loads((data / "run" / "environnement.json").read_text()))
    import django

    django.setup()


def _part(arguments: tuple[Path, int, int, int]) -> list[dict[str, Any]]:
    data, size, first, number = arguments
    sys.path.insert(0, str(Path(__file__).parent))
    enter(data)
    return write(data, size, first, number)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of a running demonstration")
    parser.add_argument("--usagers", type=int, required=True)
    parser.add_argument("--content", type=int, default=2_000, help="bytes of each document's content")
    parser.add_argument("--list", type=Path, required=True, help="what was made is added here, one JSON a line")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    data = options.data.absolute()
    began = time.monotonic()
    enter(data)
    make_template(data, options.content)
    for number in range(256):
        (Path(os.environ["ENS_STORE"]) / f"{number:02x}").mkdir(mode=0o755, exist_ok=True)
    first = len(options.list.read_text().splitlines()) if options.list.exists() else 0
    share = -(-options.usagers // options.processes)
    parts = [
        (data, options.content, first + start, min(share, options.usagers - start))
        for start in range(0, options.usagers, share)
    ]
    with multiprocessing.get_context("spawn").Pool(len(parts)) as pool:
        told = [one for part in pool.map(_part, parts) for one in part]
    os.sync()
    check(data, told)
    with options.list.open("a") as out:
        out.writelines(json.dumps(one) + "\n" for one in told)
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"usagers": len(told), "documents": DOCUMENTS * len(told), "seconds": seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
