"""XDS metadata of a document, as the faces share it: one entry, its author, its identifiers.

Source: IHE ITI TF-3, 4.2 (metadata); ANS, CI-SIS volet partage de documents; ebRIM 3.0.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from ens.standards.errors import StandardError

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_UUID_ROOT = "2.25."
_XON = re.compile(r"\^*&([0-9.]*)&ISO")


class MalformedXcn(StandardError):
    """Not a person in the XCN form."""

    code = "xcn_invalide"
    message = "une personne n'est pas au format XCN (numéro^nom^prénom^…^&OID&ISO)"


class MalformedXon(StandardError):
    """Not an organisation in the XON form."""

    code = "xon_invalide"
    message = "une organisation n'est pas au format XON (nom^^^^^&OID&ISO^IDNST^^^numéro)"


@dataclass(frozen=True, slots=True)
class Person:
    """XCN: the PSIdNat, the names, the authority."""

    id: str
    family_name: str
    given_name: str = ""
    authority: str = ""

    @property
    def label(self) -> str:
        return " ".join(part for part in (self.given_name, self.family_name) if part)


@dataclass(frozen=True, slots=True)
class Organisation:
    """XON: the name, the Struct_IdNat, the authority."""

    name: str
    id: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    person: Person | None = None
    organisation: Organisation | None = None
    role: str = ""
    speciality: str = ""

    @property
    def label(self) -> str:
        if self.person is not None and self.person.label:
            return self.person.label
        return self.organisation.name if self.organisation is not None else ""


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """What XDS says of one document. Dates are HL7 timestamps as sent; ``hash`` is the SHA-1 in lower hexadecimal."""

    unique_id: str
    type_code: str
    class_code: str
    format_code: str
    mime_type: str
    title: str
    patient_id: str  # CX
    creation_time: str
    authors: tuple[Author, ...] = ()
    hash: str = ""
    size: int | None = None
    uri: str = ""
    entry_uuid: str = ""
    confidentiality_codes: tuple[str, ...] = ()
    facility_code: str = ""
    practice_setting_code: str = ""
    language_code: str = "fr-FR"
    service_start_time: str = ""
    service_stop_time: str = ""
    replaces: tuple[str, ...] = ()  # entryUUIDs or uniqueIds


def without_urn(identifier: str) -> str:
    """One form for an identifier, without ``urn:oid:`` or ``urn:uuid:``, so that FHIR, CDA and XDS agree."""
    value = identifier.strip()
    for prefix in ("urn:oid:", "urn:uuid:"):
        if value.lower().startswith(prefix):
            return value[len(prefix) :]
    return value


def is_oid(text: str) -> bool:
    """Digits and dots, at most 64 characters. Source: ITI TF-3, 4.2.3.1.7."""
    return len(text) <= 64 and bool(_OID.fullmatch(text))


def new_oid() -> str:
    """A fresh OID below 2.25, from a random UUID. Source: ITU-T X.667."""
    return f"{_UUID_ROOT}{uuid.uuid4().int}"


def oid_of(identifier: uuid.UUID) -> str:
    """The OID below 2.25 that says the same as a UUID."""
    return f"{_UUID_ROOT}{identifier.int}"


def uuid_of(oid: str) -> uuid.UUID | None:
    """The UUID that an OID below 2.25 stands for, else nothing."""
    number = oid.removeprefix(_UUID_ROOT)
    if number == oid or not number.isascii() or not number.isdigit() or int(number) >= 1 << 128:
        return None
    return uuid.UUID(int=int(number))


def parse_xcn(text: str) -> Person:
    """« 801234534765^CAMPARINI^Marcel^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS ». Errors: MalformedXcn."""
    parts = text.strip().split("^")
    if len(parts) < 2 or not (parts[0] or parts[1]):
        raise MalformedXcn()
    return Person(parts[0], parts[1], _part(parts, 2), _authority(_part(parts, 8)))


def format_xcn(person: Person) -> str:
    kind = "IDNPS" if person.id else ""
    names = f"{_plain(person.id)}^{_plain(person.family_name)}^{_plain(person.given_name)}"
    return f"{names}^^^^^^&{person.authority}&ISO^D^^^{kind}"


def parse_xon(text: str) -> Organisation:
    """« Laboratoire des charmes^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120459876 ». Errors: MalformedXon."""
    parts = text.strip().split("^")
    if not parts[0]:
        raise MalformedXon()
    return Organisation(parts[0], _part(parts, 9), _authority(_part(parts, 5)))


def format_xon(organisation: Organisation) -> str:
    if not organisation.id:
        return _plain(organisation.name)
    return f"{_plain(organisation.name)}^^^^^&{organisation.authority}&ISO^IDNST^^^{_plain(organisation.id)}"


def _part(parts: list[str], index: int) -> str:
    return parts[index] if len(parts) > index else ""


def _authority(text: str) -> str:
    found = _XON.fullmatch(text)
    return found[1] if found else ""


def _plain(text: str) -> str:
    """Separators of HL7 have no place in a part; a space says as much to a reader."""
    return re.sub(r"[\^&~|\\]", " ", text).strip()
