"""A second legal representative is invited by their number, names and birth date, and answers from their own space."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from ens.enrolment import services as enrolment
from ens.identity.errors import InvitationAbsent, TooManyManagers
from ens.identity.models import Invitation, Rattachement
from ens.journeys import representatives
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.persistence import outbox
from tests.factories import People
from tests.outbox import EVERYTHING
from tests.web.public.test_activation import proved
from tests.web.public.test_signing_in import events_of, make_account
from tests.web.usager.conftest import text_of

PAGE, ANSWER = "/profils/representants/", "/profils/invitations/"
BORN = date(2018, 4, 2)
SAID = "Si cette personne a un espace ouvert et que tout correspond, elle est prévenue."
INVITED, ACCEPTED, REFUSED = (
    "On vous invite à gérer l’espace d’un enfant", "Votre invitation est acceptée", "Votre invitation est refusée",
)  # fmt: skip


@pytest.fixture
def mother(people: People) -> Any:
    return make_account(people)


@pytest.fixture
def father(people: People) -> Any:
    return make_account(people, first_names="MARC JEAN", birth_name="LE GOFF", sex="M", birth_date=date(1985, 7, 9))


@pytest.fixture
def child(people: People, mother: Any) -> Any:
    from ens.identity import services

    made = people.usager(first_names="NOE", birth_date=BORN, sex="M")
    Rattachement.objects.filter(usager_id=made.usager_id).delete()
    services.attach(mother.compte, made.usager_id, "representant")
    return made


def browser_of(person: Any, shown: Any = None) -> Client:
    browser = Client()
    browser.force_login(person.compte)
    if shown is not None:
        browser.post("/profils/", {"profil": str(shown.usager_id)})
    return browser


def about(person: Any, **wrong: Any) -> dict[str, Any]:
    said = {"nom": "Le Goff", "prenom": "marc", "matricule": person.matricule, "atteste": "on",
            "naissance_jour": 9, "naissance_mois": 7, "naissance_annee": 1985}  # fmt: skip
    return said | wrong


def told(mail: Any, person: Any) -> list[str]:
    outbox.run_due(EVERYTHING)
    return [one.subject for one in mail.of(person.email)]


@pytest.mark.feature("N024", "N025", "S042")
def test_invited_by_one_parent_the_other_accepts_from_their_own_space(
    mother: Any, father: Any, child: Any, mail: Any
) -> None:
    hers, his = browser_of(mother, child), browser_of(father)
    assert "inviter l’autre représentant légal" in text_of(hers.get("/profils/"))
    shown = hers.post(PAGE, about(father), follow=True).content.decode()
    assert SAID in shown
    assert "marc Le Goff" in shown and "Réponse possible" in shown
    assert told(mail, father) == [INVITED]
    assert "Noe" not in "".join(one.body for one in mail.of(father.email))

    assert "On vous invite à gérer" in text_of(his.get("/accueil/"))
    assert "On vous invite à gérer" in text_of(his.get("/profils/"))
    page = text_of(his.get(ANSWER))
    assert "L’espace de Noe Michel" in page and "Inaya Michel vous invite" in page
    waiting = str(Invitation.objects.get(to_compte=father.compte).id)
    assert his.post(ANSWER, {"invitation": waiting, "reponse": "accepter"}).status_code == 422  # certified by nobody
    yes = {"invitation": waiting, "reponse": "accepter", "representant": "oui"}
    assert his.post(ANSWER, yes).headers["Location"] == "/profils/"
    assert his.post(ANSWER, yes).status_code == 404  # once
    assert his.post("/profils/", {"profil": str(child.usager_id)}).headers["Location"] == "/accueil/"
    assert ACCEPTED in told(mail, mother)
    assert {"representant_invite", "representant_rattache"} <= set(events_of(child))
    assert "personne d’autre ne peut être invité" in text_of(his.get(PAGE))
    assert hers.post(PAGE, about(father)).status_code == 422  # two already


@pytest.mark.feature("N025")
@pytest.mark.parametrize("wrong", ["nom", "prenom", "naissance", "matricule", "opposed", "minor", "without account"])
def test_whoever_is_not_recognised_the_answer_is_one_and_nobody_is_told(
    mother: Any, father: Any, child: Any, people: People, mail: Any, wrong: str
) -> None:
    change = {
        "nom": {"nom": "Le Gof"}, "prenom": {"prenom": "Jean"}, "naissance": {"naissance_jour": 8},
        "matricule": {"matricule": people.usager(state="unknown").matricule},
    }.get(wrong, {})  # fmt: skip
    if wrong == "opposed":
        enrolment.close(father.usager_id, by=SYSTEM)
    if wrong == "minor":
        teen = make_account(people, first_names="MARC", birth_name="LE GOFF", birth_date=date(2012, 7, 9), sex="M")
        change = {"matricule": teen.matricule, "naissance_annee": 2012}
    if wrong == "without account":
        Rattachement.objects.filter(usager_id=father.usager_id).delete()
    hers = browser_of(mother, child)
    shown = hers.post(PAGE, about(father, **change), follow=True).content.decode()
    assert SAID in shown and "Réponse possible" in shown
    assert told(mail, father) == []
    assert not Invitation.objects.filter(usager_id=child.usager_id).exclude(to_compte=None).exists()


@pytest.mark.feature("N024")
def test_an_invitation_is_refused_withdrawn_or_over_and_then_opens_nothing(
    mother: Any, father: Any, child: Any, mail: Any
) -> None:
    hers, his = browser_of(mother, child), browser_of(father)

    def invited() -> str:
        hers.post(PAGE, about(father))
        return str(Invitation.objects.filter(to_compte=father.compte).latest("made_at").id)

    def accepted(one: str) -> int:
        return his.post(ANSWER, {"invitation": one, "reponse": "accepter", "representant": "oui"}).status_code

    refused = invited()
    his.post(ANSWER, {"invitation": refused, "reponse": "refuser"})
    assert told(mail, mother) == [REFUSED]
    withdrawn = invited()
    hers.post(PAGE, {"annuler": withdrawn})
    over = invited()
    with clock.freeze(datetime.now(UTC) + timedelta(days=31)), pytest.raises(InvitationAbsent):
        representatives.accept(father.compte, Invitation.objects.get(id=over).id, by=father.actor)
    assert browser_of(mother).post(ANSWER, {"invitation": over, "reponse": "refuser"}).status_code == 404  # not theirs
    assert [accepted(one) for one in (refused, withdrawn)] == [404, 404]
    enrolment.close(father.usager_id, by=SYSTEM)  # their own space meanwhile
    assert accepted(over) in (404, 422)
    assert "representant_rattache" not in events_of(child)
    assert {"invitation_refusee", "invitation_annulee"} <= set(events_of(child))


@pytest.mark.feature("N024")
def test_three_wait_at_most_and_of_two_who_accept_one_is_in(
    mother: Any, father: Any, child: Any, people: People
) -> None:
    other = make_account(people, first_names="LUC", birth_name="LE GOFF", sex="M", birth_date=date(1985, 7, 9))
    hers = browser_of(mother, child)
    for one in (about(father), about(other, prenom="Luc"), about(father)):
        assert hers.post(PAGE, one).status_code == 302
    fourth = hers.post(PAGE, about(father))
    assert (fourth.status_code, "Trois invitations attendent" in text_of(fourth)) == (422, True)
    first, second = (Invitation.objects.get(to_compte=one.compte).id for one in (father, other))
    representatives.accept(father.compte, first, by=father.actor)
    with pytest.raises(TooManyManagers):
        representatives.accept(other.compte, second, by=other.actor)
    assert Invitation.objects.get(id=second).state == "en_attente"


@pytest.mark.feature("N025")
def test_by_a_code_the_second_one_needs_an_open_space_of_their_own(mother: Any, father: Any, child: Any) -> None:
    his = browser_of(father)
    proved(his, child, born=BORN)
    enrolment.close(father.usager_id, by=SYSTEM)
    answer = his.post("/activation/enfant/", {"representant": "oui"})
    assert (answer.status_code, "il faut que votre propre espace soit ouvert" in text_of(answer)) == (422, True)
    assert "representant_rattache" not in events_of(child)


@pytest.mark.feature("N024")
def test_nobody_else_manages_who_manages(mother: Any, father: Any, child: Any) -> None:
    for browser in (browser_of(mother), browser_of(father)):  # of one's own space, and of nobody's child
        assert browser.get(PAGE).status_code == 404
        assert browser.post(PAGE, about(father)).status_code == 404
    hers = browser_of(mother, child)
    for forged in ("x", str(new_id())):
        assert hers.post(PAGE, {"annuler": forged}).status_code == 404
        assert hers.post(ANSWER, {"invitation": forged, "representant": "oui"}).status_code == 404
    wrong = hers.post(PAGE, about(father, nom="", matricule="12", naissance_jour=31, naissance_mois=2))
    assert wrong.status_code == 422
    assert "Ce numéro compte 15 caractères" in text_of(wrong) and "Cette date n’existe pas" in text_of(wrong)
