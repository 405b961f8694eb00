"""A record opens for a reason that its patient reads, and closes by itself when nobody acts in it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from ens.access import services
from ens.audit.types import Event
from ens.web.professionnel.openings import KEY
from tests.web.professionnel.conftest import say_why
from tests.web.professionnel.test_search import lines_of, search


@pytest.fixture
def record_address(inaya: Any) -> str:
    return f"/pro/dossiers/{inaya.usager_id}/"


def left_alone(browser: Any, minutes: float) -> None:
    """As if nothing had been done in any record for so long."""
    session = browser.session
    session[KEY] = {who: [motive, at, seen - minutes * 60] for who, (motive, at, seen) in session[KEY].items()}
    session.save()


@pytest.mark.feature("S108")
def test_the_reason_said_after_the_traits_is_in_the_patient_s_history_and_on_the_record(
    doctor: Any, page: Any, inaya: Any, authorised: None, record_address: str, dupond: Any
) -> None:
    shown = search(doctor, inaya.matricule).content.decode()
    assert "Pourquoi consultez-vous son dossier" in shown
    assert "checked" not in shown  # none is chosen beforehand
    assert re.search(r'action="([^"]+/ouvrir/)"', shown)[1] == f"{record_address}ouvrir/"  # type: ignore[index]  # asserted
    answer = say_why(doctor, inaya, "equipe_de_soins")
    assert (answer.status_code, answer.headers["Location"]) == (302, record_address)
    assert "équipe de soins" in doctor.get(record_address).content.decode()
    line = lines_of(inaya, Event.RECORD_OPENED)[0]
    assert (line.outcome, line.actor_name, line.facts["motive"]) == ("fait", dupond.name, "equipe_de_soins")
    told = page.get("/historique/").content.decode()
    assert "a ouvert votre dossier, comme membre de votre équipe de soins." in told


@pytest.mark.parametrize("motive", ["", "curiosite"])
def test_without_a_reason_nothing_opens(doctor: Any, inaya: Any, authorised: None, motive: str) -> None:
    answer = say_why(doctor, inaya, motive)
    assert answer.status_code == 422
    assert "Dites pourquoi vous consultez ce dossier." in answer.content.decode()
    assert not lines_of(inaya, Event.RECORD_OPENED)


def test_no_page_of_a_record_is_given_before_its_reason_and_one_comes_back_to_it(
    doctor: Any, inaya: Any, authorised: None, file: Callable[..., Any], record_address: str
) -> None:
    place = f"{record_address}documents/{file('Compte rendu')}/"
    for address in (record_address, place, f"{place}telecharger/", f"{place}page-1.png"):
        answer = doctor.get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{record_address}ouvrir/?suite=")
    assert not lines_of(inaya, Event.DOCUMENTS_SEARCHED, Event.DOCUMENT_READ, Event.DOCUMENT_DOWNLOADED)
    asked = doctor.get(f"{record_address}ouvrir/?suite={place}").content.decode()
    assert f'value="{place}"' in asked
    assert say_why(doctor, inaya, suite=place).headers["Location"] == place


@pytest.mark.parametrize("suite", ["https://ailleurs.example/", "//ailleurs.example", "/accueil/", "x" * 300, "é\x00"])
def test_one_comes_back_inside_the_record_only(
    doctor: Any, inaya: Any, authorised: None, record_address: str, suite: str
) -> None:
    answer = say_why(doctor, inaya, suite=suite)
    assert answer.headers.get("Location", record_address) == record_address
    assert "Rouvrir" not in doctor.get("/pro/dossiers/referme/", {"suite": suite}).content.decode()
    other = f"/pro/dossiers/{uuid4()}/"
    assert say_why(doctor, inaya, suite=other).headers["Location"] == record_address


@pytest.mark.feature("S098")
def test_who_may_not_enter_opens_nothing_whatever_the_reason(
    people: Any, doctor: Any, dupond: Any, inaya: Any
) -> None:
    blocked = people.usager()
    services.block(blocked.usager_id, rpps=dupond.rpps, by=blocked.actor)
    for person in (inaya, blocked, people.usager(state="closed")):
        assert say_why(doctor, person).status_code == 404
        assert doctor.get(f"/pro/dossiers/{person.usager_id}/ouvrir/").status_code == 404
    assert [line.outcome for line in lines_of(inaya, Event.RECORD_OPENED)] == ["refuse"]
    assert doctor.session.get(KEY) is None


@pytest.mark.feature("N016")
def test_a_record_left_alone_closes_shows_nothing_of_its_patient_and_reopens_with_its_reason(
    doctor: Any, inaya: Any, opened: None, file: Callable[..., Any], record_address: str
) -> None:
    place = f"{record_address}documents/{file('Compte rendu')}/"
    left_alone(doctor, 29)
    assert doctor.get(place).status_code == 200
    left_alone(doctor, 29)
    assert doctor.get(place).status_code == 200  # the act before counted
    left_alone(doctor, 31)
    closed = doctor.get(place, follow=True)
    said = closed.content.decode()
    assert closed.redirect_chain[0][0].startswith("/pro/dossiers/referme/")
    assert "Ce dossier s’est refermé" in said
    assert "30 minutes" in said
    assert "MICHEL" not in said
    again = re.search(r'href="([^"]+)">Rouvrir', said)[1]  # type: ignore[index]  # asserted by what follows
    assert "MICHEL" in doctor.get(again).content.decode()
    assert doctor.get(record_address).status_code == 302  # the reason is not said again yet
    say_why(doctor, inaya, suite=place)
    assert doctor.get(place).status_code == 200
    assert len(lines_of(inaya, Event.RECORD_OPENED)) == 2


@override_settings(ENS_RECORD_IDLE_MINUTES=5)
def test_how_long_is_a_setting_said_on_the_page(doctor: Any, opened: None, record_address: str) -> None:
    assert "se ferme après 5 minutes sans activité" in doctor.get(record_address).content.decode()
    left_alone(doctor, 6)
    assert doctor.get(record_address).status_code == 302


def test_a_page_that_asks_by_itself_does_not_keep_a_record_open(
    doctor: Any, opened: None, record_address: str
) -> None:
    left_alone(doctor, 20)
    doctor.get(record_address, headers={"X-Ens-Sondage": "1"})
    left_alone(doctor, 11)
    assert doctor.get(record_address).status_code == 302


def test_a_record_closed_by_hand_asks_for_its_reason_again(
    doctor: Any, inaya: Any, opened: None, record_address: str
) -> None:
    assert 'action="/pro/dossiers/fermer/"' in doctor.get(record_address).content.decode()
    for whose in ("", "x", str(uuid4())):
        doctor.post("/pro/dossiers/fermer/", {"dossier": whose})
        assert doctor.get(record_address).status_code == 200
    answer = doctor.post("/pro/dossiers/fermer/", {"dossier": str(inaya.usager_id)})
    assert answer.headers["Location"] == "/pro/"
    assert doctor.get(record_address).headers["Location"].startswith(f"{record_address}ouvrir/")


def test_the_openings_end_with_the_session_and_only_the_latest_are_kept(
    doctor: Any, inaya: Any, opened: None, record_address: str
) -> None:
    session = doctor.session
    now = int(time.time())
    session[KEY] = {str(uuid4()): ["equipe_de_soins", now - n, 0] for n in range(25)}
    session.save()
    say_why(doctor, inaya)
    assert len(doctor.session[KEY]) == 12
    assert str(inaya.usager_id) in doctor.session[KEY]
    doctor.post("/deconnexion/")
    assert KEY not in doctor.session


def test_the_recent_patients_are_those_of_the_session_and_a_block_takes_one_away(
    people: Any, doctor: Any, dupond: Any, inaya: Any, opened: None, record_address: str
) -> None:
    other = people.usager(birth_name="DURAND")
    services.authorise(other.usager_id, rpps=dupond.rpps, by=other.actor)
    say_why(doctor, other)
    doctor.post("/pro/dossiers/fermer/", {"dossier": str(other.usager_id)})
    shown = doctor.get("/pro/patients/").content.decode()
    assert set(re.findall(r">(MICHEL|DURAND) \w+</a>", shown)) == {"MICHEL", "DURAND"}
    assert (shown.count(">Ouvert<"), shown.count(">Refermé<")) == (1, 1)
    assert record_address in shown
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    before = len(lines_of(inaya, Event.PATIENT_LOOKED_UP))
    assert "MICHEL" not in doctor.get("/pro/patients/").content.decode()
    assert "MICHEL" not in doctor.get("/pro/patients/").content.decode()
    assert len(lines_of(inaya, Event.PATIENT_LOOKED_UP)) == before + 1  # asked once, and forgotten
    services.block(other.usager_id, rpps=dupond.rpps, by=other.actor)
    assert "Aucun dossier ouvert depuis votre connexion" in doctor.get("/pro/patients/").content.decode()
