"""Filing: all of a set or nothing, once however often it is sent, acknowledged only when synced and committed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError

from ens.access.policies import check_can_deposit
from ens.access.preferences import masks_new_documents
from ens.access.types import ReaderFacts
from ens.audit import events
from ens.coffre import store
from ens.coffre.errors import ContentDamaged
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from ens.notifications.services import tell
from ens.notifications.types import NoticeKind
from ens.persistence import sql
from ens.persistence.unit import Unit, unit_of_work
from ens.record import fhir_resource
from ens.record.digests import author_digest, content_digest, unique_digest
from ens.record.errors import DocumentDifferent, PatientDifferent, SetDifferent
from ens.record.judging import Judged, judge, one_line
from ens.record.models import Document, SubmissionSet
from ens.record.services.identifiers import find_by_unique_ids, insert
from ens.record.services.replacement import professional_of, replaced_by, supersede
from ens.record.types import CURRENT, Deposited, DepositedDocument, SubmissionDeposit
from ens.standards import valuesets

_SOURCES = {
    ActorKind.PROFESSIONNEL: "professionnel",
    ActorKind.ETABLISSEMENT: "etablissement",
    ActorKind.USAGER: "usager",
}


def deposit(usager_id: UUID, submission: SubmissionDeposit, *, by: Actor) -> Deposited:
    """File a SubmissionSet and its documents in the usager's record.

    The same content under the same unique id answers the first ids and files nothing. Errors: SpaceAbsent,
    DepositNotAllowed, PatientDifferent, DocumentDifferent, SetDifferent, the errors of ``judge``, of replacement,
    StoreUnavailable. Source: IHE ITI TF-2, 3.41 and 3.65.
    """
    judged = [judge(one) for one in submission.documents]

    def act(unit: Unit) -> Deposited:
        return file_in(unit, submission, judged)

    return unit_of_work(usager_id, act, by=by)


def file_in(unit: Unit, submission: SubmissionDeposit, judged: list[Judged]) -> Deposited:
    """The deposit inside a unit already open."""
    # A refused document may be someone else's: its title never enters this usager's history.
    attempt = events.document_added if unit.by.kind is ActorKind.USAGER else events.document_deposited
    attempt(unit, None, attempt=True)
    enrolment.check_open(unit)
    check_can_deposit(ReaderFacts(unit.by.kind, is_usager=unit.by.usager_id == unit.usager_id))
    _check_patients(unit, submission, judged)
    new_set = new_id() if submission.resource is not None else None
    filed: dict[int, DepositedDocument] = {}
    for place in _order(unit, judged):
        filed[place] = _file_one(unit, submission, judged[place], new_set)
    done = [filed[place] for place in range(len(judged))]
    created = [one for one in done if one.created]
    keys = [key for one in created for key in (one.document_id, one.binary_id)]
    set_id = new_set if created else _known_set(unit, submission, done) or new_set
    if set_id is not None and set_id == new_set:
        _insert_set(unit, submission, set_id, done)
        keys.append(set_id)
    if keys:
        unit.register_locator(keys)
    if not unit.lines:
        unit.untraced("déjà déposé : rien n'a changé")
    return Deposited(set_id, tuple(done))


def _order(unit: Unit, judged: list[Judged]) -> list[int]:
    """By identifier, so that two units never wait for each other; what replaces comes last: its target may be
    in the same set."""
    return sorted(
        range(len(judged)),
        key=lambda place: (judged[place].is_replacement, unique_digest(unit.usager_id, judged[place].unique_ids[0])),
    )


def _check_patients(unit: Unit, submission: SubmissionDeposit, judged: list[Judged]) -> None:
    """The usager may have several matricules (NIA, then NIR): all are theirs."""
    places = [("lot de soumission", submission.patients)]
    for one in judged:
        places.append(("métadonnées du document", one.deposit.patients))
        if one.header is not None:
            places.append(("en-tête CDA", one.header.patients))
    for where, patients in places:
        for patient in patients:
            key = f"record.patient.{patient}"
            if key not in unit.cache:
                matricule, oid = patient
                found = identity.find_usager(matricule, oid) if oid else None
                unit.cache[key] = found is not None and found.usager_id == unit.usager_id
            if not unit.cache[key]:
                raise PatientDifferent(where=where)


def _known_set(unit: Unit, submission: SubmissionDeposit, done: list[DepositedDocument]) -> UUID | None:
    """When nothing is new: the set of that identifier, else the one its documents first came in."""
    if submission.resource is None:
        return None
    wanted = unique_digest(unit.usager_id, submission.unique_id)
    sets = SubmissionSet.objects.filter(usager_id=unit.usager_id)
    found = sets.filter(unique_id_digest=wanted).values_list("id", flat=True).first() if submission.unique_id else None
    if found is None:
        ids = [one.document_id for one in done]
        first = Document.objects.filter(usager_id=unit.usager_id, id__in=ids, set_id__isnull=False)
        found = first.order_by("filed_at", "id").values_list("set_id", flat=True).first()
    return found


def _file_one(unit: Unit, submission: SubmissionDeposit, one: Judged, set_id: UUID | None) -> DepositedDocument:
    content = content_digest(unit.usager_id, one.deposit.data)
    known = find_by_unique_ids(unit, one.unique_ids)
    if known:
        if len(known) > 1 or bytes(known[0].content_digest) != content:
            raise DocumentDifferent()
        _check_kept(unit, known[0].binary_id, one)
        return DepositedDocument(known[0].id, known[0].binary_id, known[0].version, created=False)
    former, notes = replaced_by(unit, one)
    document = _new_document(unit, submission, one, set_id, former, content)
    card = _card(unit, submission, one, notes)
    seal = sealer(unit)
    document.sealed_card = seal.seal_json("document", document.id, card)
    bytes_ = fhir_resource.reference(document, card, one.deposit.resource, one.sha1, former and former.id)
    document.sealed_resource = seal.seal("fhir", document.id, bytes_, document.meta_version)
    insert(document, one.unique_ids)
    # Rows first: whoever sends the same waits on them, and writes no content in vain.
    unit.on_abandon(lambda: store.delete(document.binary_id))
    store.put(document.binary_id, seal.seal(CONTENT, document.binary_id, one.deposit.data))
    if former is not None:
        supersede(unit, former)
    _tell(unit, submission, document, former, card)
    return DepositedDocument(document.id, document.binary_id, document.version, created=True)


def _check_kept(unit: Unit, binary_id: UUID, one: Judged) -> None:
    """Saying « déjà déposé » acknowledges it again: its content must be there, whatever happened since."""
    seal = sealer(unit)
    try:
        seal.open(CONTENT, binary_id, store.get(binary_id))
    except ContentDamaged:
        store.put(binary_id, seal.seal(CONTENT, binary_id, one.deposit.data))


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
    return Document(
        usager_id=unit.usager_id,
        id=document_id,
        logical_id=former.logical_id if former else document_id,
        set_id=set_id,
        binary_id=new_id(),
        status=CURRENT,
        version=former.version + 1 if former else 1,
        content_digest=content,
        type_code=one.deposit.type_code,
        class_code=valuesets.class_of(one.deposit.type_code),
        category=valuesets.category_of(one.deposit.type_code),
        format_code=one.format_code,
        media_type=one.media_type,
        size=len(one.deposit.data),
        act_at=one.act_at or one.created_at or now,
        created_at=one.created_at or one.act_at or now,
        filed_at=now,
        codes=fhir_resource.search_codes(one.deposit.resource, one.author_rpps, labels),
        # a replacement never shows what the usager had masked, nor masks what they see
        is_masked="MASQUE_PS" in labels or (former.is_masked if former is not None else masks_new_documents(unit)),
        held_back_since=now if "INVISIBLE_PATIENT" in labels else None,
        hidden_from_representatives="INVISIBLE_REPRESENTANTS_LEGAUX" in labels,
        source_kind="message" if submission.by_message else _SOURCES.get(unit.by.kind, "application"),
        by_message=submission.by_message,
        depositor=unit.by.depositor,
        professional_id=professional_of(unit.by),
        declared_author_digest=author_digest(unit.usager_id, one.author_rpps) if one.author_rpps else None,
        replaces_id=former.id if former else None,
    )


def _card(unit: Unit, submission: SubmissionDeposit, one: Judged, notes: list[str]) -> dict[str, Any]:
    by = unit.by
    return {
        "title": one.title,
        "author_label": one.author_label,
        "organisation_label": one.organisation_label,
        "source_label": one_line(submission.source_label) or one.organisation_label or one.author_label or by.name,
        "depositor_label": by.name,
        "differences": [*one.differences, *notes],
        "filename": one_line(one.deposit.filename),
        "image_count": one.image_count,
        "unique_id": one.unique_ids[0],
        "confidentiality": list(one.deposit.confidentiality),
        "sha1": one.sha1.hex(),
    }


def _insert_set(unit: Unit, submission: SubmissionDeposit, set_id: UUID, done: list[DepositedDocument]) -> None:
    received = submission.resource or {}
    ids = [one.document_id for one in done]
    bytes_ = fhir_resource.submission_set(set_id, unit.usager_id, received, ids)
    row = SubmissionSet(
        usager_id=unit.usager_id,
        id=set_id,
        unique_id_digest=unique_digest(unit.usager_id, submission.unique_id or str(set_id)),
        depositor=unit.by.depositor,
        sent_at=clock.now(),
        sealed_resource=sealer(unit).seal("fhir", set_id, bytes_),
    )
    known = [one.document_id for one in done if not one.created]
    if known:
        Document.objects.filter(usager_id=unit.usager_id, id__in=known, set_id__isnull=True).update(set_id=set_id)
    try:
        sql.insert(row)
    except IntegrityError as error:  # who sends the same waits on its documents: these are others
        raise SetDifferent() from error


def _tell(
    unit: Unit, submission: SubmissionDeposit, document: Document, former: Document | None, card: dict[str, Any]
) -> None:
    """The trace, and the notice. What waits for its announcement is not named to the usager (R1111-53)."""
    is_held_back = document.held_back_since is not None
    title = "" if is_held_back else card["title"]
    if submission.by_message:
        events.attachment_saved(unit, document.id, title=title)
    elif unit.by.kind is ActorKind.USAGER:
        events.document_added(unit, document.id, title=title)
    else:
        events.document_deposited(unit, document.id, title=title, declared_author=card["author_label"])
    if former is not None:
        events.document_replaced(unit, former.id, title=title)
    if unit.by.kind is not ActorKind.USAGER and not is_held_back:
        tell(unit, NoticeKind.DOCUMENT_CHANGED if former is not None else NoticeKind.DOCUMENT)
