"""Masking: the usager's choice, at once, on every version. Source: R1111-49."""

from __future__ import annotations

from uuid import UUID

from ens.audit import events
from ens.audit import services as audit
from ens.enrolment import queries as enrolment
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries
from ens.record.errors import MaskNotAllowed
from ens.record.models import Document
from ens.record.services.replacement import render_again


def mask(document_id: UUID, *, by: Actor) -> None:
    """Only the usager, the declared médecin traitant and the author still see it.

    Errors: NobodyThere, DocumentNotFound, SpaceAbsent, MaskNotAllowed.
    """
    _set(document_id, True, by=by)


def unmask(document_id: UUID, *, by: Actor) -> None:
    """Authorised professionals see it again. Same errors as ``mask``."""
    _set(document_id, False, by=by)


def _set(document_id: UUID, masked: bool, *, by: Actor) -> None:
    leave = events.document_masked if masked else events.document_unmasked

    def act(unit: Unit) -> None:
        leave(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        if by.kind is not ActorKind.USAGER:
            raise MaskNotAllowed()
        versions = Document.objects.filter(usager_id=unit.usager_id, logical_id=document.logical_id)
        changed = [version for version in versions if version.is_masked is not masked]
        if not changed:
            unit.untraced("déjà ainsi")
            return
        for version in changed:
            version.is_masked = masked
            render_again(unit, version)
        audit.rights_changed(unit)
        leave(unit, document_id, title=queries.traced_title(unit, document))

    unit_of_work(locate(document_id), act, by=by)
