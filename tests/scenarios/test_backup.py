"""A space saved while it works, made again elsewhere, and read there; its keys apart."""

from __future__ import annotations

import json
import re
import smtplib
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from tests.interop.fhir.builders import provide_bundle
from tests.messaging.mails import mail
from tests.scenarios.conftest import Operator, Software, Space, Visitor, started_on, until
from tests.seaweed import Seaweed

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(300)]
OPERATOR, SENDER = "hopital.mss.example", "christelle.thomas@hopital.mss.example"
WHOSE = "aidante"  # nobody else's scenario is about them
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Mot (hypothyroidie) >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


@dataclass
class Saved:
    """A backup made under load, and what had been acknowledged before it began."""

    folder: Path
    report: dict[str, object]
    documents: dict[str, bytes] = field(default_factory=dict)  # id, content
    subjects: list[str] = field(default_factory=list)
    deleted: str = ""  # oid|matricule of who asked for it after the backup
    neighbour: str = ""

    @property
    def backup(self) -> Path:
        return self.folder / "sauvegarde"

    @property
    def keys(self) -> Path:
        return self.folder / "sauvegarde-cles"


class Load:
    """Software and operators that never stop; what was acknowledged is remembered."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._who = space.one("usagers", WHOSE)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._file, self._file, self._write)]
        self.documents: dict[str, bytes] = {}
        self.subjects: list[str] = []

    def _file(self) -> None:
        software = Software(self._space, "professionals", "dupond")
        while not self._stop.is_set():
            title = f"Courrier {uuid4().hex[:10]}"
            data = PDF + title.encode()
            who = {"matricule": self._who["matricule"], "oid": self._who["oid"]}
            status, answer = software.call("", provide_bundle(data, title=title, **who))
            assert status == 200, answer
            filed = answer["entry"][1]["response"]["location"].rsplit("DocumentReference/")[-1].split("/")[0]
            self.documents[filed] = data

    def _write(self) -> None:
        operator = Operator(self._space, OPERATOR)
        while not self._stop.is_set():
            subject = f"Nouvelles {uuid4().hex[:10]}"
            file = (f"{subject}.pdf", "application/pdf", PDF + subject.encode())
            operator.send(
                SENDER,
                self._who["address"],
                mail(self._who["address"], sender=SENDER, subject=subject, files=(file,)),
            )
            self.subjects.append(subject)
            self._stop.wait(0.5)  # the first page of conversations holds them all

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait_for_some(self) -> None:
        while len(self.documents) < 6 or len(self.subjects) < 3:
            assert all(thread.is_alive() for thread in self._threads)
            self._stop.wait(0.05)


@pytest.fixture(scope="module")
def saved(space: Space) -> Iterator[Saved]:
    with tempfile.TemporaryDirectory(prefix="ens-sauvegarde-") as folder:
        Path(folder).chmod(0o755)
        deleted, neighbour = two_more(space)
        with Load(space) as load:
            load.wait_for_some()
            documents, subjects = dict(load.documents), list(load.subjects)
            done = space.ens("backup", str(Path(folder) / "sauvegarde"), "--json")
            during = len(load.documents) - len(documents)
        assert done.returncode == 0, done.stderr
        assert during > 0, "deposits went on during the backup"
        kept = Saved(Path(folder), json.loads(done.stdout), documents, subjects, deleted, neighbour)
        delete(space, kept)
        yield kept


def two_more(space: Space) -> tuple[str, str]:
    """Two people with an open space and a document, nobody else's story is about."""
    assert space.ens("crowd", "2").returncode == 0
    made = (space.data / "crowd.txt").read_text().split()[-2:]
    software = Software(space, "professionals", "dupond")
    for one in made:
        oid, matricule = one.split("|")
        assert software.call("", provide_bundle(PDF, matricule=matricule, oid=oid))[0] == 200
    return made[0], made[1]


def delete(space: Space, saved: Saved) -> None:
    """As the operator does it, once the request is checked."""
    asked = saved.folder / "demandes.txt"
    asked.write_text(f"# demandes de novembre\n{saved.deleted}\n1.2.250.1.213.1.4.10|185057512345673\n")
    said = json.loads(space.ens("delete", str(asked), "--json").stdout)
    assert (said["found"], said["deleted"]) == (1, [])
    assert found(space, saved.deleted) == 1, "without --definitif nothing is done"
    said = json.loads(space.ens("delete", str(asked), "--definitif", "--json").stdout)
    assert [one["line"] for one in said["deleted"]] == [2]
    assert [one["line"] for one in said["refused"]] == [3]
    until(lambda: list((space.data / "suppressions").glob("*/*")))


def found(space: Space, who: str) -> int:
    """How many patients a doctor's software finds under this matricule."""
    status, bundle = Software(space, "professionals", "dupond").call(f"Patient?identifier=urn:oid:{who}")
    assert status == 200
    return len(bundle.get("entry", []))


@pytest.fixture(scope="module")
def restored(space: Space, saved: Saved, seaweedfs: Seaweed) -> Iterator[Space]:
    """On another machine, and its contents in a store of objects, where the space had them in its folder."""
    elsewhere = saved.folder / "ailleurs"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    own = seaweedfs.settings("restaure")
    done = Space(elsewhere / "var", {}, settings=own).ens("restore", str(saved.backup), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["mode"], told["deleted_again"], told["ledgers_not_reached"]) == ("demonstration", 1, [])
    with started_on(elsewhere, settings=own) as running:
        yield running
    assert not (elsewhere / "var" / "contenus").exists()


def titles_of(space: Space, key: str) -> set[str]:
    """Of everything that Docteur Dupond's software finds."""
    who, software = space.one("usagers", key), Software(space, "professionals", "dupond")
    query = f"DocumentReference?patient.identifier=urn:oid:{who['oid']}|{who['matricule']}&_count=200"
    status, bundle = software.call(query)
    assert status == 200
    return {entry["resource"]["content"][0]["attachment"]["title"] for entry in bundle.get("entry", [])}


def test_the_backup_says_where_its_keys_are_and_that_nothing_is_lost(space, saved):
    assert Path(str(saved.report["keys"])).parent == saved.keys
    for path in (space.data / "secrets").iterdir():
        assert (saved.keys / "secrets" / path.name).read_bytes() == path.read_bytes()
    assert saved.report["lost_contents"] == []
    modes = {path.stat().st_mode & 0o077 for path in (*saved.keys.rglob("*"), *saved.backup.rglob("*"))}
    assert modes == {0}


def test_what_was_acknowledged_before_is_read_elsewhere_through_the_real_doors(saved, restored):
    software = Software(restored, "professionals", "dupond")
    for document, data in saved.documents.items():
        status, reference = software.call(f"DocumentReference/{document}")
        assert status == 200
        assert software.content(reference["content"][0]["attachment"]["url"]) == data

    visitor = Visitor(restored, WHOSE)
    threads = visitor.get("/messages/")
    for subject in saved.subjects:
        link = re.search(rf'href="(/messages/[0-9a-f-]{{36}}/)"(?:(?!</li>).)*{subject}', threads, re.DOTALL)
        assert link, "the conversation is listed"
        page = visitor.get(link.group(1))
        assert f"{subject}.pdf" in page
        piece = re.search(r'href="(/messages/pieces/[0-9a-f-]{36}/[^"]*)"', page)
        assert piece and visitor.bytes_of(piece.group(1)) == PDF + subject.encode()


def test_the_history_goes_on_without_a_gap(saved, restored):
    page = Visitor(restored, WHOSE).get("/historique/")
    assert "Docteur Dupond" in page
    assert any(subject in page for subject in saved.subjects) or "Courrier" in page


def test_choices_people_and_the_whole_story_are_there(space, restored):
    stable = ("usagers", "professionals", "establishments", "personas")
    assert {name: restored.contract[name] for name in stable} == {name: space.contract[name] for name in stable}
    assert titles_of(restored, "inaya") and titles_of(restored, "inaya") <= titles_of(space, "inaya")
    who = restored.one("usagers", "inaya")
    blocked = Software(restored, "professionals", "etienne")
    _, bundle = blocked.call(f"DocumentReference?patient.identifier=urn:oid:{who['oid']}|{who['matricule']}")
    assert bundle.get("entry", []) == []


def test_every_content_of_the_store_is_named_by_a_row_that_the_backup_follows(space, saved, tmp_path):
    """A table that names contents and is not followed would lose them: see ``contents.REFERENCES``."""
    done = space.ens("backup", str(tmp_path / "encore"), "--keys", str(tmp_path / "cles"), "--json")
    assert done.returncode == 0, done.stderr
    kept = {path.name for path in (tmp_path / "encore" / "contenus").glob("*/*")}
    assert {path.name for path in (space.data / "contenus").glob("*/*")} <= kept


def test_the_backup_tells_nothing_without_its_keys(space, saved):
    """Neither contents, nor titles, nor names, nor matricules; in the keys, nothing either."""
    who = space.one("usagers", WHOSE)
    secrets = [b"hypothyroidie", b"Courrier ", b"Nouvelles ", b"/Catalog", b"Inaya", b"INAYA", b"Dupond", b"DUPOND"]
    secrets += [who["matricule"].encode(), who["name"].encode(), SENDER.encode(), b"Votre demande"]
    master = (saved.keys / "secrets" / "maitresse-1").read_bytes()
    for path in (*saved.backup.rglob("*"), *saved.keys.glob("cles-*")):
        if path.is_file():
            held = path.read_bytes()
            assert [secret for secret in [*secrets, master] if secret in held] == [], path


@pytest.mark.feature("S115", "B05")
def test_who_was_deleted_since_does_not_come_back_and_the_neighbour_does(space, saved, restored):
    for one in (space, restored):
        assert [found(one, saved.deleted), found(one, saved.neighbour)] == [0, 1]
        refusals = []
        for who in (saved.deleted.partition("|")[2], "185057512345673"):
            address = f"{who}@patient.mssante.fr"
            with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
                Operator(one, OPERATOR).send(SENDER, address, mail(address, sender=SENDER))
            refusals.append(next(iter(refusal.value.recipients.values())))
        assert refusals[0] == refusals[1]
