"""A call to the support: who is speaking is proved, what they ask is done under the agent's name, nothing clinical."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import override_settings
from django.urls import reverse

from ens.audit import queries as audit
from ens.audit.types import HistoryFilter
from ens.enrolment import codes
from ens.enrolment import queries as enrolment
from ens.enrolment import services as moves
from ens.enrolment.errors import CodeRefused
from ens.enrolment.types import State
from ens.identity.services import create_compte
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.persistence.unit import unit_of_work

BORN = {"naissance_jour": "2", "naissance_mois": "4", "naissance_annee": "1989"}


@pytest.fixture
def agent(db):
    return create_compte(f"support-{uuid4()}", name="Hugo Petit", role="support")


@pytest.fixture
def desk(agent, sign_in):
    return sign_in(agent)


def proof(person, **other):
    return {"matricule": person.matricule, **BORN, "trait": "nom_naissance", "reponse": "Michel", **other}


def call(desk, person, **other):
    return desk.post("/support/", proof(person, **other))


def state(person) -> State:
    def act(unit):
        unit.untraced("essai")
        return enrolment.state(unit)

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def told(person) -> list[tuple[str, str, str]]:
    """The agent's lines in the person's own history, the last first."""
    found = audit.history(person.usager_id, HistoryFilter(actor_kinds=(ActorKind.SUPPORT,)), by=person.actor)
    return [(line.event.value, line.outcome, line.actor_name) for line in found.lines]


def test_without_an_e_mail_another_letter_is_asked_for_and_it_is_said(desk, people):
    from ens.enrolment.models import Event, Lot, Return
    from ens.kernel.ids import new_id

    person = people.usager(state="noticed", email="")
    last = Event.objects.filter(usager_id=person.usager_id, kind="noticed").order_by("-rank")
    wave = new_id()

    def of_a_wave(unit):
        unit.untraced("essai")
        Lot.objects.filter(id=last.get().lot_id).update(wave_id=wave)
        return last.get().at

    noticed_at = unit_of_work(person.usager_id, of_a_wave, by=SYSTEM)
    with clock.freeze(noticed_at + timedelta(days=1)):
        call(desk, person)
        answer = desk.post("/support/personne/code/", {"demande": "on"}, follow=True)
    assert "La dernière lettre peut encore arriver" in answer.content.decode()
    assert Return.objects.get(usager_id=person.usager_id).at == noticed_at + timedelta(days=10)
    with clock.freeze(noticed_at + timedelta(days=11)):
        call(desk, person)
        answer = desk.post("/support/personne/code/", {"demande": "on"}, follow=True)
    assert "La personne recevra une nouvelle lettre" in answer.content.decode()
    assert Return.objects.get(usager_id=person.usager_id).wave_id == wave
    assert ("code_renvoye", "fait", "Hugo Petit") in told(person)


@pytest.mark.feature("S154", "B16")
def test_who_cannot_read_their_letter_is_written_to_in_large_print_without_waiting(desk, people):
    from ens.enrolment.models import Event, Lot, Return
    from ens.kernel.ids import new_id

    person = people.usager(state="noticed", email="")

    def of_a_wave(unit):
        unit.untraced("essai")
        last = Event.objects.filter(usager_id=person.usager_id, kind="noticed").latest("rank")
        Lot.objects.filter(id=last.lot_id).update(wave_id=new_id())
        return last.at

    now = unit_of_work(person.usager_id, of_a_wave, by=SYSTEM) + timedelta(days=2)
    with clock.freeze(now):
        call(desk, person)
        desk.post("/support/personne/code/", {"demande": "on"})  # would wait for ten days
        refused = desk.post("/support/personne/courriers/", {"gros": "oui"})
        assert refused.status_code == 422 and "en caractères ordinaires" in refused.content.decode()
        said = desk.post("/support/personne/courriers/", {"demande": "on", "gros": "oui"}, follow=True).content.decode()
        assert "Une nouvelle lettre part" in said and "en gros caractères" in said
        assert [one.at for one in Return.objects.filter(usager_id=person.usager_id)] == [now]
        again = desk.post("/support/personne/courriers/", {"demande": "on", "gros": "non"}, follow=True)
        assert "viendront en caractères ordinaires" in again.content.decode()
    assert [event for event, _, _ in told(person)].count("courriers_regles") == 2


@pytest.mark.feature("S154")
def test_an_opposition_is_taken_on_the_telephone_and_told_in_the_persons_history(desk, people):
    person = people.usager(state="noticed")
    assert call(desk, person).headers["Location"] == "/support/personne/"
    assert "Enregistrer son opposition" in desk.get("/support/personne/").content.decode()
    answer = desk.post("/support/personne/opposition/", {"demande": "on"}, follow=True)
    assert "Opposition enregistrée" in answer.content.decode()
    assert state(person) is State.OPPOSED
    page = desk.get("/support/personne/").content.decode()
    assert "S’est opposée" in page and "Enregistrer son changement d’avis" in page
    desk.post("/support/personne/changement/", {"demande": "on"})
    assert state(person) is State.NOTICED
    lines = told(person)
    assert {name for _, _, name in lines} == {"Hugo Petit"}
    acts = [event for event, _, _ in lines if event != "situation_lue"]
    assert acts == ["changement_assiste", "opposition_assistee", "identite_prouvee"]


@pytest.mark.feature("S154")
def test_a_new_code_goes_to_the_known_address_and_the_agent_never_sees_it(desk, people):
    from ens.notifications.models import Notice

    person = people.usager(state="noticed", email="inaya@exemple.fr")

    def former(unit):
        unit.untraced("essai")
        return codes.issue(unit, channel="email").text

    before = unit_of_work(person.usager_id, former, by=SYSTEM)
    codes.prove(before, date(1989, 4, 2))
    call(desk, person)
    answer = desk.post("/support/personne/code/", {"demande": "on"}, follow=True)
    assert "Nouveau code envoyé" in answer.content.decode()
    with pytest.raises(CodeRefused):
        codes.prove(before, date(1989, 4, 2))  # revoked

    def sealed(unit):
        from ens.coffre.services import sealer

        unit.untraced("essai")
        notice = Notice.objects.get(usager_id=person.usager_id, kind="code_provisoire")
        return sealer(unit).open_json("avis", notice.id, notice.sealed)["code"]

    code = unit_of_work(person.usager_id, sealed, by=SYSTEM)
    assert codes.prove(code, date(1989, 4, 2)).usager_id == person.usager_id
    assert code not in answer.content.decode() and code.replace(" ", "") not in answer.content.decode()
    assert told(person)[1][0] == "code_renvoye"


def test_the_e_mail_of_the_new_code_says_where_and_until_when(desk, people, monkeypatch):
    from ens.notifications import services
    from ens.notifications.models import Notice

    sent = []

    class Relay:
        def send(self, email):
            sent.append(email)

    person = people.usager(state="noticed", email="inaya@exemple.fr")
    call(desk, person)
    desk.post("/support/personne/code/", {"demande": "on"})

    def waiting(unit):
        unit.untraced("essai")
        return Notice.objects.get(usager_id=person.usager_id, kind="code_provisoire").id

    monkeypatch.setattr(services, "email_sender", Relay)
    services.send(person.usager_id, unit_of_work(person.usager_id, waiting, by=SYSTEM))
    [email] = sent
    assert email.to == "inaya@exemple.fr"
    assert "/bienvenue/" in email.body and "le précédent ne sert plus" in email.body
    assert f"{codes.last_day('email'):%d/%m/%Y}" in email.body


def test_without_an_address_a_code_goes_nowhere_and_it_is_said(desk, people):
    person = people.usager(state="noticed", email="")
    call(desk, person)
    answer = desk.post("/support/personne/code/", {"demande": "on"})
    assert answer.status_code == 409
    assert "Aucune adresse e-mail qui soit à la personne seule n’est connue" in answer.content.decode()


def bad_answers(people):
    known = people.usager(state="noticed")
    stranger = type("Stranger", (), {"matricule": people_matricule()})()
    return {
        "another birth date": (known, {"naissance_jour": "3"}),
        "another name": (known, {"reponse": "Durand"}),
        "a name no one has": (known, {"reponse": "1234"}),
        "the name for the first name": (known, {"trait": "premier_prenom"}),
        "unknown": (stranger, {}),
    }


def people_matricule() -> str:
    from tests.factories import matricule

    return matricule()


@pytest.mark.feature("S154")
def test_a_proof_that_fails_and_someone_unknown_are_answered_alike(desk, people):
    pages = set()
    for person, other in bad_answers(people).values():
        answer = call(desk, person, **other)
        assert answer.status_code == 422
        _, _, said = answer.content.decode().partition("Il reste quelque chose")
        pages.add(said.partition("</ul>")[0])
        assert desk.get("/support/personne/").status_code == 302  # no call is open
    assert len(pages) == 1
    assert "Aucune personne n’est prouvée" in pages.pop()


def test_a_failed_proof_is_in_the_history_of_whom_it_is_about(desk, people):
    person = people.usager(state="activated")
    call(desk, person, reponse="Durand")
    assert told(person) == [("identite_prouvee", "refuse", "Hugo Petit")]


@pytest.mark.parametrize(("trait", "said"), [("nom_naissance", "  MICHEL "), ("premier_prenom", "inaya")])
def test_a_name_is_heard_whatever_its_case(desk, people, trait, said):
    assert call(desk, people.usager(state="noticed"), trait=trait, reponse=said).status_code == 302


def test_after_some_failures_a_matricule_waits_known_or_not(desk, people):
    known, unknown = people.usager(state="noticed"), type("Nobody", (), {"matricule": people_matricule()})()
    for person in (known, unknown):
        for _ in range(5):
            assert "Aucune personne n’est prouvée" in call(desk, person, reponse="Durand").content.decode()
        assert "Trop d’essais en peu de temps" in call(desk, person, reponse="Michel").content.decode()


@override_settings(ENS_SUPPORT_SEARCHES=3)
def test_an_agent_asks_so_many_times_and_no_more(desk, people):
    persons = [people.usager(state="noticed") for _ in range(4)]
    answers = [call(desk, person) for person in persons]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert "Trop d’essais en peu de temps" in answers[-1].content.decode()


def test_a_proof_lasts_a_quarter_of_an_hour(desk, people):
    person = people.usager(state="noticed")
    call(desk, person)
    session = desk.session
    session["ens_appel"] = {**session["ens_appel"], "depuis": session["ens_appel"]["depuis"] - 15 * 60 - 1}
    session.save()
    answer = desk.post("/support/personne/opposition/", {"demande": "on"}, follow=True)
    assert "La preuve d’identité a expiré" in answer.content.decode()
    assert state(person) is State.NOTICED


def test_the_end_of_a_call_forgets_who_it_was(desk, people):
    call(desk, people.usager(state="noticed"))
    assert "Appel terminé" in desk.post("/support/terminer/", follow=True).content.decode()
    assert desk.get("/support/personne/").status_code == 302


def test_what_the_person_does_not_ask_is_not_done(desk, people):
    person = people.usager(state="noticed")
    call(desk, person)
    answer = desk.post("/support/personne/opposition/")
    assert answer.status_code == 422
    assert "Cochez la case si la personne le demande" in answer.content.decode()
    assert state(person) is State.NOTICED


@pytest.mark.parametrize("now", ["activated", "closed"])
def test_an_opposition_that_has_no_object_is_said(desk, people, now):
    person = people.usager(state=now)
    call(desk, person)
    assert "Enregistrer son opposition" not in desk.get("/support/personne/").content.decode()
    answer = desk.post("/support/personne/opposition/", {"demande": "on"})
    assert answer.status_code == 409
    assert "n’est pas possible dans l’état actuel" in answer.content.decode()
    assert "opposition_assistee" not in {event for event, _, _ in told(person)}


def test_nothing_is_done_while_a_human_looks_at_a_dispute(desk, people):
    person = people.usager(state="noticed")
    moves.freeze(person.usager_id, by=SYSTEM)
    call(desk, person)
    assert "L’ouverture est suspendue" in desk.get("/support/personne/").content.decode()
    assert desk.post("/support/personne/opposition/", {"demande": "on"}).status_code == 409


def test_contacts_are_masked_and_no_address_names_anyone(desk, people):
    person = people.usager(state="noticed", email="inaya.michel@exemple.fr")
    call(desk, person)
    answer = desk.get("/support/personne/")
    page = answer.content.decode()
    assert "i•••@exemple.fr" in page and "inaya.michel" not in page
    assert person.matricule not in page and "MICHEL" not in page.upper().replace("M.", "")
    assert str(person.usager_id) not in page


@pytest.mark.feature("S154")
def test_the_agent_opens_no_clinical_address_even_during_a_call(desk, people):
    """Every address of usagers and professionals, about the very person on the telephone."""
    from ens.web.common.access import access_table

    person = people.usager(state="activated")
    assert call(desk, person).status_code == 302
    looked_at = 0
    for name, audience in access_table().items():
        if audience not in ("usager", "professionnel", "pilotage"):
            continue
        one = person.usager_id
        for ids in ([], [one], ["csv"], [one, 1], [one, one], [one, one, 1]):
            try:
                address = reverse(name, args=ids)
            except Exception:  # noqa: BLE001 - another shape of address
                continue
            looked_at += 1
            for answer in (desk.get(address), desk.post(address)):
                assert answer.status_code == 404, address
    assert looked_at >= len([one for one in access_table().values() if one in ("usager", "professionnel", "pilotage")])


@pytest.mark.feature("S154")
def test_no_service_of_the_record_or_of_messages_answers_an_agent(people, agent):
    """Behind the pages: the same doors, asked directly."""
    from ens.kernel.errors import Absent, Refused
    from ens.messaging import services as messaging
    from ens.record import services as record
    from ens.record.types import DocumentFilter

    person = people.usager(state="activated")
    by = Actor(ActorKind.SUPPORT, str(agent.id), agent.name, role="support")
    asked = (
        lambda: record.list_documents(person.usager_id, DocumentFilter(), by=by),
        lambda: messaging.list_threads(person.usager_id, by=by),
        lambda: audit.history(person.usager_id, HistoryFilter(), by=by),
    )
    for ask in asked:
        with pytest.raises((Absent, Refused)):
            ask()


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind is not ActorKind.SUPPORT])
def test_nobody_else_assists(people, kind):
    from ens.journeys import assistance
    from ens.journeys.assistance import ProofTrait
    from ens.journeys.errors import PersonNotProved

    person = people.usager(state="noticed")
    by = Actor(kind, str(uuid4()), "Quelqu'un")
    with pytest.raises(PersonNotProved):
        assistance.prove(person.matricule, date(1989, 4, 2), ProofTrait.BIRTH_NAME, "Michel", by=by)
    for act in (assistance.look, assistance.oppose, assistance.change_mind, assistance.send_code):
        with pytest.raises(PersonNotProved):
            act(person.usager_id, by=by)
    assert state(person) is State.NOTICED


@pytest.mark.feature("S151")
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 16, 9, 30, tzinfo=UTC), "Ouvert en ce moment"),  # a Monday, half past ten in Paris
        (datetime(2026, 3, 16, 16, 29, tzinfo=UTC), "Ouvert en ce moment"),
        (datetime(2026, 3, 16, 16, 30, tzinfo=UTC), "Fermé en ce moment"),  # half past five
        (datetime(2026, 3, 16, 7, 0, tzinfo=UTC), "Réouverture"),
        (datetime(2026, 3, 14, 10, 0, tzinfo=UTC), "Réouverture"),  # a Saturday
    ],
)
def test_the_contact_block_says_whether_someone_answers_now(visitor, moment, said):
    with clock.freeze(moment):
        page = visitor.get("/aide/").content.decode()
    assert said in page and "3422" in page


@pytest.mark.feature("S151")
def test_the_contact_block_follows_its_settings(visitor):
    from datetime import time

    from ens.web.common.contact import support_now

    monday = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    deaf = {"ENS_SUPPORT_CLOSED": ["2026-03-16"], "ENS_SUPPORT_DEAF": "Sourds et malentendants : par la visio."}
    with override_settings(**deaf), clock.freeze(monday):
        page = visitor.get("/aide/").content.decode()
        assert "Fermé en ce moment" in page and "par la visio" in page
        assert support_now().opens_at == datetime(2026, 3, 17, 8, 30, tzinfo=clock.PARIS)
    with override_settings(ENS_SUPPORT_OPENING=[]), clock.freeze(monday):
        assert support_now().opens_at is None
    with override_settings(ENS_SUPPORT_OPENING=[(6, 7, time(9), time(12))]), clock.freeze(monday + timedelta(days=6)):
        assert support_now().is_open
