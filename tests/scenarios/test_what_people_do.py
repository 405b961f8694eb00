"""The spine, told through the doors people really use: a command, SMTP, FHIR, pages."""

from __future__ import annotations

import json
import re
import smtplib
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest

from tests.interop.fhir.builders import provide_bundle
from tests.messaging.mails import mail
from tests.scenarios.conftest import Operator, Software, Visitor, kept, until

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(240)]
HOSPITAL, SENDER = "hopital.mss.example", "christelle.thomas@hopital.mss.example"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
SECRETS = ("glycémie", "Christelle", "Thomas", "hémoglobine", "biologie")


@pytest.mark.feature("B01")
def test_each_of_the_cast_enters_with_one_click(space):
    keys = {one["key"] for one in space.contract["personas"]}
    assert {"inaya", "noe", "jade", "opposant", "etienne", "aidante", "pharmacienne"} <= keys
    assert {"labo", "hopital", "operateur-medecins", "pilote", "support", "dupond"} <= keys
    for one in space.contract["personas"]:
        visitor = Visitor(space, one["key"])
        assert "<h1" in visitor.home
        homes = ("/accueil/", "/pro/", "/pilotage/", "/support/")
        assert visitor.address in homes or visitor.address.startswith("/demonstration/roles/")


@pytest.mark.feature("S078", "S082", "S083", "S084", "S105")
def test_a_message_comes_with_its_files_is_kept_and_answered(space):
    inaya, operator = space.one("usagers", "inaya"), Operator(space, HOSPITAL)
    subject = f"Votre glycémie {uuid4().hex[:6]}"
    own = PDF + f"\n% {subject}".encode()  # what the record already has is not offered
    files = (
        ("compte rendu.pdf", "application/pdf", own),
        ("photo.jpg", "image/jpeg", JPEG),
        ("notes.docx", "application/octet-stream", b"PK"),
    )
    notices = len(kept(Path(space.contract["courriels"])))
    operator.send(
        SENDER,
        inaya["address"],
        mail(inaya["address"], sender=SENDER, label="Christelle_Thomas", subject=subject, files=files),
    )

    visitor = Visitor(space, "inaya")
    listed = visitor.get("/messages/")
    thread = re.search(r'href="(/messages/[0-9a-f-]{36}/)"(?:(?!</li>).)*' + subject, listed, re.DOTALL)
    assert thread, "the message is listed"
    page = visitor.get(thread.group(1))
    assert all(name in page for name in ("compte rendu.pdf", "photo.jpg", "notes.docx"))

    saving = re.search(r'action="(/messages/pieces/[0-9a-f-]{36}/enregistrer/)"', page)
    visitor.submit(page, saving.group(1), {})
    documents = visitor.get("/documents/")
    assert documents.count(">compte rendu<") == 1
    assert "par message" in documents

    answer = visitor.get(thread.group(1))
    visitor.submit(
        answer, thread.group(1) + "repondre/", {"corps": "Merci beaucoup"}, (("fichiers", "mesures.jpg", JPEG),)
    )
    sent = until(
        lambda: [one for one in operator.received() if b"Merci beaucoup" in one and subject.encode()[:6] in one]
    )
    assert sent, "the operator received the answer"
    parsed = message_from_bytes(sent[-1], policy=policy.default)
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["mesures.jpg"]
    assert inaya["address"] in parsed["From"]

    told = until(lambda: kept(Path(space.contract["courriels"]))[notices:])
    assert told, "a notice left"
    for notice in told:
        words = str(message_from_bytes(notice, policy=policy.default).as_string())
        assert not any(secret in words for secret in SECRETS)


@pytest.mark.feature("S037", "S046", "S047", "S105", "S108")
def test_a_document_filed_by_a_software_is_read_and_its_readings_shown(space):
    inaya, dupond = space.one("usagers", "inaya"), Software(space, "professionals", "dupond")
    title = f"Courrier {uuid4().hex[:6]}"
    notices = len(kept(Path(space.contract["courriels"])))
    status, answer = dupond.call("", provide_bundle(PDF, matricule=inaya["matricule"], oid=inaya["oid"], title=title))
    assert status == 200, answer
    document = answer["entry"][1]["response"]["location"].rsplit("DocumentReference/")[-1].split("/")[0]
    assert dupond.call(f"DocumentReference/{document}")[0] == 200

    visitor = Visitor(space, "inaya")
    assert f'href="/documents/{document}/"' in visitor.get("/documents/")
    assert title in visitor.get(f"/documents/{document}/")
    assert visitor.bytes_of(f"/documents/{document}/telecharger/") == PDF
    history = visitor.get("/historique/")
    assert f"a lu «\u00a0{title}\u00a0»" in history or f"a lu « {title} »" in history
    assert "Docteur Dupond" in history
    assert until(lambda: kept(Path(space.contract["courriels"]))[notices:]), "a notice left"


@pytest.mark.feature("S015", "S087")
@pytest.mark.parametrize("key", ["opposant", "notifie", "fermee"])
def test_nothing_reaches_someone_without_an_open_space_and_the_sender_cannot_tell_why(space, key):
    person, nobody = space.one("usagers", key), "185057512345673"
    answers = set()
    for address in (person["address"], f"{nobody}@patient.mssante.fr"):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
            Operator(space, HOSPITAL).send(SENDER, address, mail(address, sender=SENDER))
        answers.add(next(iter(refusal.value.recipients.values())))
    assert len(answers) == 1
    dupond = Software(space, "professionals", "dupond")
    found = {
        str(dupond.call(f"Patient?identifier=urn:oid:{oid}|{matricule}")[1].get("entry", []))
        for oid, matricule in ((person["oid"], person["matricule"]), (person["oid"], nobody))
    }
    assert found == {"[]"}
    status, _ = dupond.call("", provide_bundle(PDF, matricule=person["matricule"], oid=person["oid"]))
    assert status == 404


@pytest.mark.feature("S030", "S031")
def test_keys_are_strict_except_for_the_test_identities_of_the_cast(space, tmp_path):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        wrong = "185057512345674@patient.mssante.fr"
        Operator(space, HOSPITAL).send(SENDER, wrong, mail(wrong, sender=SENDER))
    assert b"adresse_cle_invalide" in next(iter(refusal.value.recipients.values()))[1]

    published = space.one("usagers", "decourcy")  # its key is wrong in the published examples
    Operator(space, HOSPITAL).send(SENDER, published["address"], mail(published["address"], sender=SENDER))

    header = "matricule;oid;nom_naissance;prenoms;date_naissance;sexe;lieu_naissance"
    corsican = "781102A12500908;1.2.250.1.213.1.4.9;PAOLI;LELIA;1981-10-04;F;2A004"
    lying = "289456789012345;1.2.250.1.213.1.4.10;MICHEL;INAYA;1989-04-12;F;75056"
    (tmp_path / "population.csv").write_text("\n".join((header, corsican, lying)) + "\n", "utf-8")
    done = space.ens("import", "population", str(tmp_path / "population.csv"), "--json")
    assert done.returncode == 0, done.stderr
    assert '"registered": 1' in done.stdout
    assert "clé" in done.stdout


@pytest.mark.feature("S101", "S098")
def test_a_masked_document_is_not_there_for_another_doctor(space):
    inaya = space.one("usagers", "inaya")
    who = f"patient.identifier=urn:oid:{inaya['oid']}|{inaya['matricule']}"
    titles = {}
    for key in ("dupond", "etienne"):
        _, bundle = Software(space, "professionals", key).call(f"DocumentReference?{who}&_count=200")
        titles[key] = [one["resource"]["content"][0]["attachment"]["title"] for one in bundle.get("entry", [])]
    assert "Compte rendu de consultation de psychologie" in titles["dupond"]  # the declared médecin traitant
    assert titles["etienne"] == []  # blocked: answered as absent


@pytest.mark.feature("B01")
def test_what_a_teenager_keeps_from_her_parents_is_in_her_own_space(space):
    jade = Visitor(space, "jade")
    assert "Consultation confidentielle" not in jade.get("/documents/")  # its words are in the document only
    assert "Compte rendu de consultation" in jade.get("/documents/")
    assert "Compte rendu de consultation de psychologie" not in jade.get("/documents/")  # her mother's


@pytest.mark.feature("S021", "S022", "B07")
def test_the_figures_of_the_enrolment_add_up_now_and_at_a_past_date(space):
    for asked in ((), ("--as-of", (date.today() - timedelta(days=380)).isoformat())):
        done = space.ens("funnel", "--json", *asked)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        parts = sum(found[name] for name in ("opposed", "activated", "opened", "pending"))
        assert found["noticed"] == parts == found["by_email"] + found["by_post"] > 0
        assert found["opened_after_opposition"] == 0
        assert found["as_of"]
    refused = space.ens("funnel", "--as-of", "hier")
    assert refused.returncode == 2
