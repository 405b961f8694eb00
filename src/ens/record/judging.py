"""What a deposited document is, judged on its bytes alone: no database, no patient known yet."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from ens.kernel.ids import new_id
from ens.record.errors import (
    CdaInvalid,
    CdaTypeDifferent,
    DateImplausible,
    DocumentEmpty,
    DocumentTooLarge,
    HashDifferent,
    SizeDifferent,
    TypeUnknown,
)
from ens.record.types import DocumentDeposit
from ens.standards import valuesets, xmlsafe
from ens.standards.cda.header import NS, CdaHeader, read_header
from ens.standards.errors import StandardError

MAX_BYTES = 20_000_000
XML_TYPES = ("text/xml", "application/xml", "application/hl7-v3+xml", "application/hl7-cda+xml", "application/cda+xml")
UNKNOWN_MEDIA_TYPE = "application/octet-stream"
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,39}/[a-z0-9][a-z0-9!#$&^_.+-]{0,78}")
_LOINC = re.compile(r"\d{1,6}-\d")
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe \t\r\n"  # marks of byte order, and blanks
_TITLE_MAX = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """A deposit with what its bytes say. What is shown comes from a CDA header when there is one."""

    deposit: DocumentDeposit
    sha1: bytes
    header: CdaHeader | None
    title: str
    author_label: str
    author_rpps: str
    organisation_label: str
    act_at: datetime | None
    created_at: datetime | None
    media_type: str
    format_code: str
    unique_ids: tuple[str, ...]  # the metadata's first, then the header's
    differences: tuple[str, ...] = ()  # sentences for the reader, where the metadata and the header disagree
    image_count: int = 0  # pictures of the examination that the document refers to

    @property
    def is_replacement(self) -> bool:
        return bool(self.deposit.replaces) or (self.header is not None and bool(self.header.related))


def is_xml(data: bytes, media_type: str) -> bool:
    """Judged by the bytes; the announced type only decides for what has no signature of its own."""
    start = data[:8000].translate(None, b"\x00").lstrip(_BEFORE_XML)  # in UTF-16 or 32 as in UTF-8
    if start.startswith(b"<") and (start.startswith(b"<?xml") or b"ClinicalDocument" in start):
        return True
    return bare_media_type(media_type) in XML_TYPES


def bare_media_type(media_type: str) -> str:
    """Without parameters, in small letters; unreadable ones are octet-stream. Source: RFC 6838, 4.2."""
    bare = media_type.split(";")[0].strip().lower()
    return bare if _MEDIA_TYPE.fullmatch(bare) else UNKNOWN_MEDIA_TYPE


def normal_id(unique_id: str) -> str:
    """One form for a producer's identifier: without ``urn:oid:``, so that FHIR, CDA and XDS agree."""
    if not unique_id.isprintable():
        unique_id = "".join(letter for letter in unique_id if letter.isprintable())
    return unique_id.strip().removeprefix("urn:oid:")


def _identifiers(*unique_ids: str) -> tuple[str, ...]:
    """Each once. A document that came with none is given ours, and is like no other."""
    found = tuple(dict.fromkeys(one for one in map(normal_id, unique_ids) if one))
    return found or (f"2.25.{new_id().int}",)


def check_dates(*moments: datetime | None) -> None:
    """Errors: DateImplausible. A date at the edge of the calendar could be stored and never read back."""
    for moment in moments:
        if moment is not None and not 1850 <= moment.year <= 2200:
            raise DateImplausible()


def judge(deposit: DocumentDeposit) -> Judged:
    """Read a deposit's own bytes, and refuse what lies about itself.

    Errors: DocumentEmpty, DocumentTooLarge, SizeDifferent, HashDifferent, TypeUnknown, CdaInvalid, CdaTypeDifferent,
    DateImplausible.
    """
    data = deposit.data
    if not data:
        raise DocumentEmpty()
    if len(data) > MAX_BYTES:
        raise DocumentTooLarge(limit=MAX_BYTES)
    if deposit.size is not None and deposit.size != len(data):
        raise SizeDifferent(announced=deposit.size, received=len(data))
    sha1 = hashlib.sha1(data, usedforsecurity=False).digest()  # the hash of XDS metadata (ITI TF-3, 4.2.3.2.10)
    if deposit.sha1 is not None and deposit.sha1 != sha1:
        raise HashDifferent()
    if not valuesets.is_known_type(deposit.type_code):
        raise TypeUnknown(type_code=_shown_code(deposit.type_code))
    check_dates(deposit.act_at, deposit.created_at)
    if is_xml(data, deposit.media_type):
        return _judge_cda(deposit, sha1)
    return Judged(
        deposit=deposit,
        sha1=sha1,
        header=None,
        title=one_line(deposit.title, _TITLE_MAX) or valuesets.type_label(deposit.type_code),
        author_label=one_line(deposit.author_label),
        author_rpps=deposit.author_rpps,
        organisation_label=one_line(deposit.organisation_label),
        act_at=deposit.act_at,
        created_at=deposit.created_at,
        media_type=bare_media_type(deposit.media_type),
        format_code=one_line(deposit.format_code, 120),
        unique_ids=_identifiers(deposit.unique_id),
    )


def _judge_cda(deposit: DocumentDeposit, sha1: bytes) -> Judged:
    try:
        root = xmlsafe.parse(deposit.data)
        header = read_header(root)
    except StandardError as error:
        raise CdaInvalid(reason=error.message) from error
    if header.type_code != deposit.type_code:
        raise CdaTypeDifferent(announced=_shown_code(deposit.type_code), header=_shown_code(header.type_code))
    check_dates(header.act_at, header.created_at)
    author = header.author
    media_type = bare_media_type(deposit.media_type)
    return Judged(
        deposit=deposit,
        sha1=sha1,
        header=header,
        title=one_line(header.title or deposit.title, _TITLE_MAX) or valuesets.type_label(deposit.type_code),
        author_label=one_line(author.label),
        author_rpps=author.rpps,
        organisation_label=one_line(author.organisation or header.custodian),
        act_at=header.act_at,
        created_at=header.created_at,
        media_type=media_type if media_type in XML_TYPES else "text/xml",
        format_code=one_line(deposit.format_code or header.format_code, 120),
        unique_ids=_identifiers(deposit.unique_id, header.unique_id),
        differences=tuple(_differences(deposit, header)),
        image_count=len(root.findall(".//h:observation[@classCode='DGIMG']", NS)),  # catalogue DICOM, PS3.20
    )


def _shown_code(code: str) -> str:
    """A code as a refusal may repeat it: what is not shaped as one of LOINC could be anything of anyone."""
    return code if _LOINC.fullmatch(code) or valuesets.is_known_type(code) else "…"


def one_line(text: str, limit: int = 300) -> str:
    """One line of words: what cannot be printed is left out."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words[:limit]


def _differences(deposit: DocumentDeposit, header: CdaHeader) -> list[str]:
    if deposit.resource is None:
        return []  # no metadata came with it: what we were told is our own guess
    found = []
    if deposit.title and plain_words(deposit.title) != plain_words(header.title):
        found.append(f"Titre annoncé à l'envoi : « {one_line(deposit.title)} ».")
    if _is_another_author(deposit, header):
        found.append(f"Auteur annoncé à l'envoi : {one_line(deposit.author_label or deposit.author_rpps)}.")
    organisations = {plain_words(header.author.organisation), plain_words(header.custodian)}
    if deposit.organisation_label and plain_words(deposit.organisation_label) not in organisations:
        found.append(f"Établissement annoncé à l'envoi : {one_line(deposit.organisation_label)}.")
    if deposit.act_at and not _same_day(deposit.act_at, header.act_at):
        found.append(f"Date du soin annoncée à l'envoi : {deposit.act_at:%d/%m/%Y}.")
    if deposit.created_at and not _same_day(deposit.created_at, header.created_at):
        found.append(f"Date du document annoncée à l'envoi : {deposit.created_at:%d/%m/%Y}.")
    return found


def _is_another_author(deposit: DocumentDeposit, header: CdaHeader) -> bool:
    """By their number when both give it, else when the two names share no word."""
    if deposit.author_rpps and any(author.rpps for author in header.authors):
        return deposit.author_rpps not in {author.rpps for author in header.authors}
    announced = set(plain_words(deposit.author_label).split())
    named = {word for author in header.authors for word in plain_words(f"{author.name} {author.organisation}").split()}
    return bool(announced) and not announced & named


def plain_words(text: str) -> str:
    """Words alone, without case, accents or punctuation, to compare."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    kept = (letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())


def _same_day(announced: datetime, said: datetime) -> bool:
    """In either zone: an announced day is often the day alone, at midnight somewhere."""
    return announced.date() in (said.date(), said.astimezone(announced.tzinfo).date())
