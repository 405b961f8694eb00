"""The published CDA documents of the CI-SIS: each is read, shown and carried. They are not part of the repository."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import html

from ens.standards import valuesets
from ens.standards.cda.body import read_body
from ens.standards.cda.header import OUT_OF_PROFILE, CdaHeader, read_header
from ens.standards.cda.narrative import to_html, to_text
from ens.standards.ins import OIDS, Ins
from ens.standards.xdm import OutgoingDocument, XdmPatient, read_xdm, write_xdm
from ens.standards.xmlsafe import Element, parse
from tests.standards.test_narrative import check_safe

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cda_r2"
FILES = sorted(FOLDER.glob("*.xml"))

pytestmark = pytest.mark.skipif(
    not FILES, reason="les documents CDA publiés (../shared/data/cda_r2) ne sont pas présents"
)
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)

# (type, format code, level of the body) as the documents themselves say
EXPECTED = {
    "AVC-SUNV_2022.01": ("34133-9", "urn:asip:ci-sis:sunv:2013", 3),
    "BIO-CR-BIO_2021.01_CDA-R2-Niveau-1": ("11502-2", "urn:ihe:iti:xds-sd:pdf:2008", 1),
    "BIO-CR-BIO_2024.01_DEP-CCU-tout-structure": ("11502-2", "urn:ihe:lab:xd-lab:2008", 3),
    "BIO-CR-BIO_2024.01_Microbiologie_V2": ("11502-2", "urn:ihe:lab:xd-lab:2008", 3),
    "BIO-CR-BIO_2024.01_TSH_1": ("11502-2", "urn:ihe:lab:xd-lab:2008", 3),
    "BIO-TROD_2024.01_Angine": ("96173-0", "urn:ans:ci-sis:trod:2024", 3),
    "CARD-F-PRC-AVK_2022.01": ("34133-9", "urn:asip:ci-sis:avk:2009", 3),
    "CNAM-HR_2021.01": ("REMB", "urn:asip:ci-sis:hr:2019", 3),
    "CSE-CS8_2025.01": ("CERT_DECL", "urn:asip:ci-sis:cse-cs8:2017", 3),
    "CSE-MDE_2023.01": ("29274-8", "urn:ans:ci-sis:cse-mde:2023", 3),
    "DOC_NON_STRUCTURE_CDA-R2-N1": ("11502-2", "urn:ihe:iti:xds-sd:pdf:2008", 1),
    "IMG-DA-IMG_2024.01_Mammo-Echo-Seins": ("55115-0", "urn:ans:ci-sis:img-da:2022", 3),
    "IMG_CR_IMG_2024.01": ("18748-4", "urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013", 3),
    "LDL-SES_2022.01": ("11490-0", "urn:asip:ci-sis:ldl-ses:2017", 3),
    "OBP-SCM_2024.01": ("89235-6", "urn:asip:ci-sis:obp-scm:2023", 3),
    "TLM-DA_2022.01_TCG": ("75496-0", "urn:asip:ci-sis:tlm-da:2020", 3),
    "VAC-NOTE_2023.01": ("87273-9", "urn:asip:ci-sis:vac-note:2021", 3),
    "VAC_2023.01": ("11369-6", "urn:asip:ci-sis:vac:2019", 3),
    "VSM_1.4_2022.01": ("SYNTH", "urn:asip:ci-sis:vsm:2012", 3),
    "eP-MED-DM_2024.01_PosoStruct": ("57833-6", "urn:ihe:pharm:pre:2010", 3),
}


def opened(file: Path) -> tuple[Element, CdaHeader]:
    root = parse(file.read_bytes())
    return root, read_header(root)


def test_all_of_them_are_there() -> None:
    assert {file.stem for file in FILES} == set(EXPECTED)


@every_file
def test_its_header_is_read(file: Path) -> None:
    root, header = opened(file)
    assert (header.type_code, header.format_code, read_body(root).level) == EXPECTED[file.stem]
    assert header.format_code != OUT_OF_PROFILE
    assert header.title
    assert header.unique_id
    assert header.created_at.tzinfo is not None
    assert valuesets.is_known_type(header.type_code)
    assert valuesets.category_of(header.type_code) in valuesets.categories()
    assert header.author.label
    assert header.custodian
    assert header.facility_code in valuesets.facilities()
    assert header.practice_setting_code in valuesets.practice_settings()


@every_file
def test_its_patient_is_told(file: Path) -> None:
    _, header = opened(file)
    ((matricule, oid),) = header.patients
    assert oid in OIDS
    assert Ins.parse(matricule, oid, check_key=False).matricule.value == matricule
    traits = header.traits
    assert traits is not None
    if matricule == "279035121518989":
        assert (traits.birth_name, traits.first_names) == ("PAT-TROIS", "DOMINIQUE MARIE-LOUISE")
        assert (str(traits.birth_date), traits.sex, traits.birth_place) == ("1979-03-28", "F", "51215")


@every_file
def test_its_content_is_shown(file: Path) -> None:
    root, _ = opened(file)
    body = read_body(root)
    if body.structured is None:
        assert body.data.startswith(b"%PDF-")
        return
    markup, text = to_html(body.structured), to_text(body.structured)
    check_safe(markup)
    source = {
        word
        for section in body.structured.iter("{urn:hl7-org:v3}section")
        for name in ("title", "text")
        for found in section.findall(f"{{urn:hl7-org:v3}}{name}")
        for word in "".join(found.itertext()).split()
    }
    # every word of the narrative is on the page; only the address of a link may have come between two of them
    shown = "".join(html.fragment_fromstring(markup).text_content().split())
    assert not {word for word in source if word.strip("().,") not in shown}
    assert len(text.splitlines()) > 1


@every_file
def test_it_travels_in_an_archive(file: Path) -> None:
    _, header = opened(file)
    (matricule, oid), *_ = header.patients
    patient = XdmPatient(Ins.parse(matricule, oid, check_key=False), header.family_name, header.given_names)
    sent = OutgoingDocument(
        data=file.read_bytes(),
        unique_id=header.unique_id,
        type_code=header.type_code,
        format_code=header.format_code,
        title=header.title,
        created_at=header.created_at,
        authors=(),
    )
    (document,) = read_xdm(write_xdm([sent], patient, sent_at=datetime(2026, 3, 2, tzinfo=UTC))).documents
    assert document.data == file.read_bytes()
    assert document.entry.unique_id == header.unique_id
    assert document.entry.patient_id == patient.ins.cx


def test_replacements_name_the_former_document() -> None:
    replacing = {file.stem: [one.unique_id for one in opened(file)[1].related] for file in FILES}
    assert {stem: found for stem, found in replacing.items() if found} == {
        "BIO-CR-BIO_2024.01_Microbiologie_V2": ["1.2.250.1.213.1.1.1.55.12345.13"],
        "IMG_CR_IMG_2024.01": ["90E1C8EC-F951-4B26-A305-A34848818DD6"],
    }
