"""A message's attachment kept in the record, its sender as source (S084)."""

from __future__ import annotations

from uuid import UUID

from ens.audit import events
from ens.kernel.actor import Actor
from ens.messaging import queries as messaging
from ens.messaging import services
from ens.messaging.errors import ThreadNotFound
from ens.messaging.types import AttachmentSource
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record.judging import Judged, is_xml, judge
from ens.record.services.deposit import file_in
from ens.record.types import DocumentDeposit, SubmissionDeposit
from ens.standards import valuesets, xmlsafe
from ens.standards.cda.header import CdaHeader, read_header
from ens.standards.errors import StandardError

OTHER_TYPE = "EXPPAT_2"  # « Autre document du patient »: what an attachment is when nothing says more


def save_attachment(attachment_id: UUID, *, by: Actor) -> UUID:
    """File an attachment in the record; twice does nothing more and answers the same document.

    Errors: NobodyThere, ThreadNotFound, those of the deposit (a CDA of another patient is refused).
    """

    def act(unit: Unit) -> UUID:
        events.attachment_saved(unit, attachment_id, attempt=True)
        source = services.attachment_source(unit, attachment_id)
        if source.document_id is not None:
            unit.untraced("déjà enregistrée : rien n'a changé")
            return source.document_id
        kind = source.media_type.split(";")[0]
        if kind not in (*messaging.SAVABLE, *messaging.XML_TYPES):
            raise ThreadNotFound()
        judged = _judged(source)
        submission = SubmissionDeposit((judged.deposit,), by_message=True, source_label=source.sender_label)
        document_id = file_in(unit, submission, [judged]).document_id
        services.attachment_was_saved(unit, attachment_id, document_id)
        return document_id

    return unit_of_work(locate(attachment_id), act, by=by)


def _judged(source: AttachmentSource) -> Judged:
    """Its own header when it is a CDA, else what its archive or its message says of it."""
    header = _header(source)
    title = header.title if header else _title(source)
    return judge(
        DocumentDeposit(
            unique_id=header.unique_id if header else source.unique_id,
            data=source.data,
            media_type=source.media_type,
            type_code=header.type_code if header else _type(source),
            title=title,
            act_at=header.act_at if header else source.act_at or source.sent_at,
            created_at=source.sent_at,
            author_label=source.sender_label,
            filename=source.name,
        )
    )


def _header(source: AttachmentSource) -> CdaHeader | None:
    if not is_xml(source.data, source.media_type):
        return None
    try:
        return read_header(xmlsafe.parse(source.data))
    except StandardError:
        return None


def _type(source: AttachmentSource) -> str:
    return source.type_code if valuesets.is_known_type(source.type_code) else OTHER_TYPE


def _title(source: AttachmentSource) -> str:
    """The file's name without its extension, made readable."""
    stem = source.name.rsplit(".", 1)[0]
    return " ".join(stem.replace("_", " ").split())[:150] or source.subject
