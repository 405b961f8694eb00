"""Filing: all of a set or nothing, once however often it is sent, acknowledged only when synced and committed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction

from ens.audit import events
from ens.coffre import store
from ens.coffre.keyring import digest
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from ens.notifications.services import tell
from ens.notifications.types import NoticeKind
from ens.persistence.unit import StartAgain, Unit, unit_of_work
from ens.record import fhir_resource
from ens.record.errors import (
    AlreadyReplaced,
    DocumentDifferent,
    PatientDifferent,
    RelatesToUnknown,
    ReplacementNotAllowed,
)
from ens.record.judging import Judged, judge, normal_id
from ens.record.models import Document, OtherIdentifier, SubmissionSet
from ens.record.types import (
    CURRENT,
    SUPERSEDED,
    Deposited,
    DepositedDocument,
    SubmissionDeposit,
)
from ens.standards import valuesets

HELD_BACK = timedelta(days=31)  # R1111-53: one month, then readable
_SOURCES = {
    ActorKind.PROFESSIONNEL: "professionnel",
    ActorKind.ETABLISSEMENT: "etablissement",
    ActorKind.USAGER: "usager",
}


def deposit(usager_id: UUID, submission: SubmissionDeposit, *, by: Actor) -> Deposited:
    """File a SubmissionSet and its documents in the usager's record.

    The same content under the same unique id answers the first ids and files nothing. Errors: SpaceAbsent,
    PatientDifferent, DocumentDifferent, the errors of ``judge``, of replacement, StoreUnavailable.
    Source: IHE ITI TF-2, 3.41 and 3.65.
    """
    judged = [judge(one) for one in submission.documents]

    def act(unit: Unit) -> Deposited:
        return file_in(unit, submission, judged)

    return unit_of_work(usager_id, act, by=by)


def file_in(unit: Unit, submission: SubmissionDeposit, judged: list[Judged]) -> Deposited:
    """The deposit inside a unit already open (a message's attachment, the usager's own file)."""
    title = judged[0].title if judged else ""
    events.document_deposited(unit, None, title=title, attempt=True)
    enrolment.check_open(unit)
    _check_patients(unit, submission, judged)
    set_id = _existing_set(unit, submission)
    is_new_set = submission.resource is not None and set_id is None
    if is_new_set:
        set_id = new_id()
    done = [_file_one(unit, submission, one, set_id) for one in judged]
    if is_new_set and set_id is not None:
        _insert_set(unit, submission, set_id, done)
    if not any(one.created for one in done) and not unit.lines:
        unit.untraced("déjà déposé : rien n'a changé")
    return Deposited(set_id, tuple(done))


def _check_patients(unit: Unit, submission: SubmissionDeposit, judged: list[Judged]) -> None:
    traits = identity.traits(unit)
    own = (traits.matricule, traits.oid)
    places = [("lot de soumission", submission.patients)]
    for one in judged:
        places.append(("métadonnées du document", one.deposit.patients))
        if one.header is not None:
            places.append(("en-tête CDA", one.header.patients))
    for where, patients in places:
        if any(patient != own for patient in patients):
            raise PatientDifferent(where=where)


def unique_digest(usager_id: UUID, unique_id: str) -> bytes:
    return digest("identifiant-unique", usager_id, unique_id)


def author_digest(usager_id: UUID, rpps: str) -> bytes:
    return digest("auteur", usager_id, rpps)


def find_by_unique_id(usager_id: UUID, unique_id: str) -> Document | None:
    """By any of its producers' identifiers."""
    wanted = unique_digest(usager_id, normal_id(unique_id))
    found = Document.objects.filter(usager_id=usager_id, unique_id_digest=wanted).first()
    if found is None:
        other = OtherIdentifier.objects.filter(usager_id=usager_id, digest=wanted).first()
        found = Document.objects.filter(usager_id=usager_id, id=other.document_id).first() if other else None
    return found


def _existing_set(unit: Unit, submission: SubmissionDeposit) -> UUID | None:
    if not submission.unique_id:
        return None
    wanted = unique_digest(unit.usager_id, normal_id(submission.unique_id))
    return (
        SubmissionSet.objects.filter(usager_id=unit.usager_id, unique_id_digest=wanted)
        .values_list("id", flat=True)
        .first()
    )


def _file_one(unit: Unit, submission: SubmissionDeposit, one: Judged, set_id: UUID | None) -> DepositedDocument:
    content = digest("contenu", unit.usager_id, one.deposit.data)
    for unique_id in one.unique_ids:
        known = find_by_unique_id(unit.usager_id, unique_id)
        if known is not None:
            if bytes(known.content_digest) != content:
                raise DocumentDifferent()
            return DepositedDocument(known.id, known.binary_id, known.version, created=False)
    former = _replaced(unit, one)
    document = _new_document(unit, submission, one, set_id, former, content)
    card = _card(unit, submission, one)
    seal = sealer(unit)
    document.sealed_card = seal.seal_json("document", document.id, card)
    bytes_ = fhir_resource.reference(document, card, one.deposit.resource, one.sha1, former and former.id)
    document.sealed_resource = seal.seal("fhir", document.id, bytes_, document.meta_version)
    try:
        with transaction.atomic():
            # the row first: whoever sends the same waits here, and writes no content in vain
            document.save(force_insert=True)
            OtherIdentifier.objects.bulk_create(
                OtherIdentifier(usager_id=unit.usager_id, id=new_id(), digest=key, document_id=document.id)
                for key in sorted(unique_digest(unit.usager_id, other) for other in one.unique_ids[1:])
            )
    except IntegrityError as error:
        raise StartAgain() from error
    unit.on_abandon(lambda: store.delete(document.binary_id))
    store.put(document.binary_id, seal.seal(CONTENT, document.binary_id, one.deposit.data))
    unit.register_locator([document.id, document.binary_id])
    if former is not None:
        supersede(unit, former)
    _tell(unit, submission, document, former, card)
    return DepositedDocument(document.id, document.binary_id, document.version, created=True)


def _replaced(unit: Unit, one: Judged) -> Document | None:
    """The version this one replaces, if any, checked. An unknown target is refused when the metadata names it."""
    for target in one.deposit.replaces:
        found = _by_our_id(unit, target) or find_by_unique_id(unit.usager_id, target)
        if found is None:
            raise RelatesToUnknown()
        return _may_replace(unit, found)
    for related in one.header.related if one.header else ():
        if related.type_code != "RPLC":
            continue
        found = find_by_unique_id(unit.usager_id, related.unique_id)
        if found is not None:
            return _may_replace(unit, found)
        one.differences.append("Ce document dit en remplacer un autre, qui n'est pas dans votre dossier.")
    return None


def _by_our_id(unit: Unit, target: str) -> Document | None:
    try:
        key = UUID(target.rsplit("/", 1)[-1])
    except ValueError:
        return None
    return Document.objects.filter(usager_id=unit.usager_id, id=key).first()


def _may_replace(unit: Unit, former: Document) -> Document:
    is_same_person = former.professional_id is not None and str(former.professional_id) == _professional(unit.by)
    if former.depositor != unit.by.depositor and not is_same_person:
        raise ReplacementNotAllowed()
    if former.status != CURRENT:
        raise AlreadyReplaced()
    return former


def _professional(by: Actor) -> str | None:
    return by.id if by.kind is ActorKind.PROFESSIONNEL else None


def _new_document(
    unit: Unit,
    submission: SubmissionDeposit,
    one: Judged,
    set_id: UUID | None,
    former: Document | None,
    content: bytes,
) -> Document:
    labels, now = one.deposit.confidentiality, clock.now()
    document_id = new_id()
    professional = _professional(unit.by)
    return Document(
        usager_id=unit.usager_id,
        id=document_id,
        logical_id=former.logical_id if former else document_id,
        set_id=set_id,
        binary_id=new_id(),
        status=CURRENT,
        version=former.version + 1 if former else 1,
        unique_id_digest=unique_digest(unit.usager_id, one.unique_ids[0]),
        content_digest=content,
        type_code=one.deposit.type_code,
        class_code=valuesets.class_of(one.deposit.type_code),
        category=valuesets.category_of(one.deposit.type_code),
        format_code=one.format_code[:120],
        media_type=one.deposit.media_type[:80],
        size=len(one.deposit.data),
        act_at=one.act_at or one.created_at or now,
        created_at=one.created_at or one.act_at or now,
        filed_at=now,
        codes=fhir_resource.search_codes(one.deposit.resource, one.author_rpps),
        # a replacement never shows what the usager had masked
        is_masked="MASQUE_PS" in labels or (former is not None and former.is_masked),
        held_back_until=now + HELD_BACK if "INVISIBLE_PATIENT" in labels else None,
        hidden_from_representatives="INVISIBLE_REPRESENTANTS_LEGAUX" in labels,
        source_kind="message" if submission.by_message else _SOURCES.get(unit.by.kind, "application"),
        by_message=submission.by_message,
        depositor=unit.by.depositor,
        professional_id=UUID(professional) if professional else None,
        declared_author_digest=author_digest(unit.usager_id, one.author_rpps) if one.author_rpps else None,
        replaces_id=former.id if former else None,
    )


def _card(unit: Unit, submission: SubmissionDeposit, one: Judged) -> dict[str, Any]:
    by = unit.by
    return {
        "title": one.title,
        "author_label": one.author_label,
        "organisation_label": one.organisation_label,
        "source_label": submission.source_label or one.organisation_label or one.author_label or by.name,
        "depositor_label": by.name,
        "differences": one.differences,
        "filename": one.deposit.filename,
        "unique_id": one.unique_ids[0],
        "confidentiality": list(one.deposit.confidentiality),
        "sha1": one.sha1.hex(),
    }


def supersede(unit: Unit, former: Document) -> None:
    """The former version stays readable under its own id."""
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


def _insert_set(unit: Unit, submission: SubmissionDeposit, set_id: UUID, done: list[DepositedDocument]) -> None:
    received = submission.resource or {}
    sent = [(entry.get("item") or {}).get("reference", "") for entry in received.get("entry") or []]
    pairs = list(zip(sent, (one.document_id for one in done), strict=False))
    bytes_ = fhir_resource.submission_set(set_id, unit.usager_id, received, pairs)
    row = SubmissionSet(
        usager_id=unit.usager_id,
        id=set_id,
        unique_id_digest=unique_digest(unit.usager_id, normal_id(submission.unique_id) or str(set_id)),
        depositor=unit.by.depositor,
        sent_at=clock.now(),
        sealed_resource=sealer(unit).seal("fhir", set_id, bytes_),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise StartAgain() from error
    unit.register_locator([set_id])


def _tell(
    unit: Unit, submission: SubmissionDeposit, document: Document, former: Document | None, card: dict[str, Any]
) -> None:
    title = card["title"]
    if submission.by_message:
        events.attachment_saved(unit, document.id, title=title)
    elif unit.by.kind is ActorKind.USAGER:
        events.document_added(unit, document.id, title=title)
    else:
        events.document_deposited(unit, document.id, title=title, declared_author=card["author_label"])
    if former is not None:
        events.document_replaced(unit, former.id, title=title)
    if unit.by.kind is not ActorKind.USAGER:
        tell(unit, NoticeKind.DOCUMENT_CHANGED if former is not None else NoticeKind.DOCUMENT)
