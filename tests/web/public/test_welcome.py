"""``/bienvenue/``: a code, a birth date, two equal choices, and every change of mind."""

from __future__ import annotations

import io
from datetime import date
from unittest.mock import Mock

import pikepdf
import pytest

from ens.enrolment import codes, funnel, lettering, screens
from ens.enrolment.models import Declaration, Event
from ens.identity.models import Rattachement
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work
from ens.web.common import proof as proofs

ADDRESS, RECEIPT = "/bienvenue/", "/bienvenue/recepisse/"
BORN = {"jour": "2", "mois": "4", "annee": "1989"}


def code_of(person, **how):
    def act(unit):
        unit.untraced("essai")
        return codes.issue(unit, **{"channel": "courrier", **how}).text

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def events(person):
    def act(unit):
        unit.untraced("essai")
        return [row.kind for row in Event.objects.filter(usager_id=unit.usager_id).order_by("rank")]

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def declared(person):
    def act(unit):
        unit.untraced("essai")
        return set(Declaration.objects.filter(usager_id=unit.usager_id).values_list("kind", flat=True))

    return unit_of_work(person.usager_id, act, by=SYSTEM)


@pytest.fixture
def client(db, static_folder):
    from django.test import Client

    return Client()


@pytest.fixture
def person(people, static_folder):
    return people.usager(state="noticed")


@pytest.fixture
def child(people, static_folder):
    return people.usager(state="noticed", birth_date=date(2020, 3, 1), first_names="LEO", sex="M")


def without_account(person):
    Rattachement.objects.filter(usager_id=person.usager_id).delete()
    return person


def come(client, person, **born):
    return client.post(ADDRESS, {"code": code_of(person), **BORN, **born}, follow=True)


def choose(client, what):
    return client.post(ADDRESS, {"choix": what}, follow=True)


@pytest.mark.feature("S005", "S008")
def test_the_code_and_the_birth_date_lead_to_two_equal_choices(client, person):
    page = come(client, person).content.decode()
    assert "Votre choix pour Mon espace santé" in page
    assert page.count("fr-btn fr-btn--secondary") == 2
    assert 'value="activer"' in page and 'value="opposer"' in page
    assert "I. M." in page and "1989" in page
    assert "MICHEL" not in page.upper().replace("I. M.", "")  # a letter's finder learns no name


@pytest.mark.feature("S002", "S008", "S009")
@pytest.mark.parametrize(("what", "kept"), [("opposer", "opposed"), ("activer", "activated")])
def test_a_letter_that_arrives_before_its_printer_s_report_already_serves(client, people, static_folder, what, kept):
    person = people.usager(state="unknown")
    page = come(client, person).content.decode()
    assert "Votre choix pour Mon espace santé" in page
    assert "à la fin du délai" in page  # no day is promised before its letter is known to have left
    choose(client, what)
    assert events(person) == [kept]


@pytest.mark.feature("S005", "N006")
def test_case_spaces_and_dashes_of_the_code_do_not_matter(client, person):
    typed = code_of(person).lower().replace(" ", "-")
    assert "Votre choix" in client.post(ADDRESS, {"code": typed, **BORN}, follow=True).content.decode()


@pytest.mark.feature("S008", "S009", "N013")
def test_opposing_needs_no_account_is_written_once_and_has_its_receipt(client, person):
    come(client, person)
    page = choose(client, "opposer").content.decode()
    assert "Votre opposition est enregistrée" in page
    assert events(person) == ["noticed", "opposed"]
    choose(client, "opposer")
    assert events(person) == ["noticed", "opposed"]
    first, again = client.get(RECEIPT), client.get(RECEIPT)
    assert first["Content-Type"] == "application/pdf" and first.content == again.content
    with pikepdf.open(io.BytesIO(first.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked


@pytest.mark.feature("S007")
def test_activating_opens_the_space_at_once(client, person):
    come(client, person)
    choose(client, "activer")
    assert events(person) == ["noticed", "activated"]
    assert funnel.figures(among=[person.usager_id]).activated == 1


@pytest.mark.feature("S012", "S013")
def test_a_mind_changes_both_ways_each_time_dated(client, person):
    come(client, without_account(person))
    for choice in ("opposer", "activer", "fermer", "activer"):
        choose(client, choice)
    assert events(person) == ["noticed", "opposed", "activated", "closed", "activated"]


@pytest.mark.feature("S013")
def test_a_space_that_opened_at_the_deadline_is_closed_rather_than_opposed(client, people, static_folder):
    person = without_account(people.usager(state="opened"))
    page = come(client, person).content.decode()
    assert "L’espace est ouvert" in page and 'value="opposer"' not in page
    assert "Ce choix n’est plus possible" in choose(client, "opposer").content.decode()
    choose(client, "fermer")
    assert events(person)[-1] == "closed"


@pytest.mark.feature("S006", "S014")
@pytest.mark.parametrize("what", ["code", "date", "revoked", "nobody"])
def test_whatever_is_wrong_the_page_says_the_same(client, person, what):
    code, born = code_of(person), dict(BORN)
    if what == "code":
        code = code[:-1] + next(one for one in lettering.ALPHABET if one != code[-1])
    if what == "date":
        born["jour"] = "3"
    if what == "revoked":
        code_of(person)
    if what == "nobody":
        code = "2222 2222 2222"
    answer = client.post(ADDRESS, {"code": code, **born})
    assert answer.status_code == 422
    assert "ne vont pas ensemble, ou le code n’est plus valable" in answer.content.decode()
    assert proofs.KEY not in client.session


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"code": "", **BORN}, "il compte 12 caractères"),
        ({"code": "ABCD", **BORN}, "Il manque 8 caractères"),
        ({"code": "ABCD EFGH JKM0", **BORN}, "Aucun code ne contient « 0 »"),
        ({"code": "ABCD EFGH JKMN", "jour": "31", "mois": "2", "annee": "1989"}, "Cette date n’existe pas"),
        ({"code": "ABCD EFGH JKMN"}, "jour, mois et année"),
    ],
    ids=["empty", "short", "look-alike", "no such date", "no date"],
)
def test_what_was_mistyped_is_said_beside_its_field(client, db, static_folder, sent, said):
    answer = client.post(ADDRESS, sent)
    assert answer.status_code == 422
    assert said in answer.content.decode().replace("\u00a0", " ")


def test_many_tries_of_an_address_are_stopped(client, person, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "ENS_CODE_TRIES_PER_ADDRESS", 3)
    for tried in "22222", "33333", "44444":
        client.post(ADDRESS, {"code": f"{tried}2222222", **BORN})
    assert client.post(ADDRESS, {"code": code_of(person), **BORN}).status_code == 429


@pytest.mark.feature("S005")
def test_codes_guessed_from_many_addresses_leave_each_a_tenth_of_its_tries_and_are_told_once(
    client, person, monkeypatch
):
    from django.conf import settings

    from ens.enrolment import tries
    from ens.identity import limits

    told = Mock(wraps=tries.events.about_nobody)
    monkeypatch.setattr(tries.events, "about_nobody", told)
    monkeypatch.setattr(settings, "ENS_CODE_TRIES_PER_ADDRESS", 20)
    monkeypatch.setattr(settings, "ENS_CODE_TRIES_TOTAL", limits.count(tries._ALL, "") + 3)

    def guess(address, code):
        return client.post(ADDRESS, {"code": code, **BORN}, REMOTE_ADDR=address).status_code

    letters = "ABCDEFGH"
    assert [guess(f"198.51.100.{rank}", 12 * letters[rank]) for rank in range(3)] == [422] * 3
    assert [guess("198.51.100.9", 12 * letters[rank]) for rank in range(3, 6)] == [422, 422, 429]
    assert guess("198.51.100.9", code_of(person)) == 429  # and the right one waits there
    assert guess("198.51.100.10", code_of(person)) == 302  # not where nobody guessed
    assert [one.args[1] for one in told.call_args_list] == ["codes_essayes_en_nombre"]


def test_without_a_proof_nothing_is_chosen(client, person):
    answer = client.post(ADDRESS, {"choix": "opposer"}, follow=True)
    assert "Saisissez de nouveau votre code" in answer.content.decode()
    assert events(person) == ["noticed"]
    assert client.get(RECEIPT).status_code == 404


def test_a_proof_lasts_half_an_hour(client, person):
    come(client, person)
    session = client.session
    session[proofs.KEY] |= {"le": session[proofs.KEY]["le"] - proofs.SECONDS - 1}
    session.save()
    choose(client, "opposer")
    assert events(person) == ["noticed"]


def test_the_session_has_another_key_once_something_is_proved(client, person):
    client.get(ADDRESS)
    session = client.session
    session["x"] = 1
    session.save()
    before = client.session.session_key
    come(client, person)
    assert client.session.session_key != before


def test_a_code_replaced_meanwhile_proves_no_more(client, person):
    come(client, person)
    code_of(person)
    assert "un autre l’a remplacé" in choose(client, "opposer").content.decode()
    assert events(person) == ["noticed"]


def test_whoever_has_an_account_closes_from_there(client, people):
    person = people.usager(state="opened")
    page = come(client, person).content.decode()
    assert "Vous avez déjà un compte" in page and 'value="fermer"' not in page
    choose(client, "fermer")
    assert events(person)[-1] == "opened"


@pytest.mark.feature("S019", "S020", "B11")
def test_for_a_child_the_same_act_declares_who_chooses(client, child):
    page = come(client, child, jour="1", mois="3", annee="2020").content.decode()
    assert "Votre choix pour cet enfant" in page and "représentant légal" in page
    choose(client, "activer")
    assert events(child) == ["noticed", "activated"]
    assert declared(child) == {"representant", "accord_declare"}


@pytest.mark.feature("N002", "B11")
@pytest.mark.parametrize(("what", "kept"), [("pas-representant", "pas_representant"), ("desaccord", "desaccord")])
def test_who_is_not_the_representative_or_disagrees_freezes_the_opening(client, child, what, kept):
    come(client, child, jour="1", mois="3", annee="2020")
    assert "Une vérification est nécessaire" in choose(client, what).content.decode()
    assert events(child) == ["noticed", "frozen"]
    assert declared(child) == {kept}
    assert "Une vérification est nécessaire" in choose(client, "activer").content.decode()
    assert events(child) == ["noticed", "frozen"]


@pytest.mark.feature("N002")
def test_an_adult_is_nobodys_child(client, person):
    come(client, person)
    choose(client, "desaccord")
    assert events(person) == ["noticed"]


@pytest.mark.feature("S026")
def test_the_screens_reached_are_counted_about_nobody(client, person):
    from ens.kernel import clock

    screens.write()
    today = clock.today()
    before = screens.counts(today, today)
    client.get(ADDRESS)
    come(client, person)
    choose(client, "opposer")
    screens.write()
    after = screens.counts(today, today)
    assert after["code", ""] == before.get(("code", ""), 0) + 1
    for step in ("choix", "oppose"):
        assert after[step, "courrier"] == before.get((step, "courrier"), 0) + 1


@pytest.mark.feature("S019")
def test_one_leaves_and_another_letter_s_code_is_typed(client, person, child):
    come(client, person)
    choose(client, "opposer")
    left = client.post(ADDRESS, {"choix": "quitter"}, follow=True).content.decode()
    assert 'name="code"' in left
    page = come(client, child, jour="1", mois="3", annee="2020").content.decode()
    assert "Votre choix pour cet enfant" in page
    assert 'value="quitter"' in page
    choose(client, "opposer")
    assert events(person)[-1] == events(child)[-1] == "opposed"


@pytest.mark.feature("S018")
def test_who_had_a_shared_record_and_opposes_is_told_it_is_not_deleted(client, person):
    from ens.identity.models import Usager

    def act(unit):
        unit.untraced("essai")
        Usager.objects.filter(usager_id=unit.usager_id).update(legacy_dmp=True)

    unit_of_work(person.usager_id, act, by=SYSTEM)
    come(client, person)
    assert "n’est pas supprimé" in choose(client, "opposer").content.decode()


@pytest.mark.parametrize(("year", "said"), [("89", "quatre chiffres"), ("2989", "pas encore passée")])
def test_a_year_that_cannot_be_a_birth_s_is_said_beside_the_date(client, person, year, said):
    answer = client.post(ADDRESS, {"code": code_of(person), **BORN, "annee": year})
    assert answer.status_code == 422
    assert answer.content.decode().count(said) == 2  # in the summary, and beside the field
