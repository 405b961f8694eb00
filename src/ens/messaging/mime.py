"""Bytes to a message: every kind of MIME that operators send, whole or refused.

Source: RFC 5322, 2045–2049, 2047, 2231, 3464; référentiel MSSanté ECO.2.1 to 2.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError, InvalidBase64LengthDefect
from email.header import decode_header
from email.message import Message
from email.policy import SMTP
from email.utils import getaddresses, parsedate_to_datetime

from ens.messaging import bounds, filetypes, html, unreadable, words
from ens.messaging.errors import MessageMalformed
from ens.messaging.parsed import Outcome, ParsedFile, ParsedMail, Report
from ens.messaging.words import clean_name, decoded, sound, unencoded

MAX_DEPTH = 30
MAX_SUBJECT = 500  # of what is shown; the message is kept whole
TOO_LONG = "\n\n[Ce texte est trop long pour être affiché ici en entier : voyez la pièce jointe « {name} ».]"
PREFIX = "XDM/1.0/DDM+"
MAX_OPENED = 8_000  # characters of a header read for its words or its address: those that are shown come first
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_OF_MACHINES = ("x-auto-response-suppress", "x-autoreply", "x-autorespond", "x-loop", "feedback-id")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")


def parse(data: bytes) -> ParsedMail:
    """Errors: MessageMalformed, with its reason; nothing is ever half-read."""
    message = bounds.read(data)
    texts: list[Text] = []
    files: list[ParsedFile] = []
    try:
        _walk(message, texts, files, depth=0)
        return _assembled(message, texts, files)
    except bounds.STUMBLES as error:
        raise MessageMalformed(reason=unreadable.MALFORMED) from error


@dataclass(frozen=True, slots=True)
class Text:
    kind: str
    words: str
    data: bytes


def _walk(part: Message, texts: list[Text], files: list[ParsedFile], *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MessageMalformed(reason=unreadable.TOO_MANY_PARTS)
    kind = part.get_content_type()
    if kind in ("message/rfc822", "message/global"):
        files.append(ParsedFile(_filename(part) or "message.eml", kind, _embedded(part)))
    elif part.is_multipart():
        inside: list[Text] = []
        for child in _children(part):
            if kind == "multipart/signed" and child.get_content_type() in _SIGNATURES:
                continue  # of use to software, on the message as it came, which is kept (RFC 1847, 2.1)
            _walk(child, inside, files, depth=depth + 1)
        # of alternatives, the plain one; beside one another, each says its own share
        plain = [text for text in inside if text.kind == "text/plain" and text.words.strip()]
        texts += plain if kind == "multipart/alternative" and plain else inside
    else:
        _leaf(part, kind, texts, files)


def _embedded(part: Message) -> bytes:
    """The joined message, its headers not folded anew."""
    inner = part.get_payload()
    if not (isinstance(inner, list) and inner and isinstance(inner[0], Message)):
        return b""
    return inner[0].as_bytes(policy=SMTP.clone(refold_source="none", utf8=True))


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _leaf(part: Message, kind: str, texts: list[Text], files: list[ParsedFile]) -> None:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects):
        raise MessageMalformed(reason=unreadable.TRUNCATED_FILE)
    name = _filename(part)
    disposition = part.get_content_disposition()
    if kind in ("text/plain", "text/html") and disposition != "attachment" and not name:
        texts.append(Text(kind, decoded(data, part.get_content_charset() or "utf-8"), data))
    elif data or name:
        kind = filetypes.judged(data, kind)
        files.append(ParsedFile(name or _default_name(kind, len(files)), kind, data, disposition == "inline"))


def _default_name(kind: str, rank: int) -> str:
    extensions = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/calendar": "ics"}
    extensions |= {
        filetypes.UNKNOWN: "bin",
        "message/delivery-status": "txt",
        "message/disposition-notification": "txt",
    }
    return f"piece-{rank + 1}.{extensions.get(kind, kind.rsplit('/', 1)[-1][:8] or 'bin')}"


def _filename(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except bounds.STUMBLES:
        return ""
    return clean_name(sound(_opened(name)))


def _header(message: Message, name: str) -> str:
    """As it came, on one line."""
    return " ".join(sound(str(message.get(name, ""))).split())


def said_in(message: Message, name: str) -> str:
    """Its words, for people."""
    return unencoded(" ".join(sound(_opened(_header(message, name))).split()))


def _opened(value: str) -> str:
    """Encoded words opened where they can be, else as they came. Source: RFC 2047."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value[:MAX_OPENED])
    except (HeaderParseError, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else decoded(piece, charset or "utf-8") for piece, charset in pieces)


def _mailbox(message: Message, name: str) -> tuple[str, str]:
    """The first label and address: found on what came, so that no encoded word makes one. Source: RFC 2047, 5."""
    try:
        label, address = (getaddresses([_header(message, name)[:MAX_OPENED]]) or [("", "")])[0]
    except bounds.STUMBLES:
        return "", ""
    return " ".join(sound(_opened(label)).split()), address.lower()


def _assembled(message: Message, texts: list[Text], files: list[ParsedFile]) -> ParsedMail:
    told, joined = _within_bounds([text for text in texts if text.words.strip()])
    only_html = all(text.kind == "text/html" for text in told)
    said = [text.words.strip() if text.kind == "text/plain" else html.words(text.words) for text in told]
    subject = said_in(message, "Subject")
    label, address = _mailbox(message, "From")
    _, reply_to = _mailbox(message, "Reply-To")
    marks = {name.lower(): _header(message, name) for name in message if name.lower().startswith("x-mss-")}
    ids = _MESSAGE_ID.findall(_header(message, "In-Reply-To"))
    references = _MESSAGE_ID.findall(_header(message, "References"))[-100:]
    own = _MESSAGE_ID.search(_header(message, "Message-ID"))
    return ParsedMail(
        message_id=own.group() if own else "",
        in_reply_to=tuple(dict.fromkeys([*ids, *reversed(references)])),
        subject=subject.removeprefix(PREFIX).strip()[:MAX_SUBJECT],
        from_address=address,
        from_label=_label(label) or address,
        reply_to=reply_to,
        sent_at=_date(message),
        text="\n\n".join(one for one in said if one),
        html=html.sanitised("\n".join(text.words for text in told)) if only_html else "",
        files=(*files, *joined),
        ends_exchange=marks.get("x-mss-mes", "").upper() == "FIN" or subject == "[FIN]",
        report=_report(message),
        receipt_to=_mailbox(message, "Disposition-Notification-To")[1],
        is_automatic=_is_automatic(message),
        headers=marks,
    )


def _is_automatic(message: Message) -> bool:
    """Written by a machine or for many people: an automatic answer to it could be answered automatically.

    Source: RFC 3834, 2 and 5; RFC 2369 and 2919 (lists); ``Precedence``, which older software writes.
    """
    if _header(message, "Auto-Submitted").partition(";")[0].strip().lower() not in ("", "no"):
        return True
    if _header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    if message.get_content_type() == "multipart/report":
        return True
    named = [name.lower() for name in message]
    return any(name.startswith("list-") or name in _OF_MACHINES for name in named)


def _within_bounds(texts: list[Text]) -> tuple[list[Text], list[ParsedFile]]:
    """What is shown of the texts, and the files that hold whole those that are not."""
    shown: list[Text] = []
    joined: list[ParsedFile] = []
    left, tags = words.MAX_SHOWN, ""
    for text in texts:
        is_html = text.kind == "text/html"
        if len(text.words) <= left and not (is_html and not html.can_be_shown(tags + text.words)):
            shown.append(text)
            left -= len(text.words)
            tags += text.words if is_html else ""
            continue
        name = f"message{f'-{len(joined) + 1}' if joined else ''}.{'html' if is_html else 'txt'}"
        joined.append(ParsedFile(name, text.kind, text.data))
        begun = "" if is_html else text.words[:left]
        left -= len(begun)
        shown.append(Text("text/plain", (begun + TOO_LONG.format(name=name)).strip(), b""))
    return shown, joined


def _label(label: str) -> str:
    """« Dr_Paul_ANDRE_CHU » reads « Dr Paul ANDRE CHU ». Source: ECO.2.2.7."""
    return " ".join(label.replace("_", " ").split())[:150]


def _date(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date")[:100])
    except bounds.STUMBLES:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _report(message: Message) -> Report | None:
    """What a delivery report says of a message of ours, recipient by recipient. Source: RFC 3464, 2.3."""
    if message.get_content_type() != "multipart/report":
        return None
    original, told = "", []
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            told += [_outcome(block) for block in _children(part) if block.get("Action")]
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            found = _MESSAGE_ID.search(_original_id(part))
            original = original or (found.group() if found else "")
    return Report(original, tuple(told)) if original and told else None


def _outcome(block: Message) -> Outcome:
    named = _header(block, "Original-Recipient") or _header(block, "Final-Recipient")
    action = _header(block, "Action").partition(" ")[0].lower()
    diagnostic = _header(block, "Diagnostic-Code") or _header(block, "Status")
    return Outcome(named.partition(";")[2].strip().lower()[:320], action, diagnostic[:300])


def _original_id(part: Message) -> str:
    if inner := _children(part):
        return str(inner[0].get("Message-ID", ""))
    data = part.get_payload(decode=True)
    head = data.decode("latin-1") if isinstance(data, bytes) else ""
    found = re.search(r"(?im)^message-id:\s*(<[^>]+>)", head)
    return found.group(1) if found else ""
