"""One file filed by hand on a page, the usager's or a professional's: judged by content, with a title and a date."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time
from uuid import UUID

from ens.access.errors import DepositNotAllowed
from ens.access.policies import check_is_individual
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.record import apart
from ens.record.contenttypes import judge_type
from ens.record.errors import DocumentNotFound, UploadFormInvalid
from ens.record.services.deposit import deposit
from ens.record.services.identifiers import unique_id_of_form
from ens.record.types import (
    FILED_TITLE_MAX,
    UPLOAD_TITLE_MAX,
    DocumentDeposit,
    FiledByHand,
    SubmissionDeposit,
    Upload,
)
from ens.standards import valuesets
from ens.standards.valuesets import DocumentType

# PRODUCTION 5.4: what a title may not hold, so that it travels in XDS metadata as well.
FORBIDDEN = set('<>"«»=()+.,;:&?![]{}|/%@~^§¤²µ\\`')
# The usager's types, by the category they choose. Source: JDV_J07, DOCPAT and EXPPAT.
TYPES = {
    "SYNTHESE": "DOCPAT01",
    "ORD_SOIN": "DOCPAT02",
    "CPT_REND": "DOCPAT03",
    "RADIO_SC": "DOCPAT04",
    "BIOLOGIE": "DOCPAT05",
    "DEPISTAG": "DOCPAT06",
    "CERT_MED": "DOCPAT07",
    "DOC_ADM": "DOCPAT09",
    "AUTR_DOC": "EXPPAT_2",
}
FORMATS = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    "text/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
}
OTHER_FORMAT = "urn:ihe:iti:xds:2017:mimeTypeSufficient"


def add_own_document(usager_id: UUID, upload: Upload, *, by: Actor) -> UUID:
    """File what the usager adds; the same form sent twice files once. Returns the document's id.

    Errors: UploadFormInvalid, those of ``cleaning.safe``, SpaceAbsent.
    """
    if by.kind is not ActorKind.USAGER or by.usager_id != usager_id:
        raise DocumentNotFound()
    title = " ".join(upload.title.split())
    check_title(title)
    if upload.category not in TYPES:
        raise UploadFormInvalid(field="category", reason="Choisissez une catégorie dans la liste.")
    check_act_date(upload.act_date)
    data, media_type = apart.safe(upload.data)
    document = DocumentDeposit(
        unique_id=unique_id_of_form(usager_id, upload.token),
        data=data,
        media_type=media_type,
        type_code=TYPES[upload.category],
        title=title,
        act_at=_at_noon(upload.act_date),
        created_at=clock.now(),
        author_label=by.name,
        format_code=FORMATS.get(media_type, OTHER_FORMAT),
        filename="",
    )
    return deposit(usager_id, SubmissionDeposit((document,)), by=by).document_id


def file_by_hand(usager_id: UUID, filed: FiledByHand, *, by: Actor) -> UUID:
    """File what a professional chose on a page, as its author. The same file sent twice by a form is filed once.

    The bytes are kept as they came: nothing of a professional's is altered. Returns the document's id. Errors:
    UploadFormInvalid, UploadTypeRefused, DocumentEmpty, DocumentTooLarge, TypeUnknown, SpaceAbsent, DepositNotAllowed.
    """
    check_is_individual(by)
    if by.kind is not ActorKind.PROFESSIONNEL:
        raise DepositNotAllowed()
    title = " ".join(filed.title.split())
    if not title or not title.isprintable():
        raise UploadFormInvalid(field="title", reason="Donnez un titre au document.")
    if len(title) > FILED_TITLE_MAX:
        reason = f"Le titre compte {len(title)} caractères. Le maximum est {FILED_TITLE_MAX}."
        raise UploadFormInvalid(field="title", reason=reason)
    if filed.type_code not in professional_types():
        raise UploadFormInvalid(field="type_code", reason="Choisissez un type dans la liste.")
    check_act_date(filed.act_date)
    media_type = judge_type(filed.data)
    token = filed.token and filed.token + hashlib.sha256(filed.data).hexdigest()
    document = DocumentDeposit(
        unique_id=unique_id_of_form(usager_id, token, by.id),
        data=filed.data,
        media_type=media_type,
        type_code=filed.type_code,
        title=title,
        act_at=_at_noon(filed.act_date),
        created_at=clock.now(),
        author_label=by.name,
        author_rpps=by.rpps,
        organisation_label=by.organisation,
        format_code=FORMATS.get(media_type, OTHER_FORMAT),
        confidentiality=filed.shown.labels,
    )
    return deposit(usager_id, SubmissionDeposit((document,)), by=by).document_id


def professional_types() -> dict[str, DocumentType]:
    """The types a professional files under, by code: a usager's own are theirs."""
    return {code: one for code, one in valuesets.document_types().items() if not one.usager}


def check_act_date(day: date) -> None:
    """Errors: UploadFormInvalid."""
    if day > clock.today():
        raise UploadFormInvalid(field="act_date", reason="La date du document ne peut pas être dans le futur.")
    if day.year < 1900:
        raise UploadFormInvalid(field="act_date", reason="Vérifiez l'année : elle commence en 1900.")


def _at_noon(day: date) -> datetime:
    """A day is all that was said: noon in Paris is that day in any zone of ours."""
    return datetime.combine(day, time(12), clock.PARIS)


def check_title(title: str) -> None:
    """Errors: UploadFormInvalid."""
    if not title or not title.isprintable():
        raise UploadFormInvalid(field="title", reason="Donnez un titre au document.")
    if len(title) > UPLOAD_TITLE_MAX:
        raise UploadFormInvalid(
            field="title", reason=f"Le titre compte {len(title)} caractères. Le maximum est {UPLOAD_TITLE_MAX}."
        )
    refused = sorted(FORBIDDEN & set(title))
    if refused:
        raise UploadFormInvalid(field="title", reason=f"Le titre ne peut pas contenir {' '.join(refused)}")
