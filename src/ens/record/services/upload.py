"""The usager's own documents: one file, judged by its content, with a title, a category and a date."""

from __future__ import annotations

import hashlib
from datetime import datetime, time
from uuid import UUID

from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from ens.persistence.unit import Unit, unit_of_work
from ens.record import apart
from ens.record.errors import DocumentNotFound, UploadFormInvalid
from ens.record.judging import judge
from ens.record.services.deposit import file_in
from ens.record.types import UPLOAD_TITLE_MAX, DocumentDeposit, SubmissionDeposit, Upload

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
    if upload.act_date > clock.today():
        raise UploadFormInvalid(field="act_date", reason="La date du document ne peut pas être dans le futur.")
    if upload.act_date.year < 1900:
        raise UploadFormInvalid(field="act_date", reason="Vérifiez l'année : elle commence en 1900.")
    data, media_type = apart.safe(upload.data)
    unique_id = _unique_id(usager_id, upload)
    document = DocumentDeposit(
        unique_id=unique_id,
        data=data,
        media_type=media_type,
        type_code=TYPES[upload.category],
        title=title,
        act_at=datetime.combine(upload.act_date, time(12), clock.PARIS),
        created_at=clock.now(),
        author_label=by.name,
        format_code=FORMATS.get(media_type, "urn:ihe:iti:xds:2017:mimeTypeSufficient"),
        filename="",
    )
    submission = SubmissionDeposit((document,))
    judged = [judge(document)]

    def act(unit: Unit) -> UUID:
        return file_in(unit, submission, judged).document_id

    return unit_of_work(usager_id, act, by=by)


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


def _unique_id(usager_id: UUID, upload: Upload) -> str:
    """Of the form's token, so that a double click is one document; else new."""
    key = (
        new_id()
        if not upload.token
        else UUID(bytes=hashlib.sha256(usager_id.bytes + upload.token.encode()).digest()[:16])
    )
    return f"2.25.{key.int}"
