"""The services of messaging, by subject."""

from ens.messaging.services.acknowledging import answer_receipt
from ens.messaging.services.beginning import begin, contacts
from ens.messaging.services.begun import discard as discard_begun
from ens.messaging.services.begun import keep as keep_begun
from ens.messaging.services.begun import version as version_of_begun
from ens.messaging.services.drafting import discard_draft, kept_files, save_draft, version
from ens.messaging.services.ending import end_exchange, endable, reopen_exchange
from ens.messaging.services.erasing import erase
from ens.messaging.services.keeping import delete_trashed, export, restore, trash
from ens.messaging.services.operators import allow_operator, check_sender, check_server
from ens.messaging.services.reading import (
    attachment_source,
    attachment_was_saved,
    list_threads,
    mailbox,
    open_attachment,
    open_thread,
    unread_count,
)
from ens.messaging.services.receiving import check_recipient, receive
from ens.messaging.services.sending import reply
from ens.messaging.services.signalling import read_signal, signal, signallable, waiting

__all__ = [
    "allow_operator",
    "answer_receipt",
    "attachment_source",
    "attachment_was_saved",
    "begin",
    "check_recipient",
    "check_sender",
    "check_server",
    "contacts",
    "delete_trashed",
    "discard_begun",
    "discard_draft",
    "end_exchange",
    "endable",
    "erase",
    "export",
    "keep_begun",
    "kept_files",
    "list_threads",
    "mailbox",
    "open_attachment",
    "open_thread",
    "read_signal",
    "receive",
    "reopen_exchange",
    "reply",
    "restore",
    "save_draft",
    "signal",
    "signallable",
    "trash",
    "unread_count",
    "version",
    "version_of_begun",
    "waiting",
]
