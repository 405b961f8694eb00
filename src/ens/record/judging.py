"""What a deposited document is, judged on its bytes alone: no database, no patient known yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from ens.record.errors import (
    CdaInvalid,
    CdaTypeDifferent,
    DocumentEmpty,
    DocumentTooLarge,
    HashDifferent,
    SizeDifferent,
    TypeUnknown,
)
from ens.record.types import DocumentDeposit
from ens.standards import valuesets, xmlsafe
from ens.standards.cda.header import CdaHeader, read_header
from ens.standards.errors import StandardError

MAX_BYTES = 20_000_000
CDA_TYPES = ("text/xml", "application/xml", "application/hl7-v3+xml", "application/hl7-cda+xml", "application/cda+xml")
XML_BOM = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


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
    format_code: str
    unique_ids: tuple[str, ...]  # the metadata's first, then the header's
    differences: list[str] = field(default_factory=list)


def is_xml(data: bytes, media_type: str) -> bool:
    """Judged by the bytes; the announced type only decides for an XML without its prolog."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:100]
    if start.startswith(b"<?xml") or b"ClinicalDocument" in data[:4000]:
        return True
    return media_type.split(";")[0].strip().lower() in CDA_TYPES


def judge(deposit: DocumentDeposit) -> Judged:
    """Errors: DocumentEmpty, DocumentTooLarge, SizeDifferent, HashDifferent, TypeUnknown, CdaInvalid, CdaTypeDifferent."""
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
        raise TypeUnknown(type_code=deposit.type_code[:40])
    if is_xml(data, deposit.media_type):
        return _judge_cda(deposit, sha1)
    return Judged(
        deposit=deposit,
        sha1=sha1,
        header=None,
        title=deposit.title or valuesets.type_label(deposit.type_code),
        author_label=deposit.author_label,
        author_rpps=deposit.author_rpps,
        organisation_label=deposit.organisation_label,
        act_at=deposit.act_at,
        created_at=deposit.created_at,
        format_code=deposit.format_code,
        unique_ids=(normal_id(deposit.unique_id),),
    )


def normal_id(unique_id: str) -> str:
    """One form for a producer's identifier: without ``urn:oid:``, so that FHIR, CDA and XDS agree."""
    return unique_id.strip().removeprefix("urn:oid:")


def _judge_cda(deposit: DocumentDeposit, sha1: bytes) -> Judged:
    try:
        header = read_header(xmlsafe.parse(deposit.data))
    except StandardError as error:
        raise CdaInvalid(reason=error.message) from error
    if header.type_code != deposit.type_code:
        raise CdaTypeDifferent(announced=deposit.type_code[:40], header=header.type_code[:40])
    ids = dict.fromkeys((normal_id(deposit.unique_id), header.unique_id))
    author = header.author
    return Judged(
        deposit=deposit,
        sha1=sha1,
        header=header,
        title=header.title,
        author_label=author.label,
        author_rpps=author.rpps,
        organisation_label=author.organisation or header.custodian,
        act_at=header.act_at,
        created_at=header.created_at,
        format_code=deposit.format_code or header.format_code,
        unique_ids=tuple(ids),
        differences=_differences(deposit, header),
    )


def _differences(deposit: DocumentDeposit, header: CdaHeader) -> list[str]:
    """Sentences for the reader, where the metadata and the header disagree."""
    found = []
    if deposit.title and " ".join(deposit.title.split()) != header.title:
        found.append(f"Titre annoncé à l'envoi : « {deposit.title} ».")
    if deposit.author_rpps and header.author.rpps and deposit.author_rpps != header.author.rpps:
        found.append(f"Auteur annoncé à l'envoi : {deposit.author_label or deposit.author_rpps}.")
    if deposit.act_at and deposit.act_at.date() != header.act_at.astimezone(deposit.act_at.tzinfo).date():
        found.append(f"Date annoncée à l'envoi : {deposit.act_at:%d/%m/%Y}.")
    return found
