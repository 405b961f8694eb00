"""Archives as attackers send them."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile
from datetime import UTC, datetime

from ens.standards.ins import OID_TEST, Ins
from ens.standards.xdm import OutgoingDocument, XdmPatient, write_xdm

NAME = "IHE_XDM.zip"
METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
DOCUMENT = "IHE_XDM/SUBSET01/DOC00001.PDF"


def archive(
    matricule: str, data: bytes = b"%PDF-1.4 contenu", oid: str = OID_TEST, mime_type: str = "application/pdf"
) -> bytes:
    """One document for a patient, in the form of the trust space."""
    document = OutgoingDocument(
        data=data,
        unique_id=f"2.25.{int.from_bytes(hashlib.sha256(data[:100]).digest()[:8])}",
        type_code="11502-2",
        format_code="urn:ihe:iti:xds:2017:mimeTypeSufficient",
        title="Analyses",
        created_at=datetime(2021, 10, 12, 8, tzinfo=UTC),
        service_start=datetime(2021, 10, 11, 8, tzinfo=UTC),
        authors=(),
        mime_type=mime_type,
    )
    patient = XdmPatient(Ins.parse(matricule, oid), "MICHEL", "Inaya")
    return write_xdm([document], patient, sent_at=datetime(2026, 3, 16, tzinfo=UTC))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def zipped(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in content.items():
            made.writestr(name, data)
    return out.getvalue()


def beside(matricule: str, **more: bytes) -> bytes:
    """An archive in order, with members added."""
    return zipped(members(archive(matricule)) | more)


def with_link(matricule: str, target: str) -> bytes:
    """A member that is a symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members(archive(matricule)).items():
            made.writestr(name, data)
        link = zipfile.ZipInfo("IHE_XDM/SUBSET01/LIEN.PDF")
        link.create_system, link.external_attr = 3, (0o120777) << 16
        made.writestr(link, target)
    return out.getvalue()


def bomb(megabytes: int) -> bytes:
    """Zeros, a thousand times smaller once zipped."""
    return zipped({"zeros": b"\0" * (megabytes * 1_000_000)})


def nested_bomb(matricule: str) -> bytes:
    """An archive in order whose document is an archive of archives of zeros."""
    inner = zipped({f"{n}.zip": bomb(20) for n in range(10)})
    return archive(matricule, zipped({"tout.zip": inner}))


def inflating(matricule: str, megabytes: int) -> bytes:
    """In order and under one archive's bounds: a document that grows fifty times once opened."""
    pattern = random.Random(1).randbytes(1_000) + b"\0" * 49_000
    data = b"%PDF-1.4 " + pattern * (megabytes * 1_000_000 // len(pattern))
    return archive(matricule, data)
