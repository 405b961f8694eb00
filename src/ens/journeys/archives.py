"""A document of the record as health software exchanges it: ``IHE_XDM.zip`` with its metadata, beside its PDF.

Source: référentiel MSSanté ECO.2.1.1 to 2.1.6 and 2.4.1; IHE ITI TF-2, 3.32.
"""

from __future__ import annotations

from dataclasses import replace
from unicodedata import combining, normalize

from django.conf import settings

from ens.identity import queries as identity
from ens.identity.types import Traits
from ens.kernel import clock
from ens.messaging.types import File, Reply
from ens.persistence.unit import Unit
from ens.record.judging import is_xml
from ens.record.types import Described, OpenedContent
from ens.standards import valuesets, xmlsafe
from ens.standards.cda.body import embedded_media, read_body
from ens.standards.errors import StandardError
from ens.standards.ins import Ins
from ens.standards.xdm import OutgoingDocument, XdmPatient, write_xdm
from ens.standards.xds import Author, Organisation, Person

NAME = "IHE_XDM.zip"
PREFIX = "XDM/1.0/DDM+"
LABEL_MAX = 40  # ECO.2.1.3
FIRST_LINE = 78 - len("Subject: ")  # RFC 5322, 2.1.1
PDF = "application/pdf"
UNSTRUCTURED = "urn:ihe:iti:xds:2017:mimeTypeSufficient"  # FormatCode of ITI for what a reader opens by its type alone


def with_archive(unit: Unit, answer: Reply, content: OpenedContent, said: Described) -> Reply:
    """The answer, its document in an archive too, under the subject and marks that software looks for.

    As it was when both do not fit in a message.
    """
    who = identity.traits(unit)
    archive = _archive(unit, who, content, said)
    shown = _shown(who, content, said)
    if (len(archive) + len(shown.data)) * 4 // 3 + 100_000 > settings.ENS_MAIL_MAX_BYTES:
        return answer
    is_cda = is_xml(content.data, content.media_type)
    return replace(
        answer,
        files=(File(NAME, archive), shown),
        subject=_subject(who, said),
        marks=(("X-MSS-CODECDA", said.type_code),) if is_cda else (),
    )


def _subject(who: Traits, said: Described) -> str:
    """On the header's first line, label cut to it: older software looks for the prefix there."""
    named = f"{_upper(who.birth_name)} {who.shown_first_name} {who.birth_date:%d/%m/%Y}"
    label = valuesets.type_label(said.type_code) or said.title
    room = max(min(LABEL_MAX, FIRST_LINE - len(PREFIX) - len(named) - 1), 10)
    return f"{PREFIX}{label[:room].strip()} {named}"


def _upper(name: str) -> str:
    """In capitals, without accents (ECO.2.1.3)."""
    return "".join(letter for letter in normalize("NFD", name.upper()) if not combining(letter))


def _archive(unit: Unit, who: Traits, content: OpenedContent, said: Described) -> bytes:
    is_cda = is_xml(content.data, content.media_type)
    document = OutgoingDocument(
        data=content.data,
        unique_id=said.unique_id,
        type_code=said.type_code,
        format_code=said.format_code or UNSTRUCTURED,
        title=said.title,
        created_at=said.created_at,
        authors=_authors(content, said),
        mime_type="text/xml" if is_cda else content.media_type,
        confidentiality_codes=said.confidentiality,
        service_start=said.act_at,
    )
    patient = XdmPatient(
        Ins.parse(who.matricule, who.oid), who.birth_name, who.first_names, f"{who.birth_date:%Y%m%d}", who.sex
    )
    return write_xdm([document], patient, sent_at=clock.now(), sender=settings.ENS_SERVICE_NAME)


def _authors(content: OpenedContent, said: Described) -> tuple[Author, ...]:
    """As the metadata name them: by their words; the CDA itself holds their number."""
    person = Person("", said.author_label) if said.author_label else None
    organisation = Organisation(said.organisation_label) if said.organisation_label else None
    return (Author(person, organisation),) if person or organisation else ()


def _shown(who: Traits, content: OpenedContent, said: Described) -> File:
    """The same document for people: the PDF that a CDA carries, under the name of ECO.2.1.6; else the file itself."""
    data = content.data if content.media_type == PDF else _pdf_inside(content)
    if data is None:
        return File(content.filename, content.data)
    words = (f"{said.act_at:%Y%m%d}", said.type_code, _upper(who.birth_name), who.shown_first_name)
    return File("_".join(word.replace(" ", "-") for word in words) + ".pdf", data)


def _pdf_inside(content: OpenedContent) -> bytes | None:
    if not is_xml(content.data, content.media_type):
        return None
    try:
        root = xmlsafe.parse(content.data)
        body = read_body(root)
    except StandardError:
        return None
    if body.structured is None:
        return body.data if body.media_type == PDF else None
    return next((one.data for one in embedded_media(body.structured) if one.media_type == PDF), None)
