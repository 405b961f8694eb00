"""The daily extract of professional mailboxes: what changed is written, what left is marked, a cut file is refused."""

from __future__ import annotations

import threading

import pytest
from django.test import Client

from ens.identity.imports import import_annuaire
from ens.identity.mailboxes import ExtractTooShort, gone_mailboxes
from ens.identity.queries import mailbox
from ens.kernel.ids import new_id

HEADER = (
    "Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|"
    "Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|"
    "Raison Sociale structure BAL"
)


class Extract:
    """A file of the extract, by what each of its lines says; everything else of the directory is kept in it."""

    def __init__(self, folder, domain):
        self.path, self.domain = folder / "bal.txt", domain

    def address(self, name):
        return f"{name}@{self.domain}"

    def write(self, *boxes, tail=""):
        """``boxes``: kind, name, owner, structure, label."""
        from ens.identity.models import Mailbox

        others = Mailbox.objects.filter(listed=True, gone_at=None).exclude(address__endswith=f"@{self.domain}")
        kept = [
            self.line(kind, address, "", "", label)
            for kind, address, label in others.values_list("kind", "address", "label")
        ]
        said = [self.line(kind, self.address(name), owner, place, label) for kind, name, owner, place, label in boxes]
        self.path.write_text("\n".join([HEADER, *kept, *said]) + "\n" + tail, "utf-8")
        return import_annuaire(self.path)

    @staticmethod
    def line(kind, address, owner, place, label):
        return f"{kind}|{address}|8|{owner}||1|{place}||||| ".replace("| ", f"|{label}")


@pytest.fixture
def extract(db, tmp_path):
    return Extract(tmp_path, f"x{new_id().hex[-10:]}.operateur.example")


def box(name, *, kind="ORG", owner="", place="", label="Cabinet des Lilas"):
    return kind, name, owner, place, label


@pytest.mark.feature("S091", "S097")
def test_a_mailbox_belongs_to_its_professional_or_to_its_structure(extract, people):
    doctor, hospital = people.professional(), people.establishment()
    extract.write(
        box("dupond", kind="PER", owner=doctor.rpps),
        box("gyneco", place=hospital.finess),
        box("sans", label="Sans titulaire"),
    )
    assert mailbox(extract.address("dupond")).owner.rpps == doctor.rpps
    assert mailbox(extract.address("Gyneco")).owner.finess == hospital.finess
    assert mailbox(extract.address("sans")).owner is None


@pytest.mark.feature("S091")
def test_only_what_changed_is_written_the_next_day(extract):
    first = extract.write(box("un"), box("deux"))
    assert first.written["nouvelles"] == 2
    assert extract.write(box("un"), box("deux")).written["boîtes"] == 0
    second = extract.write(box("un"), box("deux", label="Autre nom"), box("trois"))
    assert (second.written["boîtes"], second.written["nouvelles"], second.written["parties"]) == (2, 1, 0)


@pytest.mark.feature("N080")
def test_a_mailbox_that_left_is_marked_and_comes_back(extract):
    names = [f"b{number}" for number in range(12)]
    extract.write(*(box(name) for name in names))
    left = extract.write(*(box(name) for name in names[1:]))
    assert left.written["parties"] == 1
    assert gone_mailboxes([extract.address("B0"), extract.address("b1"), "inconnu@x.example"]) == {
        extract.address("b0")
    }
    assert extract.write(*(box(name) for name in names)).written["boîtes"] == 1
    assert gone_mailboxes([extract.address("b0")]) == set()


def test_the_last_line_of_an_address_counts_and_bad_ones_say_why(extract):
    report = extract.write(
        box("un", label="Premier"),
        box("UN", label="Second"),
        box("deux", kind="ZZZ"),
        box("sans arobase@x"),
        tail="PER|coupe@oper",
    )
    assert report.written["nouvelles"] == 1
    assert sorted(reason for _, reason in report.refused) == [
        "adresse de la boîte invalide",
        "ligne coupée",
        "type de boîte inconnu",
    ]


def test_a_cut_extract_changes_nothing(extract):
    from ens.identity.models import Mailbox

    extract.write(*(box(f"b{number}") for number in range(60)))
    others = Mailbox.objects.filter(listed=True, gone_at=None).count()
    with pytest.raises(ExtractTooShort):
        (extract.path).write_text(
            HEADER + "\n" + extract.line("ORG", extract.address("nouvelle"), "", "", "X") + "\n", "utf-8"
        )
        import_annuaire(extract.path)
    assert Mailbox.objects.filter(listed=True, gone_at=None).count() == others
    assert not Mailbox.objects.filter(address=extract.address("nouvelle")).exists()
    assert import_annuaire(extract.path, accept_gone=True).written["parties"] == others


def test_mailboxes_that_no_extract_ever_had_are_left_alone(extract, people):
    own = people.mailbox(people.professional())
    extract.write(box("un"))
    assert gone_mailboxes([own]) == set()
    assert mailbox(own) is not None


def test_a_part_of_the_directory_says_nothing_of_the_others(extract):
    extract.write(*(box(f"b{number}") for number in range(30)))
    extract.path.write_text(
        HEADER + "\n" + extract.line("ORG", extract.address("b0"), "", "", "Autre nom") + "\n", "utf-8"
    )
    report = import_annuaire(extract.path, is_part=True)
    assert (report.written["boîtes"], report.written["parties"]) == (1, 0)
    assert gone_mailboxes([extract.address("b1")]) == set()


def test_two_imports_at_once_wait_for_one_another(extract):
    from django.db import connections

    extract.write(box("un"))
    reports, failures = [], []

    def again():
        try:
            reports.append(import_annuaire(extract.path))
        except Exception as error:  # noqa: BLE001 - reported by the assertion below
            failures.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=again) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert [report.written["boîtes"] for report in reports] == [0, 0]


@pytest.mark.feature("N080")
def test_the_usager_is_warned_before_writing_to_who_left(extract, people):
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging import services
    from ens.messaging.types import IncomingMail, OperatorRef, Reply
    from tests.messaging.mails import mail

    services.allow_operator(OperatorRef(extract.domain, "Essai", "127.0.0.1", 1))
    by, person = Actor(ActorKind.OPERATEUR, extract.domain, "Essai"), people.usager()
    names = [f"b{number}" for number in range(12)]
    extract.write(*(box(name) for name in names))
    sender = extract.address("b0")
    services.receive(IncomingMail(sender, person.address, mail(person.address, sender=sender)), by=by)
    (thread,) = services.list_threads(person.usager_id, by=person.actor)
    (contact,) = services.open_thread(thread.id, by=person.actor).reply.contacts
    assert not contact.is_gone
    extract.write(*(box(name) for name in names[1:]))
    (contact,) = services.open_thread(thread.id, by=person.actor).reply.contacts
    assert contact.is_gone
    (contact,) = services.contacts(person.usager_id, by=person.actor).wrote
    assert contact.is_gone
    browser = Client()
    browser.force_login(person.compte)
    assert "n’est plus dans l’annuaire" in browser.get("/messages/nouveau/").content.decode()
    services.reply(thread.id, Reply("Merci"), by=person.actor)  # written to all the same
