"""Who may write, answer, read and search; what the pages always say. On the cast, through the doors."""

from __future__ import annotations

import re
import smtplib
import ssl

import pytest

from tests.messaging.mails import mail
from tests.scenarios.conftest import Operator, Software, Space, Visitor, refused

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(240)]
DOCTORS, HOSPITAL = "medecins.mss.example", "hopital.mss.example"
SENDER = f"christelle.thomas@{HOSPITAL}"


def thread_of(visitor: Visitor, subject: str) -> str:
    found = re.search(
        r'href="(/messages/[0-9a-f-]{36}/)"(?:(?!</li>).)*' + subject, visitor.get("/messages/"), re.DOTALL
    )
    assert found, subject
    return found.group(1)


def token_of(visitor: Visitor) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', visitor.get("/messages/")).group(1)


@pytest.mark.feature("S080", "S081")
def test_an_ended_exchange_and_the_thread_of_someone_else_take_no_answer(space):
    inaya, sofia = Visitor(space, "inaya"), Visitor(space, "aidante")
    ended, open_ = thread_of(inaya, "12234567890_PCR_résultats"), thread_of(inaya, "Préparation de votre rendez-vous")
    page = inaya.get(ended)
    assert "Labo BioPCR Orly a mis fin à vos échanges" in page
    assert "repondre/" not in page
    for visitor, thread in ((inaya, ended), (sofia, open_)):
        answer = {"csrfmiddlewaretoken": token_of(visitor), "corps": "Bonjour"}
        assert refused(lambda v=visitor, t=thread, a=answer: v.post(f"{t}repondre/", a)) in (404, 422)
    assert "repondre/" in inaya.get(open_)  # who wrote first and did not end it may be answered
    assert not [path for path in (space.data / "demonstration" / "boites").rglob("*") if _holds(path, b"Bonjour\r\n")]


def _holds(path, words: bytes) -> bool:
    return path.is_file() and DOCTORS in str(path) and words in path.read_bytes()


@pytest.mark.feature("S089", "S090", "S092")
def test_both_operators_write_under_their_own_domain_and_nobody_else_does(space):
    inaya = space.one("usagers", "inaya")
    for domain, sender in ((DOCTORS, f"docteur.dupond@{DOCTORS}"), (HOSPITAL, SENDER)):
        Operator(space, domain).send(sender, inaya["address"], mail(inaya["address"], sender=sender))
    with pytest.raises(smtplib.SMTPSenderRefused) as refusal:  # the other operator's domain
        Operator(space, DOCTORS).send(SENDER, inaya["address"], mail(inaya["address"], sender=SENDER))
    assert b"domaine_non_autorise" in refusal.value.smtp_error
    place = space.contract["smtp"]
    with smtplib.SMTP(place["host"], place["port"], timeout=30) as client, pytest.raises(smtplib.SMTPException):
        client.sendmail(SENDER, [inaya["address"]], b"Subject: x\r\n\r\nx")  # in clear
    context = ssl.create_default_context(cafile=place["ca"])
    with (
        pytest.raises((smtplib.SMTPException, OSError)),  # without a certificate
        smtplib.SMTP(place["host"], place["port"], timeout=30) as client,
    ):
        client.starttls(context=context)
        client.sendmail(SENDER, [inaya["address"]], b"Subject: x\r\n\r\nx")


@pytest.mark.feature("S035", "S045")
def test_a_professional_finds_a_patient_by_matricule_only_and_is_shown_by_name(space):
    dupond, inaya = Visitor(space, "dupond"), space.one("usagers", "inaya")
    assert dupond.address == "/pro/"
    rpps = space.one("professionals", "dupond")["rpps"]
    assert "Docteur Dupond" in dupond.home and f"RPPS {rpps}" in dupond.home
    found = dupond.submit(dupond.home, "/pro/", {"matricule": inaya["matricule"]})
    assert "MICHEL" in found.upper() and "12/04/1989" in found
    assert refused(lambda: dupond.submit(dupond.home, "/pro/", {"matricule": "MICHEL Inaya"})) == 422


@pytest.mark.feature("S107")
def test_an_establishment_files_under_its_name_but_a_person_reads(space):
    inaya, hospital = space.one("usagers", "inaya"), Software(space, "establishments", "hopital")
    who = f"patient.identifier=urn:oid:{inaya['oid']}|{inaya['matricule']}"
    status, answer = hospital.call(f"DocumentReference?{who}")
    assert status == 403
    assert answer["issue"][0]["details"]["coding"][0]["code"] == "personne_requise"
    history = Visitor(space, "inaya").get("/historique/")
    assert "Labo BioPCR Orly" in history and "a déposé" in history  # filing under its name is told so
    assert "Docteur Paul André" in history  # reading is told with the person


@pytest.mark.feature("S050", "S061", "S165")
def test_the_laboratory_s_results_are_a_table_with_their_source_and_both_versions(space):
    inaya = Visitor(space, "inaya")
    documents = inaya.get("/documents/")
    link = re.search(r'href="(/documents/[0-9a-f-]{36}/)"[^>]*>\s*Compte rendu d(?:&#x27;|’|\')analyses', documents)
    page = inaya.get(link.group(1))
    assert "<th" in page and "Ferritine" in page and "Hémoglobine glyquée" in page
    assert "Labo BioPCR Orly" in page and "Version 1" in page
    # the kinds of source, each said on its row
    assert all(source in documents for source in ("Labo BioPCR Orly", "Docteur Dupond", "Ajouté par vous"))


@pytest.mark.feature("S079", "S166", "S167", "S168")
def test_the_home_greets_and_every_page_has_its_menu_and_footer(space):
    inaya, person = Visitor(space, "inaya"), space.one("usagers", "inaya")
    assert "Bonjour Inaya" in inaya.home
    assert all(words in inaya.home for words in ("Ajouter un document", "Derniers documents", "Messages"))
    order = [inaya.home.index(f'href="{path}"') for path in ("/accueil/", "/documents/", "/messages/")]
    assert order == sorted(order)
    assert person["matricule"] in inaya.get("/messages/")
    footer = re.search(r"<footer.*?</footer>", inaya.home, re.DOTALL).group(0)
    pages = re.findall(r'href="(/[^"]+)"', footer)
    assert len(pages) == 7 and "Accessibilité" in footer
    for path in pages:
        assert "<h1" in inaya.get(path)
    inaya.submit(inaya.get("/accueil/"), "/deconnexion/", {})
    assert "/connexion/" in _address_after(inaya, "/accueil/")


def _address_after(visitor: Visitor, path: str) -> str:
    visitor.get(path)
    return visitor.address


@pytest.mark.feature("B01")
def test_the_crowd_is_read_by_docteur_dupond(space: Space):
    done = space.ens("crowd", "3", "--json")
    assert done.returncode == 0, done.stderr
    dupond = Software(space, "professionals", "dupond")
    for line in (space.data / "crowd.txt").read_text().split()[-3:]:
        oid, _, matricule = line.partition("|")
        status, found = dupond.call(f"Patient?identifier=urn:oid:{oid}|{matricule}")
        assert (status, len(found["entry"])) == (200, 1)
        assert dupond.call(f"DocumentReference?patient.identifier=urn:oid:{oid}|{matricule}")[0] == 200
