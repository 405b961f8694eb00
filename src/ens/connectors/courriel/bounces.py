"""E-mails that came back, read from the Maildir of the return address (``ENS_COURRIEL_RETOURS``).

The reference is in the address the report was sent to (see ``lots.return_path``), so that whatever the report looks
like, it is known whose it is; that it failed for good is said by its ``message/delivery-status``. Source: RFC 3464.
"""

from __future__ import annotations

import mailbox
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import structlog

from ens.enrolment import replies
from ens.enrolment.errors import ReferenceUnknown
from ens.enrolment.replies import Reply

MAX_BYTES = 1_000_000  # of a report: what follows is the message it brings back
A_ROUND = 1_000
_RETURN = re.compile(r"\+([0-9a-z]{10}-[0-9a-z]{5}-[0-9a-z]{5})@", re.IGNORECASE)
_TO = ("delivered-to", "x-original-to", "x-envelope-to", "envelope-to", "to")
log = structlog.get_logger("ens.bounces")


@dataclass(slots=True)
class BouncesRead:
    returned: int = 0
    already: int = 0
    ignored: int = 0  # delays, acknowledgements, automatic answers
    unknown: int = 0  # marked in the Maildir, for a human


def read(maildir: Path) -> BouncesRead:
    """Take what is new there; each message is then kept as seen, or flagged when nobody can tell whose it is."""
    done = BouncesRead()
    if not maildir.is_dir():
        return done
    box = mailbox.Maildir(maildir, create=False)
    for key in [key for key in box.iterkeys() if box.get_message(key).get_subdir() == "new"][:A_ROUND]:
        report = message_from_bytes(box.get_bytes(key)[:MAX_BYTES], policy=policy.default)
        flags = _take(report, done)
        kept = box.get_message(key)  # after the event: a process killed in between reads it again
        kept.set_subdir("cur")
        kept.set_flags(flags)
        box[key] = kept
    if done.unknown:
        log.warning("bounces_of_nobody", count=done.unknown)
    return done


def _take(report: EmailMessage, done: BouncesRead) -> str:
    if not _failed(report):
        done.ignored += 1
        return "S"
    reference = _reference(report)
    try:
        reply = replies.came_back(reference)
    except ReferenceUnknown:
        done.unknown += 1
        return "FS"
    if reply is Reply.NOTED:
        done.returned += 1
    else:
        done.already += 1
    return "S"


def _reference(report: EmailMessage) -> str:
    for name in _TO:
        for value in report.get_all(name, []):
            found = _RETURN.search(str(value))
            if found:
                return found[1]
    return ""


def _failed(report: EmailMessage) -> bool:
    """Whether some recipient is reported as failed: not delayed, not delivered."""
    if report.get_content_type() != "multipart/report":
        return False
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if not isinstance(block, str) and str(block.get("action", "")).strip().lower().startswith("failed"):
                return True
    return False
