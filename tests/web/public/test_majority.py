"""Coming of age: from that day the space is its holder's alone, who is told and reads again what was decided (N032)."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from ens.access import services as access
from ens.identity import representing
from ens.identity import services as identities
from ens.identity.errors import TooManyManagers
from ens.identity.models import Compte, Rattachement
from ens.identity.services import create_compte
from ens.journeys import assistance, majority, new_code
from ens.journeys.errors import NoAddressForCode
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.kernel.ids import new_id
from ens.persistence import outbox
from ens.persistence.errors import TooBusy
from ens.persistence.unit import unit_of_work
from tests.factories import People
from tests.outbox import EVERYTHING
from tests.web.public.test_activation import ANSWERS, account_form, claim
from tests.web.public.test_signing_in import events_of, make_account, sign_in
from tests.web.usager.conftest import text_of

BORN, DAY = date(2010, 2, 1), date(2028, 2, 1)
SOON, OF_AGE, CODE = (
    "Vous aurez bientôt 18 ans", "Vous avez 18 ans : votre espace est à vous seul", "Votre nouveau code provisoire",
)  # fmt: skip
CHILD_SOON = "Un enfant que vous représentez aura bientôt 18 ans"
CHILD_OF_AGE = "Un enfant que vous représentiez a 18 ans"


@contextmanager
def on(day: date) -> Any:
    with clock.freeze(datetime(day.year, day.month, day.day, 9, tzinfo=UTC)):
        yield


@dataclass
class Family:
    mother: Any
    father: Any
    child: Any
    doctor: Any


@pytest.fixture
def family(people: People) -> Family:
    """A child of seventeen, whose space both parents show; a doctor was authorised by the mother."""
    with on(DAY - timedelta(days=60)):
        child = people.usager(email=f"p{new_id().hex}@exemple.fr", first_names="TOM", birth_date=BORN)
        child.email = contact(child)
        Rattachement.objects.filter(usager_id=child.usager_id).delete()
        Compte.objects.filter(id=child.compte.id).delete()
        parents = [make_account(people) for _ in range(2)]
        for parent in parents:
            attach(parent, child)
        doctor = people.professional(last_name="DUPOND")
        acting = Actor(ActorKind.USAGER, str(parents[0].compte.id), "Inaya Michel", "représentant légal",
                       usager_id=child.usager_id)  # fmt: skip
        access.authorise(child.usager_id, rpps=doctor.rpps, by=acting)
    return Family(*parents, child, doctor)


def contact(person: Any) -> str:
    from ens.identity import queries

    def act(unit: Any) -> str:
        unit.untraced("essai")
        return queries.email(unit)

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def attach(parent: Any, child: Any) -> None:
    def act(unit: Any) -> None:
        unit.untraced("essai")
        representing.represent(parent.compte, child.usager_id, ends_on=DAY)

    unit_of_work(child.usager_id, act, by=SYSTEM)


def subjects(mail: Any, person: Any) -> list[str]:
    return [one.subject for one in mail.of(person.email)]


def advance() -> None:
    majority.advance()
    outbox.run_due(EVERYTHING)


def ended(person: Any) -> int:
    return events_of(person).count("representation_finie")


@pytest.mark.feature("N032")
def test_each_is_told_once_a_month_before_and_on_the_day_with_a_code(family: Family, mail: Any) -> None:
    with on(DAY - timedelta(days=31)):
        advance()
        assert subjects(mail, family.child) == subjects(mail, family.mother) == []
    with on(DAY - timedelta(days=30)):
        for _ in range(2):
            advance()
        assert ended(family.child) == 0
        assert subjects(mail, family.child) == [SOON]
        assert subjects(mail, family.mother) == subjects(mail, family.father) == [CHILD_SOON]
    with on(DAY):
        for _ in range(2):
            advance()
        assert sorted(subjects(mail, family.child)) == sorted([SOON, OF_AGE, CODE])
        assert subjects(mail, family.father) == [CHILD_SOON, CHILD_OF_AGE]
    assert "TOM" not in "".join(one.body.upper() for one in mail.all)
    assert ended(family.child) == 2  # one line for each of those who acted for them


@pytest.mark.feature("N032")
def test_an_address_that_is_also_a_parent_s_is_sent_no_code(family: Family, mail: Any) -> None:
    def share(unit: Any) -> None:
        unit.untraced("essai")
        identities.set_contact(unit, "email", family.mother.email.upper())

    unit_of_work(family.child.usager_id, share, by=SYSTEM)
    with on(DAY):
        advance()
        new_code.send(family.child.usager_id, new_id())  # asked by whoever knows the number and the date
        outbox.run_due(EVERYTHING)
        with pytest.raises(NoAddressForCode):
            assistance.send_code(family.child.usager_id, by=Actor(ActorKind.SUPPORT, "1", "Hugo Petit", role="support"))
    assert subjects(mail, family.mother) == [CHILD_OF_AGE]


@pytest.mark.feature("N032", "S154")
def test_the_support_gives_the_new_adult_an_address_of_their_own_then_a_code(
    family: Family, people: People, mail: Any
) -> None:
    agent = create_compte(f"support-{new_id()}", name="Hugo Petit", role="support")
    desk, theirs = Client(), f"p{new_id().hex}@exemple.fr"
    desk.force_login(agent)
    asked = {"matricule": family.child.matricule, "naissance_jour": 1, "naissance_mois": 2, "naissance_annee": 2010,
             "trait": "nom_naissance", "reponse": "Michel"}  # fmt: skip
    with on(DAY - timedelta(days=1)):
        alone = people.usager(birth_date=BORN)  # a child whose representatives all left
        Rattachement.objects.filter(usager_id=alone.usager_id).delete()
        for child in (family.child, alone):
            desk.post("/support/", asked | {"matricule": child.matricule})
            assert "jeune adulte" not in text_of(desk.get("/support/personne/"))
            assert desk.post("/support/personne/adresse/", {"email": theirs, "piece": "on"}).status_code == 409
    with on(DAY):
        advance()
        desk.post("/support/", asked)
        assert "jeune adulte" in text_of(desk.get("/support/personne/"))
        for wrong in ({"email": theirs}, {"email": "", "piece": "on"}):
            assert desk.post("/support/personne/adresse/", wrong).status_code == 422
        parent = desk.post("/support/personne/adresse/", {"email": family.mother.email.upper(), "piece": "on"})
        assert (parent.status_code, "à la personne seule" in text_of(parent)) == (409, True)
        done = desk.post("/support/personne/adresse/", {"email": theirs, "piece": "on"}, follow=True)
        assert "Adresse enregistrée" in done.content.decode()
        desk.post("/support/personne/code/", {"demande": "on"})
        outbox.run_due(EVERYTHING)
    assert len(mail.of(theirs)) == 1
    assert "Votre adresse e-mail a changé" in subjects(mail, family.child)  # the former one is told
    assert "adresse_donnee_support" in events_of(family.child)


@pytest.mark.feature("N032", "S117")
def test_from_that_day_no_parent_enters_even_where_nothing_ran(family: Family, visitor: Any, mail: Any) -> None:
    with on(DAY - timedelta(days=1)):
        sign_in(visitor, family.mother, mail)
        chosen = visitor.post("/profils/", {"profil": str(family.child.usager_id)}, follow=True)
        assert "Tom" in text_of(chosen)
    with on(DAY):
        assert visitor.get("/documents/").status_code == 302  # the profile it showed is nobody's of theirs any more
        assert "Tom" not in text_of(visitor.get("/accueil/", follow=True))
        sign_in(visitor, family.mother, mail)
        assert "Tom" not in text_of(visitor.get("/profils/", follow=True))
        visitor.post("/profils/", {"profil": str(family.child.usager_id)})
        assert "Tom" not in text_of(visitor.get("/accueil/", follow=True))


@pytest.mark.feature("N032")
def test_the_young_adult_makes_an_account_and_reads_again_what_was_decided(
    family: Family, visitor: Any, mail: Any
) -> None:
    with on(DAY):
        advance()
        (body,) = [one.body for one in mail.of(family.child.email) if one.subject == CODE]
        code = body.split("Votre code provisoire : ")[1].split("\n")[0].replace("\u00a0", " ")
        visitor.post("/activation/", claim(family.child, code, born=BORN))
        visitor.post("/activation/coordonnees/", {"email": family.child.email, "telephone": ""})
        visitor.post("/activation/code/", {"code": mail.code(family.child.email)})
        visitor.post("/activation/compte/", account_form())
        visitor.post("/confidentialite/reglages/", ANSWERS)
        assert "Relisez ce qui a été décidé pour vous" in text_of(visitor.get("/accueil/"))
        shown = text_of(visitor.get("/confidentialite/"))
        assert "avant vos 18 ans" in shown and "Dupond" in shown
        for _ in range(2):  # twice is once
            assert visitor.post("/confidentialite/relu/").headers["Location"] == "/confidentialite/"
        assert "avant vos 18 ans" not in text_of(visitor.get("/confidentialite/"))
        assert "Relisez" not in text_of(visitor.get("/accueil/"))
    assert events_of(family.child).count("choix_relus") == 1


@pytest.mark.feature("N032")
def test_a_birth_date_corrected_moves_the_day_and_an_adult_is_represented_by_nobody_new(
    family: Family, people: People
) -> None:
    later = DAY + timedelta(days=365)
    representing.birth_corrected(family.child.usager_id, later)
    with on(DAY):
        majority.advance()
        assert ended(family.child) == 0
        with pytest.raises(TooManyManagers):  # both parents still count
            attach(make_account(people), family.child)
    with on(later):
        majority.advance()
        assert ended(family.child) == 2
        representing.birth_corrected(family.child.usager_id, None)  # already over: nothing changes
        assert {day for _, day in representing.former(family.child.usager_id)} == {later}


@pytest.mark.feature("N032")
def test_one_person_s_fault_keeps_nobody_waiting(family: Family, monkeypatch: Any) -> None:
    """A worker killed between two ties, or one that fails, goes on at the next hour."""
    real, failed = representing.end, []

    def once(tie: representing.Tie) -> bool:
        if tie.usager_id == family.child.usager_id and not failed:
            failed.append(tie.id)
            raise TooBusy()
        return real(tie)

    monkeypatch.setattr(representing, "end", once)
    with on(DAY):
        majority.advance()
        assert ended(family.child) == 1
        for _ in range(2):
            majority.advance()
    assert ended(family.child) == 2
