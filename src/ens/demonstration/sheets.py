"""The demonstration's own documents: PDF sheets by typst, CDA documents from a template. All fictional."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from ens.demonstration.cast import Member
from ens.standards import paper
from ens.standards.ins import Ins, in_groups
from ens.standards.xdm import OutgoingDocument, XdmPatient, write_xdm
from ens.standards.xds import Author, Organisation, Person

_FOLDER = Path(__file__).parent / "documents"
Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says. ``table``: its first row is the header."""

    title: str
    sender: str
    address: str
    paragraphs: tuple[str, ...]
    table: Table = ()
    signature: str = ""


def pdf(sheet: Sheet, patient: Member, made_at: datetime) -> bytes:
    """An accessible PDF (PDF/UA-1)."""
    born = f"{patient.born:%d/%m/%Y}"
    data = {
        "titre": sheet.title,
        "emetteur": sheet.sender,
        "adresse": sheet.address,
        "patient": {
            "nom": f"{patient.last_name} {patient.used_first_name}",
            "naissance": f", {'née' if patient.sex == 'F' else 'né'} le {born}",
            "ins": f"INS {in_groups(patient.matricule)}",
        },
        "paragraphes": list(sheet.paragraphs),
        "tableau": [list(row) for row in sheet.table],
        "signature": sheet.signature,
    }
    return paper.draw(_FOLDER / "feuille.typ", data, at=made_at)


def unique_oid(key: str) -> str:
    """A stable unique id of a document of the story. Source: ITU-T X.667, 2.25 and a number."""
    return f"2.25.{int.from_bytes(hashlib.sha256(key.encode()).digest()[:15], 'big')}"


def cda(
    key: str,
    sheet: Sheet,
    patient: Member,
    author: Member,
    *,
    type_code: str,
    type_label: str,
    at: datetime,
    body: bytes = b"",
) -> bytes:
    """A CDA R2 document: level 1 around ``body`` (a PDF) when there is one, else level 3 with the sheet's words."""
    stamp = f"{at:%Y%m%d%H%M%S%z}"
    template = (_FOLDER / "biologie.xml").read_text("utf-8")
    values = {
        "racine": unique_oid("cda " + key),
        "type": type_code,
        "libelle": type_label,
        "titre": sheet.title,
        "cree": stamp,
        "acte": stamp,
        "matricule": patient.matricule,
        "oid": patient.oid,
        "nom": patient.last_name,
        "prenom": patient.used_first_name,
        "sexe": patient.sex,
        "naissance": f"{patient.born:%Y%m%d}",
        "rpps": author.rpps,
        "civilite": "Dr" if author.civility == "DR" else "Mme",
        "auteur_prenom": author.first_names,
        "auteur_nom": author.last_name.title(),
        "organisation": sheet.sender,
    }
    escaped = {name: escape(value, {'"': "&quot;"}) for name, value in values.items()}
    return template.format(**escaped, corps=_level_1(body) if body else _level_3(sheet)).encode()


def archive(
    key: str, data: bytes, sheet: Sheet, patient: Member, author: Member, *, type_code: str, at: datetime
) -> bytes:
    """``IHE_XDM.zip`` around a CDA document of ours. Source: ECO.2.1.1."""
    person = Person(f"8{author.rpps}", author.last_name, author.first_names, "1.2.250.1.71.4.2.1")
    document = OutgoingDocument(
        data=data,
        unique_id=unique_oid(key),
        type_code=type_code,
        format_code="urn:ihe:lab:xd-lab:2008",
        title=sheet.title,
        created_at=at,
        authors=(Author(person, Organisation(sheet.sender)),),
        service_start=at,
    )
    about = XdmPatient(
        Ins.received(patient.matricule, patient.oid),
        patient.last_name,
        patient.first_names,
        f"{patient.born:%Y%m%d}",
        patient.sex,
    )
    return write_xdm([document], about, sent_at=at, source_id=unique_oid("lot " + key), sender=sheet.sender)


def _level_1(body: bytes) -> str:
    content = base64.b64encode(body).decode()
    return f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{content}</text></nonXMLBody>'


def _level_3(sheet: Sheet) -> str:
    words = "".join(f"<paragraph>{escape(one)}</paragraph>" for one in sheet.paragraphs)
    rows = [[f"<td>{escape(cell)}</td>" for cell in row] for row in sheet.table[1:]]
    table = ""
    if sheet.table:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in sheet.table[0])
        lines = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    section = f"<section><title>{escape(sheet.title)}</title><text>{table}{words}</text></section>"
    return f"<structuredBody><component>{section}</component></structuredBody>"
