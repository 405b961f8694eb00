"""What messaging takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

# All the files of a message the usager sends: once coded for mail, they and its text stay under ENS_MAIL_MAX_BYTES.
FILES_MAX_BYTES = 18_000_000
FILES_MOST = 20  # of a message the usager sends
INCOMING, OUTGOING = "recu", "envoye"


class Delivery(StrEnum):
    """Of a message the usager sent."""

    RECEIVED = "recu"
    QUEUED = "en_attente"
    SENT = "envoye"
    FAILED = "non_remis"


class ReplyMode(StrEnum):
    """Decided by the server, shown by the page (N073)."""

    REPLY = "REPLY"
    REPLY_BLOCKED = "REPLY_BLOCKED"
    NO_REPLY = "NO_REPLY"


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """One message as accepted at the door: the envelope's addresses and the bytes."""

    sender: str
    recipient: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Received:
    message_id: UUID
    created: bool  # False: the same message was already there


@dataclass(frozen=True, slots=True)
class File:
    """A file the usager joins to a reply."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of an answer begun; ``size`` in octets."""

    id: UUID
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Reply:
    """``token``: of the form, so that sending it twice sends once. ``to``: some of whom may be answered; none, all.

    ``kept``: files of what was begun, sent before ``files``. ``ends_draft``: what was begun is what is sent.

    ``subject`` and ``marks`` (X-MSS-*): of a message that carries an archive, instead of the conversation's own.
    """

    body: str
    files: tuple[File, ...] = ()
    token: str = ""
    subject: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    to: tuple[UUID, ...] = ()
    kept: tuple[UUID, ...] = ()
    ends_draft: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who wrote to the usager, designated by this id only: no address comes from a page (N074)."""

    id: UUID
    label: str
    role: str = ""
    is_gone: bool = False  # their mailbox left the directory: nobody may read what is written there
    ended_at: datetime | None = None  # by the usager: what they write is refused
    answered_at: str = ""  # the mailbox that answers go to, when it is not the one that wrote


@dataclass(frozen=True, slots=True)
class ReplyOption:
    """What the page offers. ``contacts``: whom an answer here may reach; ``ended_by``: who wants none."""

    mode: ReplyMode
    reason: str = ""
    contacts: tuple[Contact, ...] = ()
    ended_by: tuple[str, ...] = ()

    @property
    def reached(self) -> tuple[Contact, ...]:
        """Whom an answer to nobody in particular reaches: those the usager did not end with; of none such, all."""
        return tuple(one for one in self.contacts if one.ended_at is None) or self.contacts

    @property
    def recipients_label(self) -> str:
        return ", ".join(one.label for one in self.reached)


@dataclass(frozen=True, slots=True)
class Contacts:
    """Whom a new message may go to. ``may_search``: pharmacies may be written to first."""

    wrote: tuple[Contact, ...]
    pharmacies: tuple[Contact, ...] = ()
    may_search: bool = False


@dataclass(frozen=True, slots=True)
class Beginning:
    """A new message: ``to`` is the id of a contact; its subject is the answer's."""

    to: UUID
    answer: Reply


@dataclass(frozen=True, slots=True)
class Begun:
    """A new message begun, as typed: ``to`` may be nobody yet, ``pharmacy`` is what one was looked for by."""

    to: UUID | None = None
    subject: str = ""
    body: str = ""
    pharmacy: str = ""


NOTHING_BEGUN = Begun()


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who may be written to: a conversation still open, named by those whom an answer there reaches."""

    thread_id: UUID
    label: str
    subject: str
    last_at: datetime


@dataclass(frozen=True, slots=True)
class AttachmentView:
    id: UUID
    name: str
    media_type: str
    size: int
    saved_document_id: UUID | None
    can_save: bool
    why_not: str = ""
    aside: str = ""  # why it is kept aside: it cannot be opened either
    appointments: tuple[Appointment, ...] = ()


@dataclass(frozen=True, slots=True)
class Appointment:
    """Of an invitation joined to a message. ``start``: a day alone when no hour is given; else in Paris."""

    title: str
    start: date | datetime
    end: date | datetime | None
    place: str
    by: str
    is_cancelled: bool


class ReceiptKind(StrEnum):
    READ = "lecture"
    INTEGRATION = "integration"
    ASIDE = "piece_a_part"  # nobody asks for it: files are kept aside, and who sent them is told


class ReceiptState(StrEnum):
    """Of an acknowledgement a message asked for."""

    ASKED = "demande"
    DECLINED = "refuse"
    QUEUED = "en_attente"
    SENT = "envoye"
    FAILED = "non_remis"


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The read receipt a message asked for."""

    state: ReceiptState
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageView:
    id: UUID
    from_label: str
    role_label: str
    from_usager: bool
    at: datetime
    body_html: str  # sanitised; empty when the message is plain text
    body_text: str
    attachments: list[AttachmentView]
    delivery_state: Delivery
    delivery_reason: str = ""
    is_system: bool = False  # a non-delivery report
    same_id_warning: bool = False  # the sender used this Message-ID for another content
    receipt: ReceiptView | None = None
    is_unseen: bool = False  # kept while the antivirus did not answer
    is_unlisted: bool = False  # the directory did not publish the mailbox it came from
    sender_is_told: bool = True  # of files kept aside: not when a machine wrote
    is_listed: bool = False  # the directory publishes the mailbox it came from
    to_label: str = ""  # of the usager's: whom it was for


@dataclass(frozen=True, slots=True)
class ThreadCard:
    id: UUID
    subject: str
    correspondent_label: str
    role_label: str
    is_organisation: bool
    last_at: datetime
    unread: bool
    first_attachment: str
    attachment_count: int
    excerpt: str
    ended_by: str
    has_draft: bool = False


class Box(StrEnum):
    """Which conversations."""

    ALL = ""
    UNREAD = "non-lus"
    FILES = "documents"
    DRAFTS = "brouillons"
    ENDED = "termines"
    TRASH = "corbeille"


@dataclass(frozen=True, slots=True)
class MailboxFilter:
    """A page of the conversations. ``text``: words that one of the messages holds, whatever their case and accents."""

    text: str = ""
    offset: int = 0
    limit: int = 50
    box: Box = Box.ALL


@dataclass(frozen=True, slots=True)
class Mailbox:
    """``cards``: of the page asked; ``matching``: what the filter keeps; ``total`` and ``unread``: conversations.

    ``has_begun``: a new message is begun, which is in no conversation yet.
    """

    cards: list[ThreadCard]
    matching: int
    total: int
    unread: int
    has_begun: bool


@dataclass(frozen=True, slots=True)
class ThreadView:
    id: UUID
    subject: str
    correspondent_label: str
    role_label: str
    is_organisation: bool
    messages: list[MessageView]
    reply: ReplyOption
    ended_by: str = ""
    draft: str = ""
    draft_files: tuple[KeptFile, ...] = ()
    trashed_at: datetime | None = None
    signalled_at: datetime | None = None  # to the support
    correspondents: tuple[Contact, ...] = ()  # who wrote here, last one first


@dataclass(frozen=True, slots=True)
class OpenedAttachment:
    data: bytes
    media_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class AttachmentSource:
    """What saving an attachment in the record needs: the file and who sent it."""

    attachment_id: UUID
    name: str
    media_type: str
    data: bytes
    sender_label: str
    sender_role: str
    subject: str
    sent_at: datetime
    document_id: UUID | None
    unique_id: str
    aside: str = ""  # the reason code for which it is kept aside
    type_code: str = ""  # what the archive or the message's X-MSS-CODECDA says, if anything
    act_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OperatorRef:
    """``host``: empty, the domain's MX says. ``subjects``: of its certificates; none, they carry the domain's name."""

    domain: str
    name: str
    host: str
    port: int
    is_test: bool = False
    subjects: tuple[str, ...] = ()
