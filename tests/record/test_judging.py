"""What a deposit's bytes say of it; the header decides what is shown, and disagreements are noted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.kernel.errors import EnsError
from ens.record.judging import bare_media_type, is_xml, judge, normal_id
from ens.record.types import DocumentDeposit
from tests.record import files

OID = "1.2.250.1.213.1.4.10"
CDA = files.cda("289456789012325", OID, unique_id="1.2.3", rpps="10000000001")


def deposit(**changes) -> DocumentDeposit:
    announced = {
        "unique_id": "urn:oid:1.2.3",
        "data": CDA,
        "media_type": "text/xml",
        "type_code": "11488-4",
        "title": "Compte rendu",
        "act_at": datetime(2026, 3, 4, 9, 15, tzinfo=UTC),
        "created_at": datetime(2026, 3, 4, 9, 15, tzinfo=UTC),
        "author_label": "Paul Dupond",
        "author_rpps": "10000000001",
        "organisation_label": "CABINET DU PORT",
        "resource": {"resourceType": "DocumentReference"},
    }
    return DocumentDeposit(**{**announced, **changes})


DIFFERENCES = [
    ("nothing", {}, ""),
    ("case and accents", {"title": "COMPTE RENDU", "organisation_label": "Cabinet du Pôrt"}, ""),
    ("the title", {"title": "Autre titre"}, "Titre annoncé"),
    ("the author's number", {"author_rpps": "10000000002"}, "Auteur annoncé"),
    ("the author's name, without number", {"author_rpps": "", "author_label": "Anne Moreau"}, "Auteur annoncé"),
    ("the organisation", {"organisation_label": "Hôpital"}, "Établissement annoncé"),
    ("the date of care", {"act_at": datetime(2026, 3, 1, tzinfo=UTC)}, "Date du soin annoncée"),
    ("the date of writing", {"created_at": datetime(2026, 3, 9, tzinfo=UTC)}, "Date du document annoncée"),
]


@pytest.mark.parametrize(("what", "changes", "said"), DIFFERENCES, ids=[row[0] for row in DIFFERENCES])
def test_a_disagreement_is_noted_and_the_header_is_shown(what, changes, said):
    judged = judge(deposit(**changes))
    assert len(judged.differences) == bool(said)
    assert all(said in sentence for sentence in judged.differences)
    assert (judged.title, judged.author_label.casefold()) == ("Compte rendu", "dr paul dupond")
    assert (judged.author_rpps, judged.organisation_label) == ("10000000001", "Cabinet du Port")


def test_both_identifiers_are_kept_and_one_form_of_them():
    assert judge(deposit()).unique_ids == ("1.2.3",)
    assert judge(deposit(unique_id="urn:oid:9.9")).unique_ids == ("9.9", "1.2.3")


REFUSED = [
    ("another type", {"type_code": "34112-3"}, "type_different"),
    ("an unknown type", {"type_code": "INCONNU"}, "type_inconnu"),
    ("a lying size", {"size": len(CDA) + 1}, "taille_differente"),
    ("a lying hash", {"sha1": b"\0" * 20}, "empreinte_differente"),
    ("nothing", {"data": b""}, "document_vide"),
    ("too much", {"data": b"%PDF-" + b"a" * 20_000_000}, "document_trop_grand"),
    ("a DTD", {"data": CDA.replace(b"?>\n", b"?>\n<!DOCTYPE a>\n", 1)}, "cda_invalide"),
    ("another root", {"data": b"<?xml version='1.0'?><svg/>"}, "cda_invalide"),
    ("cut short", {"data": CDA[:-30]}, "cda_invalide"),
    ("a date of year one", {"data": CDA.replace(b"20260304101500+0100", b"0001")}, "date_invraisemblable"),
    ("a date at the end of times", {"act_at": datetime.max.replace(tzinfo=UTC)}, "date_invraisemblable"),
    ("no patient", {"data": CDA.replace(OID.encode(), b"1.2.3.4")}, "cda_invalide"),
    ("no author", {"data": CDA.replace(b"author", b"informant")}, "cda_invalide"),
    (
        "an XML announced as a PDF",
        {"data": b"<?xml version='1.0'?><a/>", "media_type": "application/pdf"},
        "cda_invalide",
    ),
    ("a PDF announced as a CDA", {"data": files.pdf()}, "cda_invalide"),
]


@pytest.mark.parametrize(("what", "changes", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_lies_is_refused_with_its_reason(what, changes, code):
    with pytest.raises(EnsError) as refusal:
        judge(deposit(**changes))
    assert refusal.value.code == code
    assert refusal.value.sentence


def test_twenty_million_bytes_are_accepted():
    assert judge(deposit(data=b"%PDF-" + b"a" * 19_999_995, media_type="application/pdf")).header is None


XML = [
    (b"<?xml version='1.0'?><a/>", "application/pdf", True),
    (b"\xef\xbb\xbf\r\n<?xml version='1.0'?>", "", True),
    ("<?xml version='1.0'?>".encode("utf-16"), "", True),
    ("<?xml version='1.0'?>".encode("utf-16-le"), "application/pdf", True),  # without its mark
    ("\n <ClinicalDocument>".encode("utf-16"), "application/pdf", True),
    ("<?xml version='1.0'?>".encode("utf-32"), "text/plain", True),
    (b"<ClinicalDocument xmlns='urn:hl7-org:v3'>", "application/octet-stream", True),
    (b"%PDF-1.7 ClinicalDocument", "application/pdf", False),
    (b"Bonjour", "text/plain", False),
    ("Bonjour".encode("utf-16"), "text/plain", False),
]


@pytest.mark.parametrize(("data", "media_type", "expected"), XML)
def test_xml_is_told_by_its_bytes(data, media_type, expected):
    assert is_xml(data, media_type) is expected


def test_a_cda_in_utf_16_is_read():
    text = CDA.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert judge(deposit(data=text.encode("utf-16"))).title == "Compte rendu"


def test_a_media_type_is_kept_bare_or_not_at_all():
    assert bare_media_type("Text/XML; charset=utf-8") == "text/xml"
    assert bare_media_type("application/pdf\x00") == "application/octet-stream"
    assert judge(deposit(media_type="application/pdf")).media_type == "text/xml"


@given(st.text(max_size=80))
def test_labels_are_one_line_that_can_be_printed(text):
    found = judge(replace(deposit(data=files.pdf(), media_type="application/pdf"), title=text, author_label=text))
    assert found.title
    assert found.title.isprintable()
    assert found.author_label.isprintable()


@given(st.text(max_size=60, alphabet=st.characters()))
def test_an_identifier_has_one_form(text):
    once = normal_id(text)
    assert normal_id(f" urn:oid:{once}\n") == once
    once.encode()
