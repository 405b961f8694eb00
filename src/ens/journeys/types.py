from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ens.access.types import Choice
from ens.audit.types import HistoryLine
from ens.messaging.types import Addressee, Begun, Contacts, KeptFile, ThreadCard
from ens.record.types import DocumentCard


@dataclass(frozen=True, slots=True)
class NextAction:
    """The one thing to do next, shown first."""

    over_title: str
    title: str
    words: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Home:
    first_name: str
    unread: int
    threads: list[ThreadCard]
    documents: list[DocumentCard]
    document_total: int
    last_reader: HistoryLine | None
    readings_this_month: int
    emergency_readings: int
    next_action: NextAction | None


@dataclass(frozen=True, slots=True)
class Privacy:
    """What the page « Confidentialité » shows; ``documents``: the newest, to ask who could read one.

    ``represented_by``: who acted for them as a child, and the day it ended.
    """

    choices: list[Choice]
    documents: list[DocumentCard]
    last_lines: list[HistoryLine]
    preferences: dict[str, str]
    represented_by: list[tuple[str, date]]


@dataclass(frozen=True, slots=True)
class Sendable:
    """A document about to be sent, its size in octets, and who may receive it."""

    card: DocumentCard
    size: int
    addressees: list[Addressee]


@dataclass(frozen=True, slots=True)
class Beginnable:
    """Whom a new message may go to, and the newest documents with their sizes in octets.

    ``has_profile``: a synthesis of the medical profile can be joined. ``begun``: what was already written.
    """

    begun: Begun
    contacts: Contacts
    documents: list[tuple[DocumentCard, int]]
    total: int  # of documents, shown or not
    has_profile: bool


@dataclass(frozen=True, slots=True)
class Joinable:
    """What may be joined to an answer: the newest documents with their sizes in octets.

    ``draft`` and ``files``: what was begun. ``has_profile``: as for ``Beginnable``.
    """

    recipients_label: str
    draft: str
    files: list[KeptFile]
    documents: list[tuple[DocumentCard, int]]
    total: int  # of documents, shown or not
    has_profile: bool
