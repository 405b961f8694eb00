"""The header of a CDA document: everything read, what may be missing, what may not."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime

import pytest

from ens.standards.cda.body import CdaBodyInvalid, embedded_media, read_body
from ens.standards.cda.header import CdaHeader, CdaIncomplete, NotCda, read_header
from ens.standards.errors import StandardError
from ens.standards.hl7 import MalformedTimestamp
from ens.standards.traits import Traits
from ens.standards.xmlsafe import parse
from tests.standards.cda_example import AUTHOR, HEADER, RECORD_TARGET, document, structured_body


def header(**changes: str) -> CdaHeader:
    return read_header(parse(document(**changes)))


def test_the_document_is_identified() -> None:
    read = header()
    assert read.unique_id == "1.2.250.1.999.1^CR-1"
    assert read.urn == "urn:oid:1.2.250.1.999.1^CR-1"
    assert (read.set_id, read.version) == ("1.2.250.1.999.1^SET-1", 2)
    assert [(related.type_code, related.unique_id) for related in read.related] == [("RPLC", "1.2.250.1.999.1^CR-0")]


@pytest.mark.parametrize(
    ("element", "unique_id", "urn"),
    [
        ('<id root="1.2.3"/>', "1.2.3", "urn:oid:1.2.3"),
        (
            '<id root="90E1C8EC-F951-4B26-A305-A34848818DD6"/>',
            "90E1C8EC-F951-4B26-A305-A34848818DD6",
            "urn:uuid:90e1c8ec-f951-4b26-a305-a34848818dd6",
        ),
    ],
)
def test_an_identifier_has_its_urn(element: str, unique_id: str, urn: str) -> None:
    read = header(id=element)
    assert (read.unique_id, read.urn) == (unique_id, urn)


def test_the_document_says_what_it_is_and_when() -> None:
    read = header()
    assert (read.type_code, read.type_system) == ("11502-2", "2.16.840.1.113883.6.1")
    assert read.title == "Bilan de la thyroïde"
    assert read.format_code == "urn:ihe:lab:xd-lab:2008"
    assert read.created_at == datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    # the first serviceEvent has no date: the second is the main act
    assert read.act_at == read.service_start == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert read.service_end == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert (read.facility_code, read.practice_setting_code) == ("SA07", "AMBULATOIRE")
    assert (read.confidentiality, read.language) == ("N", "fr-FR")


def test_the_patient_is_known_by_ins_and_traits() -> None:
    read = header()
    assert read.patients == (("289456789012325", "1.2.250.1.213.1.4.10"),)  # not the establishment's own number
    assert read.traits == Traits("MICHEL", "INAYA ROSE", date(1989, 4, 12), "F", "31555")
    assert (read.used_name, read.used_given_name) == ("DUVAL", "INAYA")


@pytest.mark.parametrize("birth", ["", "1989", "198904", "19891399", "inconnue"])
def test_without_a_whole_birth_date_there_are_no_traits(birth: str) -> None:
    assert header(recordTarget=RECORD_TARGET.replace("19890412", birth)).traits is None


def test_the_author_is_named_as_people_write() -> None:
    author = header().author
    assert author.name == author.label == "Dr Claire DUPOND"
    assert (author.rpps, author.profession, author.speciality_code) == ("10000000017", "10", "G15_10/SM26")
    assert (author.organisation, author.organisation_id) == ("Cabinet des Lilas", "1750000016")
    legal = header().legal_authenticator
    assert legal is not None
    assert legal.name == "Dr Claire DUPOND"


def test_a_device_stands_for_its_organisation() -> None:
    device = AUTHOR.split("<assignedPerson>")[0] + (
        "<assignedAuthoringDevice><softwareName>Assurance Maladie</softwareName></assignedAuthoringDevice>"
        "</assignedAuthor></author>"
    )
    read = header(author=device.replace('extension="810000000017"', 'extension="518003502400041/1.2"'))
    assert (read.author.label, read.author.name, read.author.rpps) == ("Assurance Maladie", "", "")
    # a person is preferred to a device, wherever it stands
    assert header(author=device + AUTHOR).author.name == "Dr Claire DUPOND"


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ("id", "cda_id_missing"),
        ("code", "cda_code_missing"),
        ("effectiveTime", "cda_date_missing"),
        ("author", "cda_author_missing"),
        ("recordTarget", "cda_patient_missing"),
    ],
)
def test_a_header_without_what_identifies_it_is_refused(without: str, code: str) -> None:
    with pytest.raises(CdaIncomplete) as refused:
        read_header(parse(document(without=without)))
    assert refused.value.code == code
    assert refused.value.message.startswith("l'en-tête CDA ")


@pytest.mark.parametrize("without", sorted(set(HEADER) - {"id", "code", "effectiveTime", "author", "recordTarget"}))
def test_any_other_element_may_be_missing(without: str) -> None:
    read = read_header(parse(document(without=without)))
    assert read.title
    assert read.act_at
    assert read.format_code


def test_a_patient_without_ins_is_refused() -> None:
    with pytest.raises(CdaIncomplete) as refused:
        header(recordTarget=RECORD_TARGET.replace("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.2"))
    assert refused.value.code == "cda_patient_missing"


def test_two_patients_are_both_told() -> None:
    other = RECORD_TARGET.replace("289456789012325", "279035121518989")
    assert len(header(recordTarget=RECORD_TARGET + other).patients) == 2


def test_an_unreadable_date_is_refused_but_a_detail_is_left_out() -> None:
    with pytest.raises(MalformedTimestamp):
        header(effectiveTime='<effectiveTime value="hier"/>')
    read = header(documentationOf=HEADER["documentationOf"].replace("20260301080000+0100", "hier"))
    assert read.service_start is None
    assert read.act_at == read.created_at


@pytest.mark.parametrize("data", [b"<a/>", b'<ClinicalDocument xmlns="urn:other"/>', b"<ClinicalDocument/>"])
def test_another_xml_is_not_a_cda(data: bytes) -> None:
    with pytest.raises(NotCda):
        read_header(parse(data))


def non_xml(attributes: str, content: str) -> bytes:
    return document(body=f"<component><nonXMLBody><text {attributes}>{content}</text></nonXMLBody></component>")


def test_a_file_inside_is_given_back() -> None:
    encoded = base64.encodebytes(b"%PDF-1.4 un fichier").decode()
    root = parse(non_xml('mediaType="application/pdf" representation="B64"', encoded))
    body = read_body(root)
    assert (body.level, body.media_type, body.data) == (1, "application/pdf", b"%PDF-1.4 un fichier")
    assert read_header(root).format_code == "urn:ihe:iti:xds-sd:pdf:2008"


def test_a_text_inside_is_given_back() -> None:
    body = read_body(parse(non_xml('mediaType="text/plain"', " Tout va bien. ")))
    assert (body.media_type, body.data) == ("text/plain", b"Tout va bien.")


@pytest.mark.parametrize(
    ("attributes", "content"),
    [
        ('mediaType="application/pdf" representation="B64"', "n'est pas du base64"),
        ('mediaType="application/pdf" representation="B64"', ""),
        ('mediaType="application/pdf" representation="B64" compression="GZ"', "AAAA"),
        ('mediaType="application/pdf"', '<reference value="https://ailleurs.example/a.pdf"/>'),
    ],
)
def test_a_body_that_is_not_there_is_refused(attributes: str, content: str) -> None:
    with pytest.raises(CdaBodyInvalid):
        read_body(parse(non_xml(attributes, content)))


def test_a_document_without_body_is_refused() -> None:
    with pytest.raises(StandardError):
        read_body(parse(document(body="<component/>")))


def test_files_inside_sections_are_listed() -> None:
    media = (
        '<section><entry><observationMedia ID="PDF1"><value mediaType="application/pdf" representation="B64">'
        f"{base64.b64encode(b'%PDF-1.4').decode()}</value></observationMedia></entry>"
        '<entry><observationMedia ID="CASSE"><value mediaType="image/png" representation="B64">!</value>'
        "</observationMedia></entry></section>"
    )
    structured = read_body(parse(document(body=structured_body(media)))).structured
    assert structured is not None
    assert [(found.id, found.media_type, found.data) for found in embedded_media(structured)] == [
        ("PDF1", "application/pdf", b"%PDF-1.4")
    ]
