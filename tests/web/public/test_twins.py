"""Twins on one card: whose space it is, is chosen from their names, never guessed nor filed to the other (N003)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from ens.connectors.vitale.simulator import serial_of
from ens.identity.models import Rattachement, Representation
from ens.journeys.deletion import delete_space
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work
from tests.factories import People
from tests.web.public.test_activation import claim, code_of, state_of
from tests.web.public.test_signing_in import events_of, make_account, sign_in
from tests.web.usager.conftest import text_of

BORN = date(2019, 5, 2)
LIST, NEXT = "/activation/personne/", "/activation/coordonnees/"


@dataclass
class Family:
    mother: Any
    lea: Any
    tom: Any

    def says(self, child: Any) -> dict[str, Any]:
        """With the child's letter, and the mother's number and card."""
        number = self.mother.matricule
        return claim(child, code_of(child), born=BORN, matricule=number, carte=serial_of(number))

    def comes(self, browser: Any, child: Any, **wrong: Any) -> Any:
        return browser.post("/activation/", self.says(child) | wrong)


def represents(parent: Any, child: Any) -> None:
    """As the insurance's file declares it: a row on each side."""
    for one, other, side in ((parent, child, "enfant"), (child, parent, "representant")):

        def link(unit: Any, other: Any = other, side: str = side) -> None:
            unit.untraced("essai")
            Representation.objects.create(
                usager_id=unit.usager_id, id=other.usager_id, other_id=other.usager_id, side=side, since=BORN
            )

        unit_of_work(one.usager_id, link, by=SYSTEM)


def child(people: People, first_names: str, parent: Any, *, born: date = BORN) -> Any:
    made = people.usager(state="noticed", first_names=first_names, birth_name="HADDAD", birth_date=born)
    Rattachement.objects.filter(usager_id=made.usager_id).delete()
    represents(parent, made)
    return made


@pytest.fixture
def family(people: People) -> Family:
    mother = make_account(people)
    child(people, "ADAM", mother, born=date(2016, 1, 9))  # born another day: never listed
    return Family(mother, child(people, "LEA", mother), child(people, "TOM", mother))


def place_of(page: Any, name: str) -> str:
    before, _, _ = text_of(page).partition(name)
    return "2" if "Haddad" in before else "1"


@pytest.mark.feature("N003")
def test_the_name_is_chosen_from_the_twins_of_the_card_and_only_that_child_opens(
    visitor: Any, family: Family, mail: Any
) -> None:
    assert family.comes(visitor, family.tom).headers["Location"] == LIST
    page = visitor.get(LIST)
    assert ("Léa Haddad" in text_of(page) or "Lea Haddad" in text_of(page)) and "Tom Haddad" in text_of(page)
    assert "Adam" not in text_of(page)
    shown = page.content.decode()
    assert " checked" not in shown
    assert not {str(family.lea.usager_id), str(family.tom.usager_id)} & set(shown.replace('"', " ").split())
    assert "jumeaux_nommes" in events_of(family.lea)  # whose name was shown can see it
    assert visitor.post(LIST, {"personne": place_of(page, "Tom")}).headers["Location"] == NEXT
    assert visitor.get(NEXT).headers["Location"] == "/activation/enfant/"
    sign_in(visitor, family.mother, mail, suite="/activation/enfant/")
    assert visitor.post("/activation/enfant/", {"representant": "oui"}).status_code == 302
    assert (state_of(family.tom), state_of(family.lea)) == ("activated", "noticed")


@pytest.mark.feature("N003")
def test_another_s_name_opens_nothing_and_the_right_one_still_does(visitor: Any, family: Family) -> None:
    family.comes(visitor, family.tom)
    page = visitor.get(LIST)
    wrong = visitor.post(LIST, {"personne": place_of(page, "Lea")})
    assert wrong.status_code == 422
    assert "Ce code n'est pas celui de cette personne" in text_of(wrong).replace("’", "'")
    for address in (NEXT, "/activation/enfant/", "/activation/compte/"):  # no step goes on before the choice
        assert visitor.get(address).headers["Location"] == LIST
        assert visitor.post(address, {"representant": "oui"}).headers["Location"] == LIST
    assert visitor.post(LIST, {"personne": place_of(page, "Tom")}).headers["Location"] == NEXT
    assert visitor.post(LIST, {"personne": place_of(page, "Lea")}).headers["Location"] == NEXT  # too late: chosen
    assert visitor.session["ens_preuve"]["usager"] == str(family.tom.usager_id)


@pytest.mark.feature("N003")
def test_what_a_browser_makes_up_names_nobody(visitor: Any, family: Family, people: People) -> None:
    stranger = people.usager(state="noticed", birth_date=BORN)
    family.comes(visitor, family.tom)
    for forged in ("", "0", "3", "-1", "1 ", "١", "2.0", str(stranger.usager_id), str(family.tom.usager_id)):
        answer = visitor.post(LIST, {"personne": forged, "usager": str(stranger.usager_id)})
        assert (answer.status_code, "Choisissez un nom" in text_of(answer)) == (422, True), forged
    assert "ens_preuve" not in visitor.session


@pytest.mark.feature("N003", "S006")
def test_no_name_is_told_before_the_code_the_date_and_the_card_are_right(
    visitor: Any, family: Family, people: People
) -> None:
    stranger = people.usager()
    for wrong in (
        {"carte": "12345678901"},
        {"code": code_of(stranger)},
        {"jour": "3"},
        {"matricule": stranger.matricule, "carte": serial_of(stranger.matricule)},
    ):
        answer = family.comes(visitor, family.tom, **wrong)
        assert (answer.status_code, "ne vont pas ensemble" in text_of(answer)) == (422, True), wrong
        assert visitor.get(LIST, follow=True).redirect_chain[-1][0].startswith("/activation/")
        assert "Haddad" not in text_of(visitor.get(LIST, follow=True))


@pytest.mark.feature("N003")
def test_only_the_living_of_that_card_are_named_and_one_alone_is_asked_nothing(
    visitor: Any, family: Family, people: People
) -> None:
    from ens.identity.models import Usager

    father = make_account(people)
    represents(father, family.lea)  # a brother of hers on another card, born the same day, is not on this one
    child(people, "ELIE", father)
    family.comes(visitor, family.lea)
    assert "Elie" not in text_of(visitor.get(LIST))
    delete_space(father.usager_id, by=SYSTEM)  # whose link stays on her side: it finds nobody, and stops nothing
    assert family.comes(visitor, family.lea).headers["Location"] == LIST

    def dies(unit: Any) -> None:
        unit.untraced("essai")
        Usager.objects.filter(usager_id=unit.usager_id).update(died_on=date(2026, 1, 1))

    unit_of_work(family.tom.usager_id, dies, by=SYSTEM)
    assert family.comes(visitor, family.lea).headers["Location"] == NEXT  # and no word of why
    own = claim(family.lea, code_of(family.lea), born=BORN)
    assert visitor.post("/activation/", own).headers["Location"] == NEXT  # a number of one's own is nobody else's


@pytest.mark.feature("N003")
def test_the_insured_s_number_serves_for_whom_they_have_in_charge(visitor: Any, people: People) -> None:
    """Without being their representative: the number kept apart from the person's own INS."""
    from ens.identity import services
    from ens.identity.types import NewUsager
    from tests.factories import TEST_OID, matricule

    insured, own = matricule(), matricule()
    who = services.register_usager(
        NewUsager("HADDAD", "ZOE", BORN, "F", "75056", own, TEST_OID, insured_matricule=insured), by=SYSTEM
    )
    people.bring_to(who, "noticed")

    class Zoe:
        usager_id, matricule = who, insured

    assert visitor.post("/activation/", claim(Zoe, code_of(Zoe), born=BORN)).headers["Location"] == NEXT


@pytest.mark.feature("N003", "S001")
def test_twins_of_the_insurance_s_file_are_told_apart_at_the_first_visit(
    visitor: Any, people: People, tmp_path: Any
) -> None:
    """Imported and never welcomed, their names as the file writes them, namesakes told by all their first names."""
    from ens.identity.population.load import import_population
    from ens.identity.queries import find_usager
    from tests.identity.population import line, write

    one = line(date_naissance="1988-02-03", prenoms="INES")
    number = one["matricule"]
    born = {"date_naissance": BORN.isoformat(), "nom_naissance": "HADDAD", "representants": number}
    children = [line(**born, matricule_assure=number, prenoms=names) for names in ("ANNE LOUISE", "ANNE MARIE")]
    import_population(write(tmp_path / "population.csv", one, *children))

    class Told:
        def __init__(self, matricule: str) -> None:
            known = find_usager(matricule)
            assert known is not None
            self.usager_id, self.matricule = known.usager_id, matricule

    louise, _ = (Told(child["matricule"]) for child in children)
    people.bring_to(louise.usager_id, "noticed")
    assert Family(Told(number), louise, louise).comes(visitor, louise).headers["Location"] == LIST
    shown = text_of(visitor.get(LIST))
    assert shown.index("Anne Louise Haddad") < shown.index("Anne Marie Haddad")
    assert visitor.post(LIST, {"personne": "2"}).status_code == 422
    assert visitor.post(LIST, {"personne": "1"}).headers["Location"] == NEXT


@pytest.mark.feature("N003")
def test_a_code_says_which_twin_and_the_choice_page_and_receipt_name_them(visitor: Any, family: Family) -> None:
    born = {"jour": "2", "mois": "5", "annee": "2019"}
    page = visitor.post("/bienvenue/", {"code": code_of(family.tom), **born}, follow=True)
    assert "Pour Tom H." in text_of(page)
    assert "Lea" not in text_of(page)  # the card is not proved here: nobody else is named
    visitor.post("/bienvenue/", {"choix": "opposer"})
    assert (state_of(family.tom), state_of(family.lea)) == ("opposed", "noticed")
    assert visitor.get("/bienvenue/recepisse/").status_code == 200


def test_a_code_replaced_while_the_list_is_read_begins_again(visitor: Any, family: Family) -> None:
    family.comes(visitor, family.tom)
    code_of(family.tom)
    assert visitor.post(LIST, {"personne": "1"}).headers["Location"] == "/activation/?fin=recommencer"
    assert "ens_preuve_a_preciser" not in visitor.session
