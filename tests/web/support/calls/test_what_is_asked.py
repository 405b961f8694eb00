"""What a person asks of the support is done under the agent's name, and told in their history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ens.enrolment import codes
from ens.enrolment.errors import CodeRefused
from ens.enrolment.types import State
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work
from tests.web.support.calls.conftest import call, state, told


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
