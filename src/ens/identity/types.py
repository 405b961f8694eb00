"""Identities as the other packages know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class UsagerRef:
    usager_id: UUID
    oid: str


@dataclass(frozen=True, slots=True)
class Traits:
    """The five traits of the INS, the name used, and the INS itself. Source: RNIV; référentiel INS."""

    birth_name: str
    first_names: str
    birth_date: date
    sex: str  # M, F
    birth_place: str  # COG, 5 characters
    matricule: str
    oid: str
    used_name: str = ""
    used_first_name: str = ""
    insured_matricule: str = ""  # the insured's, when another than the person's own (S032)
    identity_status: str = ""  # RNIV: provisoire, recuperee, validee, qualifiee; read with them, kept in clear

    @property
    def shown_first_name(self) -> str:
        return self.used_first_name or self.first_names.split()[0].title()

    @property
    def shown_name(self) -> str:
        return f"{self.shown_first_name} {(self.used_name or self.birth_name).title()}"


@dataclass(frozen=True, slots=True)
class ProfessionalRef:
    id: UUID
    rpps: str
    name: str  # « Docteur Dupond »
    last_name: str
    first_name: str
    profession: str
    profession_label: str
    organisation: str = ""
    organisation_id: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class EstablishmentRef:
    id: UUID
    finess: str
    name: str
    sector: str = ""


@dataclass(frozen=True, slots=True)
class MailboxRef:
    """``kind``: PER, ORG, APP or CAB. ``is_gone``: the extract has it no more."""

    kind: str
    label: str
    owner: ProfessionalRef | EstablishmentRef | None
    is_gone: bool


@dataclass(frozen=True, slots=True)
class NewUsager:
    """What is needed to register a person: ``email``, ``phone`` and ``address`` are where notices go."""

    birth_name: str
    first_names: str
    birth_date: date
    sex: str
    birth_place: str
    matricule: str
    oid: str
    used_name: str = ""
    used_first_name: str = ""
    insured_matricule: str = ""
    email: str = ""
    medecin_traitant_rpps: str = ""
    identity_status: str = "qualifiee"
    phone: str = ""
    address: tuple[str, ...] = ()  # the lines under the name, the last one or two « 31000 TOULOUSE » and the country
    departement: str = ""
    legacy_dmp: bool = False
    large_print: bool = False  # of their letters


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile an account may show: its own, or a child's."""

    usager_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class Pivot:
    """The traits that a provider vouches for. Source: FranceConnect, « identité pivot »."""

    birth_name: str
    first_names: str
    birth_date: date
    sex: str  # M, F
    birth_place: str  # COG


@dataclass(frozen=True, slots=True)
class ProviderQuestion:
    """Where the person is sent to prove who they are, and what ties the answer to it: kept in their session."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """What a provider said, checked. ``subject``: its own name for the person; ``id_token``: to end its session."""

    issuer: str
    subject: str
    pivot: Pivot | None
    id_token: str


class InvitationState(StrEnum):
    """Of a second representative's invitation."""

    WAITING = "en_attente"
    ACCEPTED = "acceptee"
    REFUSED = "refusee"
    WITHDRAWN = "annulee"
