"""ITI-65 and ITI-105 read strictly: a transaction Bundle, or one DocumentReference, as one submission.

Nothing is looked up here: what is wrong in itself is refused before anything is known of the patient.
Source: IHE MHD 4.2, ITI-65 and ITI-105; PDSm, comprehensive-provide-document-bundle and simplified-publish.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ens.interop.fhir.errors import ReferenceUnresolved, StructureInvalid, SubmissionInvalid
from ens.interop.fhir.reading import read_base64, read_json
from ens.interop.fhir.references import (
    IdKey,
    InsKey,
    PatientKey,
    one_patient,
    patient_named,
    patient_of_reference,
)
from ens.interop.fhir.structure import Checker, is_text

ACCEPTED = ("List", "DocumentReference", "Binary")
MAX_DOCUMENTS = 200  # of one submission: as many as a search gives at once
MAX_SHEET_BYTES = 256_000  # a DocumentReference or a List without its contents: some are given 200 at a time


@dataclass(frozen=True, slots=True)
class Incoming:
    """One document as sent: its checked DocumentReference and its bytes."""

    resource: dict[str, Any]
    data: bytes
    media_type: str
    where: str  # FHIRPath of the DocumentReference in the body
    position: int  # of its entry in the Bundle; 0 alone
    binary_position: int | None  # of its Binary's entry; None when inline


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission as sent. ``submission_set`` is None for the simplified publication."""

    ins: InsKey | None
    patient_id: IdKey | None
    submission_set: dict[str, Any] | None
    set_position: int | None
    documents: tuple[Incoming, ...]  # in the order of the set


def read_bundle(body: bytes, fhir_base: str) -> Submission:
    """The submission of an ITI-65 transaction. Errors: those of this door, all telling where."""
    bundle = read_json(body, expected="Bundle")
    checker = Checker()
    checker.check(bundle, "Bundle", "Bundle")
    checker.raise_faults()
    if bundle["type"] != "transaction":
        raise SubmissionInvalid(detail="Bundle.type doit être « transaction ».", expression="Bundle.type")
    sorted_entries = _sort(bundle["entry"], checker)
    checker.raise_faults()

    lists = sorted_entries["List"]
    if len(lists) != 1:
        raise SubmissionInvalid(
            detail=f"un lot de soumission (List) et un seul est attendu, {len(lists)} reçu(s).",
            expression="Bundle.entry",
        )
    set_position, submission_set = lists[0]
    _check_set(submission_set, f"Bundle.entry[{set_position}].resource", checker)
    if not sorted_entries["DocumentReference"]:
        raise SubmissionInvalid(detail="aucune fiche (DocumentReference).", expression="Bundle.entry")
    if len(sorted_entries["DocumentReference"]) > MAX_DOCUMENTS:
        raise SubmissionInvalid(detail=f"{MAX_DOCUMENTS} documents au plus par lot.", expression="Bundle.entry")
    for position, resource in sorted_entries["DocumentReference"]:
        check_document(resource, f"Bundle.entry[{position}].resource", checker, simplified=False)
    checker.raise_faults()

    urls = _full_urls(bundle["entry"])
    documents = _documents(sorted_entries, urls)
    if len(body) - sum(len(document.data) * 4 // 3 for document in documents) > MAX_SHEET_BYTES:
        for position, resource in (*lists, *sorted_entries["DocumentReference"]):
            _check_size(resource, f"Bundle.entry[{position}].resource")
    places = {bundle["entry"][document.position].get("fullUrl", ""): n for n, document in enumerate(documents)}
    listed = _members(submission_set, set_position, places)
    ins, patient_id = one_patient(
        key
        for position, resource in (*lists, *sorted_entries["DocumentReference"])
        for key in patients_of(resource, f"Bundle.entry[{position}].resource", fhir_base)
    )
    return Submission(ins, patient_id, submission_set, set_position, tuple(documents[rank] for rank in listed))


def read_simplified(body: bytes, fhir_base: str) -> Submission:
    """The submission of an ITI-105 publication: the document is inside, in base64."""
    resource = read_json(body, expected="DocumentReference")
    checker = Checker()
    checker.check(resource, "DocumentReference", "DocumentReference")
    checker.raise_faults()
    check_document(resource, "DocumentReference", checker, simplified=True)
    checker.raise_faults()
    ins, patient_id = one_patient(patients_of(resource, "DocumentReference", fhir_base))
    attachment = resource["content"][0]["attachment"]
    data = read_base64(attachment["data"], "DocumentReference.content[0].attachment.data")
    if len(body) - len(data) * 4 // 3 > MAX_SHEET_BYTES:
        _check_size(resource, "DocumentReference")
    document = Incoming(resource, data, attachment["contentType"], "DocumentReference", 0, None)
    return Submission(ins, patient_id, None, None, (document,))


def _check_size(resource: dict[str, Any], where: str) -> None:
    """Errors: StructureInvalid."""
    content = sum(len(one["attachment"].get("data", "")) for one in resource.get("content", ()))
    if len(orjson.dumps(resource)) - content > MAX_SHEET_BYTES:
        raise StructureInvalid([(where, f"{MAX_SHEET_BYTES} octets au plus, sans le contenu du document")])


def _sort(entries: list[dict[str, Any]], checker: Checker) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {kind: [] for kind in ACCEPTED}
    for position, entry in enumerate(entries):
        where = f"Bundle.entry[{position}]"
        resource, request = entry["resource"], entry["request"]
        kind = resource.get("resourceType")
        if not isinstance(kind, str) or kind not in found:
            checker.fault(f"{where}.resource", "un lot ne porte que List, DocumentReference et Binary")
            continue
        if request["method"] != "POST" or request["url"].strip("/") != kind:
            checker.fault(f"{where}.request", f"« POST {kind} » est attendu")
            continue
        checker.check(resource, kind, f"{where}.resource")
        found[kind].append((position, resource))
    return found


def _check_set(resource: dict[str, Any], where: str, checker: Checker) -> None:
    codes = [coding.get("code") for coding in resource.get("code", {}).get("coding", [])]
    if "submissionset" not in codes:
        checker.fault(
            f"{where}.code", "le code « submissionset » est attendu ; les classeurs ne sont pas pris en charge"
        )
    if resource["status"] != "current":
        checker.fault(f"{where}.status", "« current » est attendu")
    if resource["mode"] != "working":
        checker.fault(f"{where}.mode", "« working » est attendu")
    for name in ("subject", "date", "entry"):
        if name not in resource:
            checker.fault(f"{where}.{name}", "cet élément est obligatoire")
    _check_local_references(resource, where, checker, "source")


def check_document(resource: dict[str, Any], where: str, checker: Checker, *, simplified: bool) -> None:
    """What the PDSm profiles ask of a DocumentReference beyond FHIR itself.

    ``custodian`` is 1..1 in the guide, but absent of its own published examples: it is not demanded.
    """
    for name in ("masterIdentifier", "type", "subject", "date", "author"):
        if name not in resource:
            checker.fault(f"{where}.{name}", "cet élément est obligatoire")
    if resource["status"] != "current":
        checker.fault(f"{where}.status", "« current » est attendu au dépôt")
    if "masterIdentifier" in resource and not is_text(resource["masterIdentifier"].get("value")):
        checker.fault(f"{where}.masterIdentifier.value", "l'identifiant unique donné par le producteur est attendu")
    if "type" in resource and not any(coding.get("code") for coding in resource["type"].get("coding", [])):
        checker.fault(f"{where}.type.coding", "un code est attendu")
    if len(resource["content"]) != 1:
        checker.fault(f"{where}.content", "un contenu et un seul est attendu")
    attachment = resource["content"][0]["attachment"]
    place = f"{where}.content[0].attachment"
    expected = ["contentType", "title"] + (["data"] if simplified else ["size", "hash"])
    for name in expected:
        if name not in attachment:
            checker.fault(f"{place}.{name}", "cet élément est obligatoire")
    if ("url" in attachment) == ("data" in attachment):
        checker.fault(place, "soit url, soit data est attendu")
    if not simplified and not resource.get("context", {}).get("period", {}).get("start"):
        checker.fault(f"{where}.context.period.start", "cet élément est obligatoire")
    _check_local_references(resource, where, checker, "author", "authenticator", "custodian")
    for index, relation in enumerate(resource.get("relatesTo", [])):
        if relation["code"] != "replaces":
            checker.fault(f"{where}.relatesTo[{index}].code", "seul « replaces » est pris en charge")


def _check_local_references(resource: dict[str, Any], where: str, checker: Checker, *names: str) -> None:
    """A ``#id`` must be contained."""
    known = {contained["id"] for contained in resource.get("contained", [])}
    for name in names:
        value = resource.get(name, [])
        many = isinstance(value, list)
        for index, reference in enumerate(value if many else [value]):
            text = reference.get("reference", "")
            if text.startswith("#") and text[1:] not in known:
                place = f"{where}.{name}[{index}]" if many else f"{where}.{name}"
                checker.fault(f"{place}.reference", "la ressource désignée n'est pas contenue ici")


def _full_urls(entries: list[dict[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, entry in enumerate(entries):
        url = entry.get("fullUrl")
        if url is None:
            continue
        if url in found:
            raise SubmissionInvalid(
                detail="deux entrées ont la même fullUrl.", expression=f"Bundle.entry[{position}].fullUrl"
            )
        found[url] = position
    return found


def _documents(entries: dict[str, list[tuple[int, dict[str, Any]]]], urls: dict[str, int]) -> tuple[Incoming, ...]:
    binaries = dict(entries["Binary"])
    taken: set[int] = set()
    documents = []
    for position, resource in entries["DocumentReference"]:
        where = f"Bundle.entry[{position}].resource"
        attachment = resource["content"][0]["attachment"]
        media_type = attachment["contentType"]
        place = f"{where}.content[0].attachment"
        if "data" in attachment:
            data = read_base64(attachment["data"], f"{place}.data")
            documents.append(Incoming(resource, data, media_type, where, position, None))
            continue
        target = urls.get(attachment["url"])
        if target is None or target not in binaries:
            raise ReferenceUnresolved(expression=f"{place}.url")
        binary = binaries[target]
        if target in taken:
            raise SubmissionInvalid(detail="deux fiches désignent le même contenu.", expression=f"{place}.url")
        taken.add(target)
        if _bare(binary["contentType"]) != _bare(media_type):
            raise SubmissionInvalid(
                detail="la fiche et le contenu (Binary) n'annoncent pas le même type.",
                expression=[f"{place}.contentType", f"Bundle.entry[{target}].resource.contentType"],
            )
        if "data" not in binary:
            raise StructureInvalid([(f"Bundle.entry[{target}].resource.data", "cet élément est obligatoire")])
        data = read_base64(binary["data"], f"Bundle.entry[{target}].resource.data")
        documents.append(Incoming(resource, data, media_type, where, position, target))
    unused = sorted(set(binaries) - taken)
    if unused:
        raise SubmissionInvalid(
            detail="un contenu (Binary) n'est désigné par aucune fiche.",
            expression=f"Bundle.entry[{unused[0]}].resource",
        )
    return tuple(documents)


def _bare(media_type: str) -> str:
    return media_type.split(";")[0].strip().lower()


def _members(submission_set: dict[str, Any], position: int, places: dict[str, int]) -> list[int]:
    """The ranks of the documents in the order of the set, which lists each of the Bundle and nothing else."""
    listed: list[int] = []
    for index, entry in enumerate(submission_set["entry"]):
        reference = entry["item"].get("reference", "")
        where = f"Bundle.entry[{position}].resource.entry[{index}].item.reference"
        if not reference or reference not in places:
            raise ReferenceUnresolved(expression=where)
        listed.append(places[reference])
    if sorted(listed) != list(range(len(places))) or "" in places:
        raise SubmissionInvalid(
            detail="le lot (List.entry) doit désigner chaque fiche du Bundle, une fois.",
            expression=f"Bundle.entry[{position}].resource.entry",
        )
    return listed


def patients_of(resource: dict[str, Any], where: str, fhir_base: str) -> list[PatientKey]:
    """Every patient a resource names: its subject first, then any other, wherever it is named.

    One of our INS, or one of our ids, is someone's: an author, a source patient, an extension that names another
    person than the subject would put that person's identity in this record. The exception is a relative who speaks
    (RelatedPerson), whose own identifiers are their own. Errors: PatientMissing, PatientDifferent, ReferenceUnresolved.
    """
    contained = resource.get("contained", [])
    subject = patient_of_reference(resource["subject"], contained, fhir_base, f"{where}.subject")
    _check_source(resource, contained, f"{where}.context.sourcePatientInfo")
    return [subject, *_named(resource, fhir_base)]


def _named(resource: dict[str, Any], fhir_base: str) -> list[PatientKey]:
    found, waiting = [], [resource]
    while waiting:
        one = waiting.pop()
        key = patient_named(one, fhir_base)
        if key is not None:
            found.append(key)
        its_own = one.get("resourceType") == "RelatedPerson"
        for name, child in one.items():
            if type(child) is dict:
                waiting.append(child)
            elif type(child) is list and not (its_own and name == "identifier"):
                waiting += _objects(child)
    return found


def _objects(values: list[Any]) -> list[dict[str, Any]]:
    found = [value for value in values if type(value) is dict]
    for value in values:
        if type(value) is list:  # no element of FHIR is so, but what is kept without being read may be
            found += _objects(value)
    return found


def _check_source(resource: dict[str, Any], contained: list[dict[str, Any]], where: str) -> None:
    """The source patient, when contained, is there. One known by the producer's own number says nothing of ours."""
    text = resource.get("context", {}).get("sourcePatientInfo", {}).get("reference", "")
    if text.startswith("#") and not any(one["id"] == text[1:] for one in contained):
        raise ReferenceUnresolved(expression=f"{where}.reference")
