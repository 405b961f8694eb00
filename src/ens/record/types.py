"""What the record takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ens.access.types import Answer
from ens.audit.types import HistoryLine
from ens.identity.types import Traits

CURRENT = "current"
SUPERSEDED = "superseded"


# -- filing -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DocumentDeposit:
    """One document as its producer sent it.

    ``resource`` is the received DocumentReference (FHIR R4 JSON) when there is one: the record keeps it, with ids,
    status, security label, links and subject set by us. Codes and dates are those of the metadata; for a CDA the
    header decides what is shown, and a difference is noted. ``sha1`` and ``size``: what the producer says of the
    bytes, None when not said. ``replaces``: our id or a producer's unique id.
    """

    unique_id: str
    data: bytes
    media_type: str
    type_code: str
    title: str = ""
    act_at: datetime | None = None
    created_at: datetime | None = None
    author_label: str = ""
    author_rpps: str = ""
    organisation_label: str = ""
    format_code: str = ""
    sha1: bytes | None = None
    size: int | None = None
    replaces: tuple[str, ...] = ()
    confidentiality: tuple[str, ...] = ("N",)
    patients: tuple[tuple[str, str], ...] = ()  # (matricule, OID) as declared for this document; all must agree
    resource: dict[str, Any] | None = None
    filename: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionDeposit:
    """A SubmissionSet and its documents: all filed, or none. ``resource`` is the received List."""

    documents: tuple[DocumentDeposit, ...]
    unique_id: str = ""
    patients: tuple[tuple[str, str], ...] = ()
    resource: dict[str, Any] | None = None
    by_message: bool = False
    is_former: bool = False  # of a former DMP: told once, not document by document
    source_label: str = ""  # shown instead of the depositor's name (a message's sender)


@dataclass(frozen=True, slots=True)
class DepositedDocument:
    document_id: UUID
    binary_id: UUID
    version: int
    created: bool  # False: was already on record with the same content


@dataclass(frozen=True, slots=True)
class Deposited:
    """In the order of the deposit. ``set_id`` is None when no SubmissionSet was sent."""

    set_id: UUID | None
    documents: tuple[DepositedDocument, ...]

    @property
    def created(self) -> bool:
        return any(document.created for document in self.documents)

    @property
    def document_id(self) -> UUID:
        return self.documents[0].document_id


@dataclass(frozen=True, slots=True)
class Described:
    """A document's metadata, as its producer gave them."""

    unique_id: str
    type_code: str
    format_code: str
    title: str
    author_label: str
    organisation_label: str
    act_at: datetime
    created_at: datetime
    confidentiality: tuple[str, ...]


UPLOAD_TITLE_MAX = 50  # characters, once spaces are single


@dataclass(frozen=True, slots=True)
class Upload:
    """A file the usager adds. ``token``: of the form, so that sending it twice files once."""

    data: bytes
    filename: str
    title: str
    category: str
    act_date: date
    token: str = ""


FILED_TITLE_MAX = 128  # characters: what a title of XDS metadata holds


class Shown(StrEnum):
    """Who reads what a professional files, said at its filing. Source: JDV_J08."""

    TO_ALL = "tous"
    ONCE_ANNOUNCED = "annonce"  # not to the usager before a professional announced it, a month at most
    MASKED = "masque"  # at the usager's request

    @property
    def labels(self) -> tuple[str, ...]:
        return {"tous": ("N",), "annonce": ("N", "INVISIBLE_PATIENT"), "masque": ("N", "MASQUE_PS")}[self]


@dataclass(frozen=True, slots=True)
class FiledByHand:
    """A file that a professional files on a page. ``token``: of the form, so that sending it twice files once."""

    data: bytes
    title: str
    type_code: str
    act_date: date
    shown: Shown = Shown.TO_ALL
    token: str = ""


# -- reading ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A line of a list."""

    id: UUID
    title: str
    category: str
    category_label: str
    type_code: str
    type_label: str
    act_date: date
    filed_at: datetime
    source_kind: str  # professionnel, etablissement, usager, message, application
    source_label: str
    by_message: bool
    is_masked: bool
    is_new: bool  # not opened yet: by the usager, lately; by the professional who lists, ever
    version: int
    status: str
    image_count: int = 0


@dataclass(frozen=True, slots=True)
class VersionCard:
    id: UUID
    version: int
    filed_at: datetime
    source_label: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """``kind``: html (safe narrative), images (``pages`` to fetch one by one), text, none (``reason`` says why).

    away: the store of contents does not answer; damaged: what it holds does not open.
    """

    kind: str
    html: str = ""
    pages: int = 0
    text: str = ""
    reason: str = ""
    text_html: str = ""  # « Lire en texte » beside the images
    is_withheld = property(lambda self: self.kind in ("away", "damaged"))  # nothing of the content was given


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    card: DocumentCard
    author_label: str
    organisation_label: str
    differences: list[str]
    versions: list[VersionCard]
    media_type: str
    size: int
    filename: str
    preview: Preview
    description: str
    is_own: bool  # added by the usager
    readers: list[HistoryLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CouldRead:
    """« Qui pourrait lire ce document ? »: each known reader with the rules that would apply, in their order.

    ``unknown_author``: how the author is named on the document, when no professional of the directory is known for it.
    """

    card: DocumentCard
    answers: list[Answer]
    unknown_author: str = ""


@dataclass(frozen=True, slots=True)
class OpenedContent:
    data: bytes
    media_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Filters of the list and its page; ``text`` is looked for in title, author and type, ``since`` bounds the act.

    ``unread``: those the professional who asks never opened, their own aside; of anyone else, none.

    ``text`` and ``author`` are sealed: with them, or with ``with_authors``, every card of the list is opened.
    """

    category: str = ""
    year: int | None = None
    author: str = ""
    masked: bool | None = None
    text: str = ""
    since: date | None = None
    unread: bool = False
    offset: int = 0
    limit: int = 500
    with_authors: bool = False  # to offer them as choices


@dataclass(frozen=True, slots=True)
class DocumentList:
    """``cards``: of the page asked. ``total``: all the actor may see; ``matching``: what the filter keeps.

    ``counts`` by category and ``years`` are unfiltered; ``authors`` too, when they were asked for.
    """

    cards: list[DocumentCard]
    total: int
    matching: int
    counts: dict[str, int]
    years: list[int]
    authors: list[str]


# -- what a professional filed ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OwnFilter:
    """Of what a professional filed since a day: what still waits for its announcement alone, or everything."""

    since: date
    waits: bool = False
    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class OwnDeposit:
    """A document, as its depositor finds it again. ``waits_until``: the day it opens by itself to the patient.

    Nothing of what the patient did with it since: neither masked, nor opened.
    """

    card: DocumentCard
    usager_id: UUID
    patient: Traits
    waits_until: date | None
    is_superseded: bool


@dataclass(frozen=True, slots=True)
class OwnDeposits:
    """``deposits``: what the depositor may still read on this page. ``matching``: what they filed, all pages."""

    deposits: list[OwnDeposit]
    matching: int


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """Where what a professional filed is read: in the record when they may open it, else by itself."""

    usager_id: UUID
    patient: Traits
    opens_record: bool


# -- FHIR ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Period:
    """Bounds included; None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReferenceQuery:
    """A search of DocumentReference or List within one usager. Codes without system; empty means any.

    ``identifiers``: producers' unique ids or ours. ``cursor``: (sort date, id) of the last one given.
    """

    statuses: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    security_labels: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    ids: tuple[UUID, ...] = ()
    relates_to: tuple[UUID, ...] = ()
    date: Period | None = None
    creation: Period | None = None
    period: Period | None = None
    archived: bool | None = None
    newest_first: bool = True
    count: int = 50
    cursor: tuple[datetime, UUID] | None = None
    only_count: bool = False


@dataclass(frozen=True, slots=True)
class ReferencePage:
    """``resources``: stored FHIR bytes, in order. ``total``: all that matches, whatever the page."""

    resources: list[bytes]
    ids: list[UUID]
    total: int
    next_cursor: tuple[datetime, UUID] | None
