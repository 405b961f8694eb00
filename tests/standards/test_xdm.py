"""IHE_XDM.zip: what we write we read; what could harm or lies is refused."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ens.standards.errors import StandardError
from ens.standards.ins import OID_TEST, Ins
from ens.standards.xdm import (
    OutgoingDocument,
    XdmDocumentDifferent,
    XdmEncrypted,
    XdmInvalid,
    XdmMetadataInvalid,
    XdmMetadataMissing,
    XdmNameRefused,
    XdmPatient,
    XdmTooLarge,
    read_xdm,
    write_xdm,
)
from ens.standards.xds import Author, Organisation, Person
from ens.standards.xmlsafe import XmlDoctype
from tests.standards.cda_example import document

NOW = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
PATIENT = XdmPatient(Ins.parse("289456789012325", OID_TEST), "MICHEL", "INAYA ROSE", "19890412", "F")
AUTHOR = Author(
    Person("801234534765", "CAMPARINI", "Marcel", "1.2.250.1.71.4.2.1"),
    Organisation("Laboratoire des charmes", "1120459876", "1.2.250.1.71.4.2.2"),
    speciality="G15_10/SM03",
)
METADATA = "IHE_XDM/SUBSET01/METADATA.XML"


def outgoing(data: bytes, *, unique_id: str = "1.2.250.1.999.1^CR-1", mime_type: str = "text/xml") -> OutgoingDocument:
    return OutgoingDocument(
        data=data,
        unique_id=unique_id,
        type_code="11502-2",
        format_code="urn:ihe:lab:xd-lab:2008",
        title="Bilan de la thyroïde & suite",
        created_at=NOW,
        authors=(AUTHOR,),
        mime_type=mime_type,
        facility_code="SA07",
        practice_setting_code="AMBULATOIRE",
        service_start=NOW,
    )


def archive() -> bytes:
    return write_xdm([outgoing(document())], PATIENT, sent_at=NOW, sender="Laboratoire <des charmes>")


def rebuilt(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The archive with members changed, added or removed."""
    with zipfile.ZipFile(io.BytesIO(archive())) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    change(members)
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return out.getvalue()


def test_an_archive_is_read_back() -> None:
    opened = read_xdm(archive())
    assert opened.patient_ids == ("289456789012325^^^&1.2.250.1.213.1.4.10&ISO^NH",)
    (read,) = opened.documents
    assert read.data == document()
    assert read.name == "IHE_XDM/SUBSET01/DOC00001.XML"
    entry = read.entry
    assert (entry.unique_id, entry.type_code, entry.class_code) == ("1.2.250.1.999.1^CR-1", "11502-2", "10")
    assert (entry.format_code, entry.mime_type) == ("urn:ihe:lab:xd-lab:2008", "text/xml")
    assert entry.title == "Bilan de la thyroïde & suite"
    assert (entry.creation_time, entry.service_start_time) == ("20260302091500", "20260302091500")
    assert (entry.facility_code, entry.practice_setting_code) == ("SA07", "AMBULATOIRE")
    assert entry.confidentiality_codes == ("N",)
    assert entry.authors == (AUTHOR,)
    assert entry.size == len(document())


def test_an_archive_has_what_the_profile_asks() -> None:
    with zipfile.ZipFile(io.BytesIO(archive())) as opened:
        assert opened.namelist() == ["README.TXT", "INDEX.HTM", METADATA, "IHE_XDM/SUBSET01/DOC00001.XML"]
        index = opened.read("INDEX.HTM").decode()
    assert "Bilan de la thyroïde &amp; suite" in index
    assert "Laboratoire &lt;des charmes&gt;" in index


def test_several_documents_travel_together() -> None:
    made = write_xdm(
        [outgoing(document()), outgoing(b"%PDF-1.4", unique_id="1.2.3", mime_type="application/pdf")],
        PATIENT,
        sent_at=NOW,
    )
    assert [(one.name[-12:], one.entry.unique_id) for one in read_xdm(made).documents] == [
        ("DOC00001.XML", "1.2.250.1.999.1^CR-1"),
        ("DOC00002.PDF", "1.2.3"),
    ]


def test_an_archive_without_document_is_not_written() -> None:
    with pytest.raises(ValueError, match="one document"):
        write_xdm([], PATIENT, sent_at=NOW)


def test_names_do_not_depend_on_case() -> None:
    def lower(members: dict[str, bytes]) -> None:
        for name in list(members):
            members[name.replace("METADATA.XML", "metadata.xml").replace("DOC0", "doc0")] = members.pop(name)

    assert len(read_xdm(rebuilt(lower)).documents) == 1


@pytest.mark.parametrize("data", [b"", b"PK", b"un texte", archive()[:-30], archive()[:200]])
def test_what_is_not_an_archive_is_refused(data: bytes) -> None:
    with pytest.raises(StandardError) as refused:
        read_xdm(data)
    assert isinstance(refused.value, XdmInvalid)


def test_a_damaged_member_is_refused() -> None:
    data = bytearray(archive())
    place = data.index(b"DOC00001.XML") + 40
    data[place : place + 8] = b"\x00" * 8
    with pytest.raises(XdmInvalid):
        read_xdm(bytes(data))


def test_a_bomb_is_refused_by_its_announced_size() -> None:
    with pytest.raises(XdmTooLarge) as refused:
        read_xdm(rebuilt(lambda members: members.update({f"B{n}": b"\x00" * 9_000_000 for n in range(7)})))
    assert refused.value.code == "xdm_too_large"


def test_a_bomb_is_refused_by_its_ratio() -> None:
    with pytest.raises(XdmTooLarge):
        read_xdm(rebuilt(lambda members: members.update({METADATA: b"<a>" + b" " * 5_000_000 + b"</a>"})))


def test_a_member_that_lies_about_its_size_is_refused() -> None:
    data = rebuilt(lambda members: members.update({METADATA: b"<a>" + b" " * 5_000_000 + b"</a>"}))
    lied = data.replace((5_000_007).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lied != data
    with pytest.raises(StandardError):
        read_xdm(lied)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(XdmTooLarge):
        read_xdm(rebuilt(lambda members: members.update({f"F{n}": b"" for n in range(501)})))


@pytest.mark.parametrize("name", ["../x.xml", "/etc/passwd", "IHE_XDM/../../x", "C:x", "a\\..\\b", "./x"])
def test_a_name_that_leaves_the_archive_is_refused(name: str) -> None:
    with pytest.raises(XdmNameRefused):
        read_xdm(rebuilt(lambda members: members.update({name: b"x"})))


def test_a_repeated_name_is_refused() -> None:
    with pytest.raises(XdmNameRefused):
        read_xdm(rebuilt(lambda members: members.update({METADATA.lower().replace("ihe_xdm", "IHE_XDM"): b"x"})))


def test_a_link_is_refused() -> None:
    out = io.BytesIO(archive())
    with zipfile.ZipFile(out, "a") as opened:
        link = zipfile.ZipInfo("IHE_XDM/lien")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(XdmNameRefused):
        read_xdm(out.getvalue())


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(archive())
    for start in (b"PK\x03\x04", b"PK\x01\x02"):
        place = data.index(start) + (6 if start.endswith(b"\x04") else 8)
        data[place] |= 1
    with pytest.raises(XdmEncrypted):
        read_xdm(bytes(data))


def test_an_archive_without_metadata_is_refused() -> None:
    with pytest.raises(XdmMetadataMissing):
        read_xdm(rebuilt(lambda members: members.pop(METADATA)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"ExtrinsicObject", b"AutreObjet"),
        (b"urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab", b"urn:uuid:0"),  # no uniqueId
        (b"urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427", b"urn:uuid:0"),  # no patientId
        (b"urn:uuid:f0306f51-975f-434e-a61c-c59651d33983", b"urn:uuid:0"),  # no typeCode
        (b'name="URI"', b'name="URL"'),
        (str(len(document())).encode(), b"beaucoup"),
    ],
)
def test_metadata_that_do_not_say_enough_are_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(XdmMetadataInvalid):
        read_xdm(rebuilt(lambda members: members.update({METADATA: members[METADATA].replace(old, new)})))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"DOC00001.XML", b"DOC00002.XML"),  # absent
        (b"DOC00001.XML", b"../../README.TXT"),
        (str(len(document())).encode(), b"12"),
    ],
)
def test_a_document_that_is_not_what_is_announced_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(XdmDocumentDifferent):
        read_xdm(rebuilt(lambda members: members.update({METADATA: members[METADATA].replace(old, new)})))


def test_a_document_changed_after_its_hash_is_refused() -> None:
    changed = document().replace(b"TSH normale", b"TSH anormal")
    with pytest.raises(XdmDocumentDifferent):
        read_xdm(rebuilt(lambda members: members.update({"IHE_XDM/SUBSET01/DOC00001.XML": changed})))


def test_a_dtd_in_the_metadata_is_refused() -> None:
    with pytest.raises(XmlDoctype):
        read_xdm(rebuilt(lambda members: members.update({METADATA: b"<!DOCTYPE a><a/>"})))


def test_a_replacement_is_told() -> None:
    def replace(members: dict[str, bytes]) -> None:
        metadata = members[METADATA]
        entry = metadata.split(b'ExtrinsicObject id="')[1].split(b'"')[0]
        link = (
            b'<rim:Association id="a" associationType="urn:ihe:iti:2007:AssociationType:RPLC" sourceObject="'
            + entry
            + b'" targetObject="urn:uuid:ancien"/></rim:RegistryObjectList>'
        )
        members[METADATA] = metadata.replace(b"</rim:RegistryObjectList>", link)

    assert read_xdm(rebuilt(replace)).documents[0].entry.replaces == ("urn:uuid:ancien",)
