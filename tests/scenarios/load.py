"""Clients that file, write and answer, each sending a thing again until it is acknowledged, as real ones do.

What was acknowledged, what was answered meanwhile, and then what is really there, read back through the faces.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import smtplib
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import psycopg

from tests.interop.fhir.builders import provide_bundle
from tests.messaging.mails import mail
from tests.scenarios.conftest import Operator, Software, Space, Visitor, until

HOSPITAL, SENDER = "hopital.mss.example", "christelle.thomas@hopital.mss.example"
CUT = (OSError, http.client.HTTPException, smtplib.SMTPServerDisconnected)
OK = "ok"
# what a client may hear while something is down: nothing at all, or that it may try again
BEARABLE = ("cut ", "503 ", "451 ", "421 ")
PATIENCE_S = 90  # of a busy machine; a test that waits that long is about to fail


def pdf() -> bytes:
    """Twenty kilobytes like no other."""
    return b"%PDF-1.4\n" + random.randbytes(20_000) + b"\n%%EOF\n"


def title() -> str:
    return f"Charge {uuid4().hex}"


@dataclass
class Client:
    """``send`` says ``ok``, or what it heard: ``503 stockage_indisponible``, ``cut URLError``…"""

    send: Callable[[str, bytes], str]
    acknowledged: dict[str, bytes] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def tries(self, name: str, data: bytes) -> str:
        answer = self.send(name, data)
        if answer == OK:
            self.acknowledged[name] = data
        else:
            self.refusals.append(answer)
        return answer

    def insists(self, name: str, data: bytes) -> None:
        """Send it again until it is acknowledged."""
        deadline = time.monotonic() + PATIENCE_S
        while self.tries(name, data) != OK:
            assert time.monotonic() < deadline, self.refusals[-5:]
            time.sleep(0.1)


class Load:
    """A practice software that files, an operator that writes, and Inaya who answers; all to the same space."""

    def __init__(self, space: Space, contents: Callable[[], set[str]] | None = None) -> None:
        """``contents``: the names of those of the store, when it is not the folder of the space."""
        self.space = space
        self._contents = contents or (lambda: {path.name for path in (space.data / "contenus").glob("??/*")})
        self.who = space.one("usagers", "inaya")
        self.documents, self.messages, self.replies = (
            Client(self._filing()),
            Client(self._writing()),
            Client(self._replying()),
        )
        self._faults: list[BaseException] = []
        self._first = f"<{uuid4().hex}@hopital.mss.example>"
        self._begin_thread()

    @property
    def clients(self) -> tuple[Client, Client, Client]:
        return self.documents, self.messages, self.replies

    def _begin_thread(self) -> None:
        subject = f"Charge {uuid4().hex[:8]}"
        first = mail(self.who["address"], sender=SENDER, subject=subject, message_id=self._first)
        Operator(self.space, HOSPITAL).send(SENDER, self.who["address"], first)
        listed = Visitor(self.space, "inaya").get("/messages/")
        found = re.search(r'href="(/messages/[0-9a-f-]{36}/)"(?:(?!</li>).)*' + subject, listed, re.DOTALL)
        assert found, "the message is listed"
        self.thread = found.group(1)

    @contextmanager
    def running(self) -> Iterator[Load]:
        """All at once until the end of the block; then each insists until its last thing is acknowledged."""
        stop = threading.Event()
        workers = [threading.Thread(target=self._repeat, args=(client, stop)) for client in self.clients]
        for worker in workers:
            worker.start()
        try:
            yield self
        finally:
            stop.set()
            for worker in workers:
                worker.join(PATIENCE_S + 30)
        assert self._faults == []
        assert not any(worker.is_alive() for worker in workers)

    def _repeat(self, client: Client, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                client.insists(title(), pdf())
                time.sleep(0.1)  # each is read again at the end
        except BaseException as error:  # a thread's own fault fails the test, not the thread alone
            self._faults.append(error)
            raise

    def progress(self) -> None:
        """Wait until each client had more acknowledged."""
        wanted = [(one, len(one.acknowledged) + 2) for one in self.clients]
        assert until(
            lambda: self._faults or all(len(one.acknowledged) >= count for one, count in wanted), PATIENCE_S
        ), [one.refusals[-5:] for one, _ in wanted]
        assert self._faults == []

    def _filing(self) -> Callable[[str, bytes], str]:
        software: list[Software] = []
        bundles: dict[str, dict[str, Any]] = {}

        def send(name: str, data: bytes) -> str:
            if name not in bundles:
                bundles.clear()
                bundles[name] = provide_bundle(data, matricule=self.who["matricule"], oid=self.who["oid"], title=name)
            try:
                if not software:
                    software.append(Software(self.space, "professionals", "dupond"))
                status, answer = software[0].call("", bundles[name])
            except CUT as error:
                return f"cut {type(error).__name__}"
            return OK if status == 200 else f"{status} {answer['issue'][0]['details']['coding'][0]['code']}"

        return send

    def _writing(self) -> Callable[[str, bytes], str]:
        operator = Operator(self.space, HOSPITAL)
        mails: dict[str, bytes] = {}

        def send(name: str, data: bytes) -> str:
            if name not in mails:
                mails.clear()
                files = ((f"{name}.pdf", "application/pdf", data),)
                mails[name] = mail(
                    self.who["address"], sender=SENDER, subject=name, files=files, in_reply_to=self._first
                )
            try:
                operator.send(SENDER, self.who["address"], mails[name])
            except smtplib.SMTPRecipientsRefused as refusal:
                code, words = next(iter(refusal.recipients.values()))
            except smtplib.SMTPResponseException as refusal:
                code, words = refusal.smtp_code, refusal.smtp_error
            except CUT as error:
                return f"cut {type(error).__name__}"
            else:
                return OK
            return f"{code} {words.split(b':')[0].decode()}"

        return send

    def _replying(self) -> Callable[[str, bytes], str]:
        """The same form again until a page says that it left: its token makes it once."""
        visitors: list[Visitor] = []
        forms: dict[str, str] = {}

        def send(name: str, data: bytes) -> str:
            try:
                if not visitors:
                    visitors.append(Visitor(self.space, "inaya"))
                if name not in forms:
                    forms.clear()
                    forms[name] = visitors[0].get(self.thread)
                visitors[0].submit(forms[name], self.thread + "repondre/", {"corps": name})
            except urllib.error.HTTPError as error:
                with error:
                    return heading(error)
            except CUT as error:
                return f"cut {type(error).__name__}"
            return OK

        return send

    # -- what is there -----------------------------------------------------------------------------------------
    def is_read_back(self, space: Space) -> None:
        """Everything acknowledged here is in that space once, to the byte; nothing else is."""
        for there, client in (
            (self.documents_there("Charge ", space), self.documents),
            (self._files(space), self.messages),
        ):
            found, acknowledged = Counter(name for name, _ in there), Counter(client.acknowledged.keys())
            assert found == acknowledged, (found - acknowledged, acknowledged - found, client.refusals[-5:])
            assert dict(there) == client.acknowledged
        assert Counter(self._replies(space)) == Counter(self.replies.acknowledged.keys())

    def reconcile(self) -> None:
        """Everything acknowledged is there once, to the byte, with its trace; nothing else is."""
        self.is_read_back(self.space)
        assert until(self._all_delivered, PATIENCE_S)
        # what a worker killed between the operator's 250 and its own record sends again is the same message
        assert len(set(self._delivered())) == len(self.replies.acknowledged)
        assert gaps(self.space) == []
        assert untraced(self.space) == []
        assert without_content(self.space, self._contents()) == []
        for client in self.clients:
            for answer in client.refusals:
                assert answer.startswith(BEARABLE), answer

    def documents_there(self, word: str, space: Space | None = None) -> list[tuple[str, bytes]]:
        """Title and bytes of each of Inaya's documents whose title begins so, through FHIR."""
        software = Software(space or self.space, "professionals", "dupond")
        found = []
        path = f"DocumentReference?patient.identifier=urn:oid:{self.who['oid']}|{self.who['matricule']}&_count=200"
        while path:
            status, bundle = software.call(path)
            assert status == 200, bundle
            for entry in bundle.get("entry", []):
                attachment = entry["resource"]["content"][0]["attachment"]
                if attachment["title"].startswith(word):
                    found.append((attachment["title"], software.content(attachment["url"])))
            following = [link["url"] for link in bundle.get("link", []) if link["relation"] == "next"]
            path = following[0].partition("/fhir/")[2] if following else ""
        return found

    def _files(self, space: Space) -> list[tuple[str, bytes]]:
        """Name and bytes of each file of the thread, through the pages."""
        visitor = Visitor(space, "inaya")
        piece = r'href="(/messages/pieces/[0-9a-f-]{36}/)"[^>]*>(?:(?!</a>).)*?(Charge [0-9a-f]{32})'
        pieces = dict(re.findall(piece, visitor.get(self.thread), re.DOTALL))
        return [(name, visitor.bytes_of(path)) for path, name in pieces.items()]

    def _replies(self, space: Space) -> list[str]:
        """Each reply that the thread shows."""
        shown = r"ens-message__corps--brut\">(Charge [0-9a-f]{32})<"
        return re.findall(shown, Visitor(space, "inaya").get(self.thread))

    def _all_delivered(self) -> bool:
        """What a killed worker had taken comes due again after a minute: brought forward."""
        with owner(self.space) as connection:
            connection.execute("UPDATE persistence_outboxrow SET due_at = now()")
        return {text for text, _ in self._delivered()} == set(self.replies.acknowledged)

    def _delivered(self) -> list[tuple[str, str]]:
        """Text and Message-ID of each message that the operator received from Inaya."""
        found = []
        for data in Operator(self.space, HOSPITAL).received():
            letter = message_from_bytes(data, policy=policy.default)
            body = letter.get_body()
            text = body.get_content().strip() if body else ""
            if text.startswith("Charge "):
                found.append((text, str(letter["Message-ID"])))
        return found


def heading(error: urllib.error.HTTPError) -> str:
    """The status and the title of the page that says it."""
    words = re.search(r"<h1[^>]*>(.*?)</h1>", error.read().decode(), re.DOTALL)
    assert words, "a page"
    return f"{error.code} {words.group(1).strip()}"


def pid(space: Space, part: str) -> int:
    return int((space.data / "run" / f"{part}.pid").read_text())


def health(space: Space) -> tuple[int, dict[str, str]]:
    """The status and the parts, as an operator on the machine reads them; nothing when nobody answers."""
    try:
        with urllib.request.urlopen(space.contract["base_url"] + "/healthz", timeout=10) as answer:
            return answer.status, json.load(answer)["parts"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["parts"]
    except CUT:
        return 0, {}


def owner(space: Space) -> psycopg.Connection[Any]:
    """The database as its owner sees it, past every row policy."""
    base = space.data / "base"
    password, port = (base / "mots-de-passe" / "ens_owner").read_text(), (base / "port").read_text()
    return psycopg.connect(f"postgresql://ens_owner:{password}@127.0.0.1:{port}/ens", autocommit=True)


def _rows(space: Space, statement: str) -> list[Any]:
    with owner(space) as connection:
        return connection.execute(statement).fetchall()


def contents_named(space: Space) -> set[str]:
    """The contents that rows name; one that an abandoned deposit left is none of them."""
    from ens.cli.backup.contents import REFERENCES

    named = (f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL" for table, column in REFERENCES.items())
    return {key.hex for (key,) in _rows(space, " UNION ".join(named))}


def gaps(space: Space) -> list[Any]:
    """Usagers whose trace is not numbered from 1 to its head."""
    return _rows(
        space,
        "SELECT h.usager_id, h.seq, count(l.seq), min(l.seq), max(l.seq) FROM audit_head h "
        "LEFT JOIN audit_auditline l USING (usager_id) GROUP BY 1, 2 "
        "HAVING h.seq <> count(l.seq) OR coalesce(max(l.seq), 0) <> h.seq OR coalesce(min(l.seq), 1) <> 1",
    )


def untraced(space: Space) -> list[Any]:
    """Documents and messages whose arrival left no line of its own."""
    return _rows(
        space,
        "SELECT o.id FROM (SELECT usager_id, id FROM record_document UNION ALL SELECT usager_id, id "
        "FROM messaging_message WHERE NOT is_system) o WHERE NOT EXISTS (SELECT FROM audit_auditline l "
        "WHERE l.usager_id = o.usager_id AND l.object_id = o.id AND l.outcome = 'fait' AND l.event IN "
        "('document_depose', 'document_ajoute', 'piece_enregistree', 'message_recu', 'message_envoye'))",
    )


def without_content(space: Space, contents: set[str]) -> list[Any]:
    """Rows whose sealed content is not in the store."""
    keys = _rows(
        space,
        "SELECT raw_id FROM messaging_message UNION ALL SELECT id FROM messaging_attachment "
        "UNION ALL SELECT binary_id FROM record_document",
    )
    return [key for (key,) in keys if key.hex not in contents]
