"""Filing: all of a set or nothing, once however often it is sent, acknowledged only when synced and committed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ens.access.policies import check_can_deposit
from ens.access.types import ReaderFacts
from ens.audit import events
from ens.coffre.services import sealer
from ens.enrolment import queries as enrolment
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.unit import Unit, unit_of_work
from ens.record import fhir_resource
from ens.record.digests import unique_digest
from ens.record.judging import Judged, judge
from ens.record.models import Document, SubmissionSet
from ens.record.services.filing import Filing, questions
from ens.record.types import Deposited, DepositedDocument, SubmissionDeposit


def deposit(usager_id: UUID, submission: SubmissionDeposit, *, by: Actor) -> Deposited:
    """File a SubmissionSet and its documents in the usager's record.

    The same content under the same unique id answers the first ids and files nothing. Errors: SpaceAbsent,
    DepositNotAllowed, PatientDifferent, DocumentDifferent, SetDifferent, the errors of ``judge``, of replacement,
    StoreUnavailable. Source: IHE ITI TF-2, 3.41 and 3.65.
    """
    judged = [judge(one) for one in submission.documents]

    def act(unit: Unit) -> Deposited:
        return file_in(unit, submission, judged, unit.answers)

    return unit_of_work(usager_id, act, by=by, asking=questions(usager_id, submission, judged))


def file_in(
    unit: Unit, submission: SubmissionDeposit, judged: list[Judged], answers: Sequence[Any] = ()
) -> Deposited:
    """The deposit inside a unit already open. ``answers``: to ``filing.questions``, if it asked them as it opened."""
    # A refused document may be someone else's: its title never enters this usager's history.
    attempt = events.document_added if unit.by.kind is ActorKind.USAGER else events.document_deposited
    attempt(unit, None, attempt=True)
    enrolment.check_open(unit)
    check_can_deposit(ReaderFacts(unit.by.kind, is_usager=unit.by.usager_id == unit.usager_id))
    filing = Filing(unit, submission, judged, answers)
    filed = {place: filing.file(place) for place in filing.order()}
    done = [filed[place] for place in range(len(judged))]
    created = [one for one in done if one.created]
    new_set = filing.set_id
    set_id = new_set if created else _known_set(unit, submission, done) or new_set
    keys = [key for one in created for key in (one.document_id, one.binary_id)]
    if set_id is not None and set_id == new_set:
        filing.write(_set_row(unit, submission, set_id, done))
        keys.append(set_id)
    else:
        filing.write()
    if keys:
        unit.register_locator(keys)
    if not unit.lines:
        unit.untraced("déjà déposé : rien n'a changé")
    return Deposited(set_id, tuple(done))


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


def _set_row(unit: Unit, submission: SubmissionDeposit, set_id: UUID, done: list[DepositedDocument]) -> SubmissionSet:
    """The set to write; documents known before it, which came in none, are in it from now on."""
    received = submission.resource or {}
    ids = [one.document_id for one in done]
    known = [one.document_id for one in done if not one.created]
    if known:
        Document.objects.filter(usager_id=unit.usager_id, id__in=known, set_id__isnull=True).update(set_id=set_id)
    bytes_ = fhir_resource.submission_set(set_id, unit.usager_id, received, ids)
    return SubmissionSet(
        usager_id=unit.usager_id,
        id=set_id,
        unique_id_digest=unique_digest(unit.usager_id, submission.unique_id or str(set_id)),
        depositor=unit.by.depositor,
        sent_at=clock.now(),
        sealed_resource=sealer(unit).seal("fhir", set_id, bytes_),
    )
