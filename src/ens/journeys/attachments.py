"""A message's attachment kept in the record, its sender as source (S084)."""

from __future__ import annotations

from uuid import UUID

from ens.audit import events
from ens.kernel.actor import Actor
from ens.messaging import services, verdicts
from ens.messaging.errors import ThreadNotFound
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries as record
from ens.record.digests import content_digest
from ens.record.services.deposit import file_in
from ens.record.types import SubmissionDeposit


def save_attachment(attachment_id: UUID, *, by: Actor) -> UUID:
    """File an attachment in the record; twice, or already filed by another way, answers the same document.

    Errors: NobodyThere, ThreadNotFound, AttachmentProtected, AttachmentDangerous; those of the deposit (a CDA of
    another patient is refused).
    """

    def act(unit: Unit) -> UUID:
        events.attachment_saved(unit, attachment_id, attempt=True)
        source = services.attachment_source(unit, attachment_id)
        if source.document_id is not None:
            unit.untraced("déjà enregistrée : rien n'a changé")
            return source.document_id
        verdicts.check_not_aside(source.aside)
        if not verdicts.is_savable(source.media_type):
            raise ThreadNotFound()
        judged = verdicts.judged(source)
        content = content_digest(unit.usager_id, source.data)
        if (known := record.on_record(unit, [content]).get(content)) is not None:  # filed by another way (S084)
            events.attachment_saved(unit, attachment_id, title=source.name)
            services.attachment_was_saved(unit, attachment_id, known)
            return known
        submission = SubmissionDeposit((judged.deposit,), by_message=True, source_label=source.sender_label)
        document_id = file_in(unit, submission, [judged]).document_id
        services.attachment_was_saved(unit, attachment_id, document_id)
        return document_id

    return unit_of_work(locate(attachment_id), act, by=by)
