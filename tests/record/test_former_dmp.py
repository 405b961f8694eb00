"""Former DMPs: delivered in a folder, kept unseen until the space opens, then found whole, and counted again (S016)."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ens.access.queries import authorisations
from ens.cli.imports import check, perform
from ens.cli.refusals import CommandRefused
from ens.coffre import store
from ens.coffre.errors import ContentDamaged
from ens.enrolment import services as enrolment
from ens.enrolment import waiting
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.persistence import outbox
from ens.persistence.models import OutboxRow
from ens.standards.ins import Ins
from ens.standards.xdm import OutgoingDocument, XdmPatient, write_xdm
from tests.factories import before_all_due
from tests.record.builders import history, listed
from tests.record.files import small_pdf

NOW = datetime(2021, 3, 2, 9, 15, tzinfo=UTC)
HEADERS = {
    "personnes.csv": "oid;matricule;archive;documents;masques;acces;historique",
    "masques.csv": "matricule;document",
    "acces.csv": "matricule;qui;droit;depuis",
    "historique.csv": "matricule;date;auteur;role;acte;document",
}


class Folder:
    """A delivery being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[str, list[str]] = {name: [header] for name, header in HEADERS.items()}

    def person(self, person: Any, *titles: str, masked: tuple[str, ...] = (), **changes: Any) -> None:
        """Someone with a document a title, and a line of history each."""
        ids = {title: f"2.25.{new_id().int}" for title in titles}
        patient = XdmPatient(Ins.parse(person.matricule, person.oid), "MICHEL", "INAYA")
        documents = [
            OutgoingDocument(small_pdf(), one, "11488-4", "urn:ihe:iti:xds:2017:mimeTypeSufficient", title, NOW, (),
                             mime_type="application/pdf")
            for title, one in ids.items()
        ]  # fmt: skip
        archive = f"{person.matricule}.zip" if documents else ""
        if documents:
            (self.path / archive).write_bytes(write_xdm(documents, patient, sent_at=NOW))
        access = changes.get("access", ())
        self.lines["masques.csv"] += [f"{person.matricule};{ids.get(one, one)}" for one in masked]
        self.lines["acces.csv"] += [f"{person.matricule};{who};{right};2019-05-04" for who, right in access]
        self.lines["historique.csv"] += [
            f"{person.matricule};2020-01-0{place + 1};Dr Ancien;Médecin;a lu {title};{ids[title]}"
            for place, title in enumerate(titles)
        ]
        told = changes.get("told", (len(titles), len(masked), len(access), len(titles)))
        self.lines["personnes.csv"].append(f"{person.oid};{person.matricule};{archive};{';'.join(map(str, told))}")

    def write(self) -> Path:
        for name, lines in self.lines.items():
            (self.path / name).write_text("\n".join(lines) + "\n", "utf-8")
        return self.path


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def asked(folder: Folder | Path, **options: Any) -> tuple[dict[str, Any], list[str]]:
    path = folder.write() if isinstance(folder, Folder) else folder
    given = {"dry_run": False, "refus": None, "rapprocher": False, "disparitions": False, "essai": False, **options}
    which = Namespace(what="dmp", file=path, **given)
    check(which)
    return perform(which)


def work(*people: Any) -> None:
    """The worker does what waits for these people."""
    ids = [person.usager_id for person in people]
    rows = OutboxRow.objects.filter(usager_id__in=ids, kind="ancien_dmp")
    rows.update(due_at=before_all_due())
    outbox.run_due(len(rows))


def browser_of(person: Any) -> Any:
    from django.conf import settings
    from django.test import Client

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    client = Client()
    client.force_login(person.compte)
    return client


def titles(person: Any, **given: Any) -> list[str]:
    return sorted(card.title for card in listed(person, **given).cards)


@pytest.mark.feature("S016")
def test_on_activation_everything_of_the_former_dmp_is_there_and_counted(people, folder):
    person, blocked = people.usager(state="noticed"), people.professional("Bloqué")
    doctor = people.professional()
    folder.person(
        person, "Bilan", "Radio", "Secret", masked=("Secret",),
        access=((doctor.rpps, "autorise"), (blocked.rpps, "bloque")),
    )  # fmt: skip
    facts, _ = asked(folder)
    assert (facts["people"], facts["refused"]) == ({"reçues": 1}, [])
    work(person)
    assert not OutboxRow.objects.filter(usager_id=person.usager_id).exists(), "nothing before the space opens"
    enrolment.activate(person.usager_id, by=SYSTEM)
    work(person)
    assert titles(person) == ["Bilan", "Radio", "Secret"]
    assert titles(person, by=people.actor(doctor)) == ["Bilan", "Radio"]
    assert [line.event for line in history(person)].count("dmp_repris") == 1
    choices = {one.rpps: one.blocked_since is not None for one in authorisations(person.usager_id, by=person.actor)}
    assert choices == {doctor.rpps: False, blocked.rpps: True}
    facts, said = asked(folder.path, rapprocher=True)
    whole = {"documents": 3, "masks": 1, "access": 2, "history": 3}
    assert (facts["before"], facts["after"], facts["differences"]) == (whole, whole, [])
    assert "Aucun écart parmi les reprises." in said
    page = browser_of(person)
    shown = page.get("/historique/ancien-dmp/").content.decode()
    assert "Dr Ancien" in shown and "a lu Radio" in shown and "3 avant, 3 ici" in shown
    assert "Dr Ancien" not in page.get("/historique/?qui=tout").content.decode()


def test_a_backup_is_made_once_an_archive_has_gone(people, folder, db, tmp_path_factory):
    import psycopg

    from ens.cli.backup.contents import write_wanted

    person = people.usager()
    folder.person(person, "Bilan")
    asked(folder)
    listing = tmp_path_factory.mktemp("sauvegarde")
    with psycopg.connect(db.owner) as connection:
        write_wanted(connection, listing / "avant")
    work(person)
    with psycopg.connect(db.owner) as connection:
        write_wanted(connection, listing / "apres")
    named = [[line for line in (listing / name).read_text().splitlines() if person.usager_id.hex in line]
             for name in ("avant", "apres")]  # fmt: skip
    assert [len(lines) for lines in named] == [1, 1] and named[0] != named[1]


@pytest.mark.feature("S016")
def test_a_space_that_opens_at_its_deadline_finds_it_too(people, folder):
    person = people.usager(state="unknown")
    folder.person(person, "Bilan")
    asked(folder)
    people.bring_to(person.usager_id, "opened")
    work(person)
    assert titles(person) == ["Bilan"]


def test_what_missed_the_instant_of_the_opening_is_caught_up(people, folder):
    from ens.enrolment.models import Waiting

    person = people.usager(state="unknown")
    folder.person(person, "Bilan")
    asked(folder)
    kept = Waiting.objects.get(usager_id=person.usager_id)
    people.bring_to(person.usager_id, "opened")
    OutboxRow.objects.filter(usager_id=person.usager_id).delete()
    Waiting.objects.create(usager_id=kept.usager_id, kind=kept.kind, object_id=kept.object_id)
    waiting.catch_up()
    work(person)
    assert titles(person) == ["Bilan"]


@pytest.mark.feature("S016")
def test_of_who_opposes_nothing_is_kept_before_or_after(people, folder, db):
    from ens.record.models import FormerDmp
    from tests.journeys.test_deletion import contents_of, rows_of

    before, after = people.usager(state="opposed"), people.usager(state="noticed")
    folder.person(before, "Bilan")
    folder.person(after, "Bilan")
    facts, _ = asked(folder)
    assert [one["line"] for one in facts["refused"]] == [2]
    (content,) = contents_of(after, db.owner)
    assert store.get(content)
    enrolment.oppose(after.usager_id, by=SYSTEM)
    work(after)
    for person in (before, after):
        assert rows_of(person, db.owner)["record_formerdmp"] == 0
    with pytest.raises(ContentDamaged):
        store.get(content)
    assert FormerDmp._meta.db_table == "record_formerdmp"


def test_a_registration_merged_into_another_keeps_nothing_of_it(people, folder, db):
    from ens.enrolment.types import EventKind
    from tests.journeys.test_deletion import rows_of

    person = people.usager(state="noticed")
    folder.person(person, "Bilan")
    asked(folder)
    enrolment.record(person.usager_id, EventKind.MERGED, by=SYSTEM, along=lambda _: None)
    work(person)
    assert rows_of(person, db.owner)["record_formerdmp"] == 0


def test_given_twice_it_changes_nothing_and_another_content_is_not_taken_twice(people, folder):
    person = people.usager()
    folder.person(person, "Bilan")
    asked(folder)
    assert asked(folder.path)[0]["people"] == {"déjà reçues": 1}
    work(person)
    assert asked(folder.path)[0]["people"] == {"déjà reçues": 1}
    work(person)
    assert titles(person) == ["Bilan"]
    folder.lines["historique.csv"].append(f"{person.matricule};2020-02-01;Dr Ancien;;a lu;")
    folder.lines["personnes.csv"][1] = folder.lines["personnes.csv"][1][:-1] + "2"
    assert asked(folder)[0]["refused"][0]["reason"].startswith("L'ancien DMP de cette personne est déjà repris")


def test_a_newer_delivery_replaces_the_one_that_waits(people, folder, db, tmp_path_factory):
    from tests.journeys.test_deletion import contents_of

    person = people.usager(state="noticed")
    folder.person(person, "Bilan")
    asked(folder)
    (former,) = contents_of(person, db.owner)
    newer = Folder(tmp_path_factory.mktemp("livraison"))
    newer.person(person, "Radio")
    asked(newer)
    with pytest.raises(ContentDamaged):
        store.get(former)
    assert asked(folder.path, rapprocher=True)[0]["people"] == {"en attente d'ouverture": 1}
    enrolment.activate(person.usager_id, by=SYSTEM)
    work(person)
    assert titles(person) == ["Radio"]


def test_what_differs_after_is_said_person_by_person(people, folder):
    person = people.usager()
    stranger = people.professional("Parti").rpps
    people_of_directory = people.professional("Encore").rpps
    folder.person(person, "Bilan", access=((stranger, "autorise"), (people_of_directory, "autorise")))
    from ens.identity.models import Professional

    Professional.objects.filter(rpps=stranger).update(active=False)
    asked(folder)
    work(person)
    facts, _ = asked(folder.path, rapprocher=True)
    assert facts["differences"] == [{"line": 2, "difference": "droits : 2 avant, 1 après"}]


def test_what_was_filed_since_is_kept_and_its_former_mask_holds(people, folder):
    """The same document came by another way: once in the record, masked as it was; another content: ours is kept."""
    from tests.record.builders import deposit, document

    person, by = people.usager(state="noticed"), people.actor(people.establishment())
    folder.person(person, "Bilan", "Radio", masked=("Bilan",))
    said = [line.rsplit(";", 1)[1] for line in folder.lines["historique.csv"]]
    ids = {"Bilan": said[1], "Radio": said[2]}
    enrolment.activate(person.usager_id, by=SYSTEM)
    deposit(person, document(unique_id=ids["Bilan"], title="Bilan"), by=by)
    deposit(person, document(unique_id=ids["Radio"], title="Radio d'ici", data=small_pdf() + b"%"), by=by)
    asked(folder)
    work(person)
    assert {card.title: card.is_masked for card in listed(person).cards} == {"Bilan": True, "Radio d'ici": False}
    facts, _ = asked(folder.path, rapprocher=True)
    assert [one["difference"] for one in facts["differences"]] == ["documents : 2 avant, 1 après"]


def test_received_between_the_release_and_the_end_of_an_opposition_it_is_refused(people, folder, db, monkeypatch):
    """The narrowest instant: the opposition has looked for what waits, and is not committed yet."""
    import threading

    from django.db import connections

    from ens.persistence.unit import Unit
    from tests.journeys.test_deletion import rows_of

    person = people.usager(state="noticed")
    folder.person(person, "Bilan")
    path, looked, received = folder.write(), threading.Event(), threading.Event()
    write_now = Unit.write_now

    def then_wait(unit: Unit) -> None:
        write_now(unit)
        if threading.current_thread() is opposing:
            looked.set()
            received.wait(0.7)  # for good when the other waits for this one to end

    def oppose() -> None:
        enrolment.oppose(person.usager_id, by=SYSTEM)
        connections.close_all()

    monkeypatch.setattr(Unit, "write_now", then_wait)
    opposing = threading.Thread(target=oppose)
    opposing.start()
    assert looked.wait(10)
    asked(path)
    received.set()
    opposing.join(20)
    work(person)
    assert rows_of(person, db.owner)["record_formerdmp"] == 0


def test_received_and_opposed_in_the_same_instant_nothing_is_kept_nor_opened(people, folder, db):
    """Whichever comes first; and two workers who take the same one over do it once."""
    import threading

    from django.db import connections

    from tests.journeys.test_deletion import rows_of

    persons = [people.usager(state="noticed") for _ in range(4)]
    taken = people.usager(state="noticed")
    for person in (*persons, taken):
        folder.person(person, "Bilan")
    path = folder.write()
    start = threading.Barrier(2)

    def oppose() -> None:
        start.wait()
        for person in persons:
            enrolment.oppose(person.usager_id, by=SYSTEM)
        connections.close_all()

    thread = threading.Thread(target=oppose)
    thread.start()
    start.wait()
    asked(path)
    thread.join(20)
    work(*persons)
    assert [rows_of(person, db.owner)["record_formerdmp"] for person in persons] == [0] * 4
    enrolment.activate(taken.usager_id, by=SYSTEM)
    row = OutboxRow.objects.get(usager_id=taken.usager_id, kind="ancien_dmp")

    def take() -> None:
        from ens.record.former.taking import take_over

        take_over(taken.usager_id, row.object_id)
        connections.close_all()

    workers = [threading.Thread(target=take) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(20)
    work(taken)
    assert titles(taken) == ["Bilan"]
    assert [line.event for line in history(taken)].count("dmp_repris") == 1


def test_an_essay_writes_nothing(people, folder, db):
    from tests.journeys.test_deletion import rows_of

    person = people.usager()
    folder.person(person, "Bilan")
    facts, said = asked(folder, dry_run=True)
    assert facts["people"] == {"à recevoir": 1} and "Essai : rien n'a été écrit." in said
    assert rows_of(person, db.owner)["record_formerdmp"] == 0


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder, one: folder.lines["personnes.csv"].append("1.2.3;abc;;0;0;0;0"), "matricule"),
        (lambda folder, one: folder.lines["masques.csv"].append(f"{one.matricule};1.2.3"), "masque"),
        (lambda folder, one: folder.lines["acces.csv"].append(f"{one.matricule};123;autorise;2020-01-01"), "RPPS"),
        (lambda folder, one: folder.lines["acces.csv"].append(f"{one.matricule};10000000001;vend;2020-01-01"), "droit"),
        (lambda folder, one: folder.lines["historique.csv"].append(f"{one.matricule};hier;;;a lu;"), "date"),
        (lambda folder, one: folder.lines["historique.csv"].append(f"{one.matricule};2020-01-01;;;a lu;"), "annoncés"),
        (lambda folder, one: (folder.path / f"{one.matricule}.zip").write_bytes(b"rien"), "illisible"),
        (lambda folder, one: (folder.path / f"{one.matricule}.zip").unlink(), "n'est pas là"),
    ],
)  # fmt: skip
def test_a_person_with_something_wrong_is_refused_whole_and_the_others_are_received(people, folder, spoil, why):
    wrong, right = people.usager(), people.usager()
    folder.person(wrong, "Bilan")
    folder.person(right, "Bilan")
    spoil(folder, wrong)
    facts, _ = asked(folder)
    assert "reçues" in facts["people"]
    assert why in facts["refused"][0]["reason"]
    assert not any(wrong.matricule in one["reason"] for one in facts["refused"])


def test_the_documents_of_another_person_are_refused(people, folder):
    person, other = people.usager(), people.usager()
    folder.person(person, "Bilan")
    folder.person(other, "Radio")
    path = folder.write()
    (path / f"{person.matricule}.zip").write_bytes((path / f"{other.matricule}.zip").read_bytes())
    facts, _ = asked(path)
    assert [one["line"] for one in facts["refused"]] == [2]
    assert "une autre personne" in facts["refused"][0]["reason"]


def test_someone_unknown_or_unlisted_is_told(people, folder, tmp_path):
    from tests.factories import TEST_OID, matricule

    folder.lines["personnes.csv"].append(f"{TEST_OID};{matricule()};;0;0;0;0")
    folder.lines["masques.csv"].append(f"{matricule()};1.2.3")
    facts, _ = asked(folder, refus=tmp_path / "refus.csv")
    assert [one["line"] for one in facts["refused"]] == [0, 2] or [one["line"] for one in facts["refused"]] == [2, 0]
    assert len((tmp_path / "refus.csv").read_text("utf-8").splitlines()) == 3


def test_a_folder_that_is_no_delivery_is_refused_in_a_sentence(db, tmp_path):
    with pytest.raises(CommandRefused, match="n'existe pas"):
        asked(tmp_path / "absent")
    with pytest.raises(CommandRefused, match=r"masques\.csv manque"):
        asked(tmp_path)
    path = Folder(tmp_path).write()
    (path / "acces.csv").write_text("matricule;qui\n", "utf-8")
    with pytest.raises(CommandRefused, match="la colonne droit manque"):
        asked(path)


