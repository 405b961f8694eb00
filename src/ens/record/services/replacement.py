"""Replacing a document: by who filed it, once a version; the former one stays readable under its own id."""

from __future__ import annotations

from uuid import UUID

import orjson

from ens.coffre.services import sealer
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.unit import Unit
from ens.record import fhir_resource
from ens.record.errors import AlreadyReplaced, RelatesToUnknown, ReplacementNotAllowed
from ens.record.judging import Judged
from ens.record.models import Document
from ens.record.services.identifiers import find_by_unique_ids
from ens.record.types import CURRENT, SUPERSEDED

REPLACED_ABSENT = "Ce document dit en remplacer un autre, qui n'est pas dans votre dossier."
REPLACED_KEPT = "Ce document dit en remplacer un autre, que vous n'avez pas déposé : votre dossier garde les deux."


def replaced_by(unit: Unit, one: Judged) -> tuple[Document | None, list[str], bool]:
    """The version this one replaces, checked, if any; what to note for the reader; whether that version is masked.

    An unknown target is refused when the metadata names it; when only the CDA header does, it is noted. So is one that
    somebody else filed, when the usager keeps what a message brought: both stay, and neither is shown for the other.
    Errors: RelatesToUnknown, ReplacementNotAllowed, AlreadyReplaced.
    """
    for target in one.deposit.replaces:
        found = _by_our_id(unit, target) or _first(find_by_unique_ids(unit, [target]))
        if found is None:
            raise RelatesToUnknown()
        return _checked(unit, found), [], found.is_masked
    notes: list[str] = []
    for related in one.header.related if one.header else ():
        if related.type_code != "RPLC":
            continue
        found = _first(find_by_unique_ids(unit, [related.unique_id]))
        if found is not None:
            if unit.by.kind is ActorKind.USAGER and not _may_replace(found, unit):
                return None, [REPLACED_KEPT], found.is_masked
            return _checked(unit, found), [], found.is_masked
        notes = [REPLACED_ABSENT]
    return None, notes, False


def _first(found: list[Document]) -> Document | None:
    return found[0] if found else None


def _by_our_id(unit: Unit, target: str) -> Document | None:
    try:
        key = UUID(target.removeprefix("urn:uuid:").rsplit("/", 1)[-1])
    except ValueError:
        return None
    return Document.objects.filter(usager_id=unit.usager_id, id=key).first()


def _checked(unit: Unit, former: Document) -> Document:
    # Two replacements at once: the second waits, then sees what the first did.
    locked = Document.objects.select_for_update().get(usager_id=unit.usager_id, id=former.id)
    if not _may_replace(locked, unit):
        raise ReplacementNotAllowed()
    if locked.status != CURRENT:
        raise AlreadyReplaced()
    return locked


def _may_replace(former: Document, unit: Unit) -> bool:
    """Who filed it; the professional who did, from any software; of the usager's own, whoever acts for them now."""
    by, professional = unit.by, professional_of(unit.by)
    if by.kind is ActorKind.USAGER and by.usager_id == unit.usager_id and former.source_kind == "usager":
        return True
    return former.depositor == by.depositor or (professional is not None and former.professional_id == professional)


def professional_of(by: Actor) -> UUID | None:
    """Who authenticated, when it is a person with a number of the directory."""
    return UUID(by.id) if by.kind is ActorKind.PROFESSIONNEL else None


def supersede(unit: Unit, former: Document) -> None:
    former.status = SUPERSEDED
    render_again(unit, former)


def render_again(unit: Unit, document: Document) -> None:
    """After a change of state: the FHIR bytes say it too, under the next version number."""
    seal = sealer(unit)
    card = seal.open_json("document", document.id, document.sealed_card)
    stored = orjson.loads(seal.open("fhir", document.id, document.sealed_resource, document.meta_version))
    document.meta_version += 1
    bytes_ = fhir_resource.reference(document, card, stored, bytes.fromhex(card["sha1"]), document.replaces_id)
    document.sealed_resource = seal.seal("fhir", document.id, bytes_, document.meta_version)
    Document.objects.filter(usager_id=unit.usager_id, id=document.id).update(
        status=document.status,
        is_masked=document.is_masked,
        meta_version=document.meta_version,
        sealed_resource=document.sealed_resource,
    )
