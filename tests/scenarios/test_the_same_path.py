"""Nobody learns from the clock who has a space: whoever is asked about, the same statements are sent to the database.

How long they take is measured apart (``make bench ONLY=uniformite``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ens.access import services as access
from ens.audit.models import ServiceLine
from ens.kernel.actor import Actor, ActorKind
from ens.persistence import wire
from tests.factories import matricule as new_matricule
from tests.identity.population import line, write
from tests.interop.fhir.builders import provide_bundle
from tests.interop.fhir.conftest import Software

TEST_OID = "1.2.250.1.213.1.4.10"
ABSENT = ("never_created", "noticed", "opposed", "closed")
OPERATOR = Actor(ActorKind.OPERATEUR, "operateur.example", "operateur.example")
LABORATORY = "labo@operateur.example"
# Where the trace differs: the head is one's own, or one of nobody's; so are the lines.
TRACES = ((r"WITH head AS \(UPDATE audit_(head|headofnobody) SET .*", "‹la trace est écrite›"),)


def shape(statement: str) -> str:
    """A statement without its values."""
    said = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "‹id›", " ".join(statement.split()))
    said = re.sub(r'"s\d+_x\d+"|"_?\w+_\d+_\d+"', "‹point›", said)
    for pattern, name in TRACES:
        said = re.sub(pattern, name, said)
    return said


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database, by the faces as by the services, alone or with others."""
    sent: list[str] = []

    by_cursor, together = psycopg.Cursor.execute, wire.send

    def execute(cursor: Any, statement: Any, *arguments: Any, **options: Any) -> Any:
        sent.append(shape(str(statement)))
        return by_cursor(cursor, statement, *arguments, **options)

    def send(raw: Any, statements: Sequence[wire.Statement]) -> list[wire.Reply]:
        sent.extend(shape(statement) for statement, _ in statements)
        return together(raw, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", execute)
        patch.setattr(wire, "send", send)
        yield sent


@pytest.fixture
def doctor(people: Any) -> Any:
    return people.professional("Dupond")


@pytest.fixture
def software(doctor: Any, people: Any, static_folder: None) -> Software:
    """A practice software that a professional whom nobody here knows signed in."""
    from django.test import Client

    from ens.identity import services

    services.register_client(f"logiciel-{doctor.rpps}", "un-secret", name="Logiciel", professional=doctor)
    form = {"grant_type": "client_credentials", "client_id": f"logiciel-{doctor.rpps}", "client_secret": "un-secret"}
    client = Client()
    return Software(client, client.post("/oauth2/token/", form).json()["access_token"])


@pytest.fixture
def browser(doctor: Any, static_folder: None) -> Any:
    from django.test import Client

    from ens.identity.services import create_compte

    client = Client()
    client.force_login(create_compte(f"pro-{doctor.rpps}", name=doctor.name, professional=doctor))
    return client


@pytest.fixture
def static_folder(db: Any) -> None:
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def imported(folder: Path) -> str:
    """Someone a population file brought, and about whom nothing was written since."""
    from ens.identity.population.load import import_population

    one = line()
    assert import_population(write(folder / "population.csv", one)).registered == 1
    return one["matricule"]


def deleted(people: Any) -> str:
    """Someone whose space was open, and whose key was destroyed at their request."""
    from ens.journeys.deletion import delete_space
    from ens.kernel.actor import SYSTEM

    person = people.usager()
    delete_space(person.usager_id, by=SYSTEM)
    return str(person.matricule)


@pytest.fixture
def absent(people: Any, tmp_path: Path) -> dict[str, str]:
    """Matricules of people without an open space, by what happened to them."""
    found = {
        state: people.usager(state="unknown" if state == "never_created" else state).matricule for state in ABSENT
    }
    return {"nobody": new_matricule(), **found, "imported": imported(tmp_path), "deleted": deleted(people)}


def asked_about(numbers: dict[str, str], ask: Callable[[str], Any]) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """For each person, the statements and the answer. Asked once before, so that what is kept in memory is there."""
    ask(next(iter(numbers.values())))
    sent, answers = {}, {}
    for state, number in numbers.items():
        with statements() as found:
            answers[state] = ask(number)
        sent[state] = found
    return sent, answers


def check_alike(sent: dict[str, list[str]]) -> None:
    first, *others = sent
    assert len(sent[first]) > 3
    assert {state: sent[state] for state in others if sent[state] != sent[first]} == {}, sent[first]


def insd(number: str) -> str:
    return f"urn:oid:{TEST_OID}|{number}"


@pytest.mark.feature("S087")
@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda software, number: software.get(f"Patient?identifier={insd(number)}"), 200),
        (lambda software, number: software.get(f"DocumentReference?patient.identifier={insd(number)}"), 200),
        (lambda software, number: software.get(f"List?patient.identifier={insd(number)}"), 200),
        (lambda software, number: software.post(provide_bundle(matricule=number, oid=TEST_OID)), 404),
    ],
    ids=["Patient", "DocumentReference", "List", "ITI-65"],
)
def test_a_practice_software_is_answered_by_the_same_statements(
    software: Software, absent: dict[str, str], ask: Any, status: int
) -> None:
    sent, answers = asked_about(absent, lambda number: ask(software, number))
    assert {answer.status_code for answer in answers.values()} == {status}
    said = {answer.content.replace(absent[state].encode(), b"INS") for state, answer in answers.items()}
    assert len(said) == 1
    check_alike(sent)
    assert [one for one in sent["nobody"] if one.startswith("‹la trace")] == ["‹la trace est écrite›"]


@pytest.mark.feature("S087")
def test_a_deposit_that_names_a_person_twice_says_no_more_of_who_is_unknown(
    software: Software, absent: dict[str, str]
) -> None:
    """By INS and by an id that is not theirs: the contradiction is said, whether the INS is registered or not."""
    from uuid import uuid4

    def ask(number: str) -> Any:
        bundle = provide_bundle(matricule=number, oid=TEST_OID)
        bundle["entry"][1]["resource"]["subject"] = {"reference": f"Patient/{uuid4()}"}
        return software.post(bundle)

    answers = {state: ask(number) for state, number in absent.items()}
    assert {(answer.status_code, answer.content) for answer in answers.values()} == {
        (answers["nobody"].status_code, answers["nobody"].content)
    }


def ended_with(person: Any) -> str:
    """Someone who ended the exchange with the laboratory that asks."""
    from ens.messaging import services
    from ens.messaging.types import IncomingMail
    from tests.messaging.mails import mail

    services.receive(IncomingMail(LABORATORY, person.address, mail(person.address)), by=OPERATOR)
    (thread,) = services.list_threads(person.usager_id, by=person.actor)
    chosen = tuple(one.id for one in services.endable(thread.id, by=person.actor))
    services.end_exchange(thread.id, chosen, by=person.actor)
    return str(person.matricule)


@pytest.mark.feature("S087")
def test_an_operator_is_answered_by_the_same_statements(absent: dict[str, str], people: Any) -> None:
    from ens.messaging import services
    from ens.messaging.errors import MailboxAbsent

    def ask(number: str) -> str:
        with pytest.raises(MailboxAbsent) as refused:
            services.check_recipient(f"{number}@patient.mssante.fr", LABORATORY, by=OPERATOR)
        return str(refused.value.sentence)

    sent, answers = asked_about({**absent, "ended": ended_with(people.usager())}, ask)
    assert len(set(answers.values())) == 1
    check_alike(sent)


@pytest.fixture
def closed_to_the_doctor(people: Any, doctor: Any) -> dict[str, str]:
    """Open spaces that the doctor may not enter: never authorised, blocked, their establishment blocked."""
    place = people.establishment()
    stranger, blocked, elsewhere = people.usager(), people.usager(), people.usager()
    access.block(blocked.usager_id, rpps=doctor.rpps, by=blocked.actor)
    access.block(elsewhere.usager_id, finess=place.finess, by=elsewhere.actor)
    return {
        "not_authorised": stranger.matricule,
        "blocked": blocked.matricule,
        "elsewhere": elsewhere.matricule,
    }


@pytest.mark.feature("S098", "S099")
@pytest.mark.parametrize(
    ("address", "more", "status"),
    [
        ("/pro/", {}, 200),
        (
            "/pro/accord/",
            {"naissance_jour": "1", "naissance_mois": "1", "naissance_annee": "1901", "accord": "on"},
            422,
        ),
    ],
    ids=["search", "consent"],
)
def test_a_professional_is_answered_by_the_same_statements_whoever_is_not_open_to_them(
    browser: Any,
    absent: dict[str, str],
    closed_to_the_doctor: dict[str, str],
    address: str,
    more: dict[str, str],
    status: int,
) -> None:
    numbers = {**absent, **closed_to_the_doctor}
    sent, answers = asked_about(numbers, lambda number: browser.post(address, {"matricule": number, **more}))
    assert {answer.status_code for answer in answers.values()} == {status}
    check_alike(sent)


def test_what_was_asked_about_nobody_is_kept_without_saying_whom(software: Software, doctor: Any) -> None:
    number = new_matricule()
    software.get(f"Patient?identifier={insd(number)}")
    line = ServiceLine.objects.filter(actor_id=str(doctor.id)).order_by("-at").first()
    assert line is not None
    assert (line.stream, line.event, line.code) == ("personnes_inconnues", "patient_recherche", "boite_absente")
    assert number not in str(vars(line))


def test_a_unit_about_nobody_never_answers(db: Any) -> None:
    from ens.audit import events
    from ens.identity.queries import nobody
    from ens.persistence.errors import NobodyThere
    from ens.persistence.unit import unit_of_work

    with pytest.raises(NobodyThere):
        unit_of_work(nobody(new_matricule()), events.patient_looked_up, by=OPERATOR)
