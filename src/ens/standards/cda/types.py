"""What a CDA header says, and the errors of those that do not say enough."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from ens.standards.errors import StandardError
from ens.standards.hl7 import MalformedTimestamp, precision, timestamp
from ens.standards.rpps import PS_AUTHORITY, rpps_of
from ens.standards.traits import Traits

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class NotCda(StandardError):
    code = "cda_attendu"
    message = "ce n'est pas un document CDA (élément ClinicalDocument attendu)"


class CdaIncomplete(StandardError):
    """A compulsory element of the header is missing."""

    code = "cda_incomplet"


class CdaIdMissing(CdaIncomplete):
    code = "cda_id_missing"
    message = "l'en-tête CDA ne donne pas l'identifiant du document"


class CdaTypeMissing(CdaIncomplete):
    code = "cda_code_missing"
    message = "l'en-tête CDA ne donne pas le type du document"


class CdaDateMissing(CdaIncomplete):
    code = "cda_date_missing"
    message = "l'en-tête CDA ne donne pas la date du document"


class CdaAuthorMissing(CdaIncomplete):
    code = "cda_author_missing"
    message = "l'en-tête CDA ne dit pas qui est l'auteur"


class CdaPatientMissing(CdaIncomplete):
    code = "cda_patient_missing"
    message = "l'en-tête CDA ne porte pas de matricule INS"


@dataclass(frozen=True, slots=True)
class CdaAuthor:
    """An author or the legal authenticator. ``id`` is the PSIdNat (prefix and number), or a device's."""

    id: str
    id_root: str
    name: str  # for people to read: title, given names, family name
    speciality: str
    organisation: str
    organisation_id: str
    time: datetime | None
    speciality_code: str = ""  # J01: G15_10/SM26
    family_name: str = ""
    given_names: str = ""
    organisation_id_root: str = ""

    @property
    def rpps(self) -> str:
        """The RPPS number alone: 8 then eleven digits in the PSIdNat. Empty when it is not one."""
        return rpps_of(self.id) if self.id_root == PS_AUTHORITY else ""

    @property
    def profession(self) -> str:
        """The profession's code (TRE_G15) within the speciality's: 10 in G15_10/SM26; else empty."""
        found = re.match(r"G15_([0-9]+)", self.speciality_code)
        return found[1] if found else ""

    @property
    def label(self) -> str:
        return self.name or self.organisation


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    type_code: str  # RPLC, APND, XFRM
    root: str
    extension: str

    @property
    def unique_id(self) -> str:
        return unique_id(self.root, self.extension)


@dataclass(frozen=True, slots=True)
class CdaHeader:
    root: str
    extension: str
    set_id: str
    version: int | None
    type_code: str
    type_system: str
    type_label: str
    title: str
    created_at: datetime
    act_at: datetime  # serviceEvent's start, else the creation
    confidentiality: str
    language: str
    patients: tuple[tuple[str, str], ...]  # (matricule, OID) among the INS's OIDs
    family_name: str  # of birth
    given_names: str  # the list of birth, else the first one
    birth_date: str  # as sent, HL7
    authors: tuple[CdaAuthor, ...]
    custodian: str
    related: tuple[RelatedDocument, ...]
    templates: tuple[str, ...]
    format_code: str
    used_name: str = ""
    used_given_name: str = ""
    sex: str = ""  # M, F or UN, as sent
    birth_place: str = ""  # COG
    legal_authenticator: CdaAuthor | None = None
    custodian_id: str = ""
    service_code: str = ""
    service_start: datetime | None = None
    service_end: datetime | None = None
    facility_code: str = ""  # J02
    facility_system: str = ""
    practice_setting_code: str = ""  # J04
    practice_setting_system: str = ""

    @property
    def unique_id(self) -> str:
        return unique_id(self.root, self.extension)

    @property
    def urn(self) -> str:
        """The form of FHIR's masterIdentifier: urn:uuid: for a UUID, else urn:oid:."""
        if _UUID.fullmatch(self.root) and not self.extension:
            return f"urn:uuid:{self.root.lower()}"
        return f"urn:oid:{self.unique_id}"

    @property
    def author(self) -> CdaAuthor:
        """The first author who is a person, else the first."""
        return next((author for author in self.authors if author.name), self.authors[0])

    @property
    def traits(self) -> Traits | None:
        """The five traits, or nothing when the header does not give birth name, given name, whole date and sex."""
        try:
            whole = bool(self.birth_date) and precision(self.birth_date) not in ("year", "month")
            born = timestamp(self.birth_date).date() if whole else None
        except MalformedTimestamp:
            return None
        if not born or not self.family_name or not self.given_names or self.sex not in ("M", "F"):
            return None
        return Traits(self.family_name, self.given_names, born, self.sex, self.birth_place)


def unique_id(root: str, extension: str) -> str:
    """The form of XDS: root^extension, or the root alone. Source: IHE ITI TF-3, 4.2.3.2.26."""
    return f"{root}^{extension}" if extension else root
