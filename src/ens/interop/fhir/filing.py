"""A submission as read becomes a deposit of the record, and its answer the entries of the response."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from ens.interop.fhir import metadata
from ens.interop.fhir.bundles import Filed
from ens.interop.fhir.patients import usager_of_deposit
from ens.interop.fhir.submission import Incoming, Submission
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.record import services as record
from ens.record.types import Deposited, DocumentDeposit, SubmissionDeposit


@dataclass(frozen=True, slots=True)
class FiledSubmission:
    """What was filed, in the order of the entries received; ``created``: something was not there before."""

    entries: tuple[Filed, ...]
    created: bool


def file_submission(submission: Submission, fhir_base: str, *, by: Actor) -> FiledSubmission:
    """File everything, or nothing. Errors: those of the record, SpaceAbsent, PatientDifferent."""
    deposit = to_deposit(submission, fhir_base)
    usager_id = usager_of_deposit(submission.ins, submission.patient_id)
    # A document that is wrong in itself is refused for that, patient or no patient: else a lie would be a probe.
    deposited = record.deposit(usager_id, deposit, by=by)
    return FiledSubmission(_entries(submission, deposited), deposited.created)


def to_deposit(submission: Submission, fhir_base: str) -> SubmissionDeposit:
    """The deposit a submission asks for, its metadata read."""
    patients = ((submission.ins.matricule, submission.ins.oid),) if submission.ins else ()
    documents = tuple(_document(incoming, patients, fhir_base) for incoming in submission.documents)
    unique_id = ""
    if submission.submission_set is not None:
        # The guide's own example has no identifier: the same set sent again must still be the same set.
        known = " ".join([submission.submission_set["date"], *sorted(document.unique_id for document in documents)])
        unique_id = metadata.official_identifier(submission.submission_set) or f"urn:uuid:{uuid5(NAMESPACE_URL, known)}"
    return SubmissionDeposit(documents, unique_id, patients, submission.submission_set)


def _document(incoming: Incoming, patients: tuple[tuple[str, str], ...], fhir_base: str) -> DocumentDeposit:
    resource, content = incoming.resource, incoming.resource["content"][0]
    attachment = content["attachment"]
    author = metadata.author(resource, resource["author"])
    relations = metadata.relations(resource, incoming.where, fhir_base)
    return DocumentDeposit(
        unique_id=resource["masterIdentifier"]["value"],
        data=incoming.data,
        media_type=incoming.media_type,
        type_code=metadata.coded(resource["type"]).code,
        title=attachment["title"],
        act_at=metadata.moment(resource.get("context", {}).get("period", {}).get("start")),
        created_at=metadata.moment(attachment.get("creation") or resource["date"]),
        author_label=author.name or author.organisation,
        author_rpps=author.rpps,
        organisation_label=author.organisation,
        format_code=content.get("format", {}).get("code", ""),
        sha1=metadata.declared_hash(attachment, f"{incoming.where}.content[0].attachment"),
        size=attachment.get("size"),
        replaces=tuple(str(relation.document_id or relation.unique_id) for relation in relations),
        confidentiality=metadata.every_code(resource.get("securityLabel", ())) or ("N",),
        patients=patients,
        resource=resource,
    )


def _entries(submission: Submission, deposited: Deposited) -> tuple[Filed, ...]:
    now = clock.now()
    found: dict[int, Filed] = {}
    if submission.set_position is not None:
        when = now if deposited.created else None
        found[submission.set_position] = Filed("List", str(deposited.set_id), 1, when)
    for incoming, filed in zip(submission.documents, deposited.documents, strict=True):
        when = now if filed.created else None
        found[incoming.position] = Filed("DocumentReference", str(filed.document_id), 1, when)
        if incoming.binary_position is not None:
            found[incoming.binary_position] = Filed("Binary", str(filed.binary_id), 1, when)
    return tuple(found[position] for position in sorted(found))
