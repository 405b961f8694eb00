"""The documents of a person's archive, as the record takes them."""

from __future__ import annotations

from pathlib import PurePosixPath

from ens.record.types import DocumentDeposit
from ens.standards.hl7 import parse_cx, timestamp
from ens.standards.rpps import PS_AUTHORITY
from ens.standards.xdm import XdmDocument, read_xdm
from ens.standards.xds import DocumentEntry

_RPPS_PREFIX = "8"  # of PSIdNat, before the eleven digits


def deposits(archive: bytes) -> list[DocumentDeposit]:
    """Oldest first, so that what replaces comes after what it replaces.

    Errors: those of ``read_xdm``; MalformedTimestamp, MalformedCx.
    """
    opened = read_xdm(archive).documents
    by_entry = {one.entry.entry_uuid: one.entry.unique_id for one in opened}
    known = {one.entry.unique_id for one in opened}
    found = [_deposit(one, by_entry, known) for one in opened]
    return sorted(found, key=lambda one: one.created_at.timestamp() if one.created_at else 0.0)


def _deposit(one: XdmDocument, by_entry: dict[str, str], known: set[str]) -> DocumentDeposit:
    entry = one.entry
    author = entry.authors[0] if entry.authors else None
    created = timestamp(entry.creation_time)
    targets = (by_entry.get(target, target) for target in entry.replaces)
    return DocumentDeposit(
        unique_id=entry.unique_id,
        data=one.data,
        media_type=entry.mime_type,
        type_code=entry.type_code,
        title=entry.title,
        act_at=timestamp(entry.service_start_time) if entry.service_start_time else created,
        created_at=created,
        author_label=author.label if author else "",
        author_rpps=_rpps(entry),
        organisation_label=author.organisation.name if author and author.organisation else "",
        format_code=entry.format_code,
        replaces=tuple(target for target in targets if target in known),
        confidentiality=entry.confidentiality_codes or ("N",),
        patients=(parse_cx(entry.patient_id),),
        filename=PurePosixPath(one.name).name,
    )


def _rpps(entry: DocumentEntry) -> str:
    person = entry.authors[0].person if entry.authors else None
    if person is None or person.authority != PS_AUTHORITY or not person.id.startswith(_RPPS_PREFIX):
        return ""
    return person.id[1:]
