"""The documents of one deposit: known or new, their rows written in one trip, then their contents, traces, notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ens.access.preferences import masks_new_documents
from ens.audit import events
from ens.coffre import store
from ens.coffre.errors import ContentDamaged
from ens.coffre.services import CONTENT, sealer
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import ActorKind
from ens.kernel.ids import new_id
from ens.notifications.services import tell
from ens.notifications.types import NoticeKind
from ens.persistence import sql
from ens.persistence.unit import StartAgain, Unit
from ens.record import fhir_resource
from ens.record.digests import author_digest, content_digest
from ens.record.errors import DocumentDifferent, PatientDifferent, SetDifferent
from ens.record.judging import Judged, one_line
from ens.record.models import Document, Filed, SubmissionSet
from ens.record.services.identifiers import digests_of, known_under, of_ids, registration
from ens.record.services.replacement import professional_of, replaced_by, supersede
from ens.record.types import CURRENT, DepositedDocument, SubmissionDeposit
from ens.standards import valuesets

_SOURCES = {
    ActorKind.PROFESSIONNEL: "professionnel",
    ActorKind.ETABLISSEMENT: "etablissement",
    ActorKind.USAGER: "usager",
}


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A new document, whose rows and content are still to write."""

    document: Document
    judged: Judged
    former: Document | None
    card: dict[str, Any]


class Filing:
    """The documents of one deposit, in its unit: what is known of them asked in one trip, their rows written in one.

    What is to write waits for the end, or for what must see it: a replacement, an identifier given twice in the set.
    """

    def __init__(
        self, unit: Unit, submission: SubmissionDeposit, judged: list[Judged], answers: Sequence[Any] = ()
    ) -> None:
        """``answers``: to ``questions``, when the unit asked them as it opened. Errors: PatientDifferent."""
        self.unit, self.submission, self.judged = unit, submission, judged
        self.set_id = new_id() if submission.resource is not None else None
        self.digests = [digests_of(unit.usager_id, one.unique_ids) for one in judged]
        self.waiting: list[_Waiting] = []
        self.fresh: dict[bytes, UUID] = {}  # identifiers of what waits
        places = _patients(submission, judged)
        patients = _named(places)
        *found, self.known, self.are_masked = answers or sql.ask_together(questions(unit.usager_id, submission, judged))
        # The usager may have several matricules (NIA, then NIR): all are theirs.
        theirs = {
            patient for patient, ref in zip(patients, found, strict=True) if ref and ref.usager_id == unit.usager_id
        }
        for where, patient in places:
            if patient not in theirs:
                raise PatientDifferent(where=where)

    def order(self) -> list[int]:
        """As given; what replaces comes last: its target may be in the same set."""
        return sorted(range(len(self.judged)), key=lambda place: self.judged[place].is_replacement)

    def file(self, place: int) -> DepositedDocument:
        """Errors: DocumentDifferent, those of replacement, StoreUnavailable."""
        one, digests = self.judged[place], self.digests[place]
        if one.is_replacement or not self.fresh.keys().isdisjoint(digests):
            self.write()
        content = content_digest(self.unit.usager_id, one.deposit.data)
        known = of_ids(self.unit, (self.known[digest] for digest in digests if digest in self.known))
        if known:
            if len(known) > 1 or bytes(known[0].content_digest) != content:
                raise DocumentDifferent()
            _check_kept(self.unit, known[0].binary_id, one)
            return DepositedDocument(known[0].id, known[0].binary_id, known[0].version, created=False)
        former, notes, was_masked = replaced_by(self.unit, one)
        # a replacement never shows what the usager had masked, nor masks what they see
        is_masked = former.is_masked if former is not None else self.are_masked or was_masked
        document = _new_document(self.unit, self.submission, one, self.set_id, former, content, is_masked=is_masked)
        card = _card(self.unit, self.submission, one, notes)
        seal = sealer(self.unit)
        document.sealed_card = seal.seal_json("document", document.id, card)
        bytes_ = fhir_resource.reference(document, card, one.deposit.resource, one.sha1, former and former.id)
        document.sealed_resource = seal.seal("fhir", document.id, bytes_, document.meta_version)
        self.waiting.append(_Waiting(document, one, former, card))
        self.fresh |= dict.fromkeys(digests, document.id)
        return DepositedDocument(document.id, document.binary_id, document.version, created=True)

    def write(self, submission_set: SubmissionSet | None = None) -> None:
        """The rows of what waits, and of the set, in one trip; then contents, traces and notices.

        Whoever files the same at the same moment waits here, then starts again. Errors: SetDifferent, StoreUnavailable.
        """
        waiting, fresh, self.waiting, self.fresh = self.waiting, self.fresh, [], {}
        rows = [sql.insertion(one.document) for one in waiting]
        if fresh:
            rows.append(registration(self.unit, fresh))
        if submission_set is not None:
            statement, values = sql.insertion(submission_set)
            rows.append((f"{statement} ON CONFLICT DO NOTHING", values))
        written = sql.together(rows) if rows else []
        if fresh and written[len(waiting)] < len(fresh):
            raise StartAgain()
        if submission_set is not None and not written[-1]:
            raise SetDifferent()  # who sends the same waits on its documents: these are others
        self.known |= fresh
        for one in waiting:
            self._keep(one)

    def _keep(self, one: _Waiting) -> None:
        # After the rows: whoever sends the same waits on them, and writes no content in vain.
        unit, binary_id = self.unit, one.document.binary_id
        unit.on_abandon(lambda: store.delete(binary_id))
        store.put(binary_id, sealer(unit).seal(CONTENT, binary_id, one.judged.deposit.data))
        if one.former is not None:
            supersede(unit, one.former)
        if one.document.professional_id is not None:
            unit.later(*sql.insertion(_filed(one.document)))
        _tell(unit, self.submission, one.document, one.former, one.card)


def questions(usager_id: UUID, submission: SubmissionDeposit, judged: list[Judged]) -> list[sql.Question[Any]]:
    """What a deposit asks: whose each matricule is, which identifiers are known, whether what arrives is masked."""
    return [
        *(identity.whose(matricule, oid) for matricule, oid in _named(_patients(submission, judged))),
        known_under(usager_id, (digest for one in judged for digest in digests_of(usager_id, one.unique_ids))),
        masks_new_documents(usager_id),
    ]


def _named(places: list[tuple[str, tuple[str, str]]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(patient for _, patient in places if patient[1]))


def _patients(submission: SubmissionDeposit, judged: list[Judged]) -> list[tuple[str, tuple[str, str]]]:
    """Whom each part of a deposit says it is about: (where, (matricule, OID))."""
    places = [("lot de soumission", submission.patients)]
    for one in judged:
        places.append(("métadonnées du document", one.deposit.patients))
        if one.header is not None:
            places.append(("en-tête CDA", one.header.patients))
    return [(where, (matricule, oid)) for where, patients in places for matricule, oid in patients]


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
    *,
    is_masked: bool,
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
        is_masked=is_masked or "MASQUE_PS" in labels,
        held_back_since=now if "INVISIBLE_PATIENT" in labels else None,
        hidden_from_representatives="INVISIBLE_REPRESENTANTS_LEGAUX" in labels,
        source_kind="message" if submission.by_message else _SOURCES.get(unit.by.kind, "application"),
        by_message=submission.by_message,
        depositor=unit.by.depositor,
        professional_id=professional_of(unit.by),
        declared_author_digest=author_digest(unit.usager_id, one.author_rpps) if one.author_rpps else None,
        replaces_id=former.id if former else None,
    )


def _filed(document: Document) -> Filed:
    return Filed(
        professional_id=document.professional_id,
        document_id=document.id,
        filed_at=document.filed_at,
        waits=document.held_back_since is not None,
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
    if unit.by.kind is not ActorKind.USAGER and not is_held_back and not submission.is_former:
        tell(unit, NoticeKind.DOCUMENT_CHANGED if former is not None else NoticeKind.DOCUMENT)
