"""Bytes to a message: every kind of MIME that operators send, whole or refused.

Source: RFC 5322, 2045–2049, 2047, 2231, 3464; référentiel MSSanté ECO.2.1 to 2.4.
"""

from __future__ import annotations

import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError, InvalidBase64LengthDefect
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape

import nh3

from ens.messaging import bounds, filetypes
from ens.messaging.errors import MessageMalformed
from ens.messaging.types import ParsedFile, ParsedMail

MAX_DEPTH = 30
MAX_SUBJECT = 500  # of what is shown; the message is kept whole
PREFIX = "XDM/1.0/DDM+"
# what the library's own parser of headers raises on some malformed ones
STUMBLES = (LookupError, ValueError, TypeError, AttributeError, RecursionError)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_TAGS = {"p", "br", "div", "span", "b", "strong", "i", "em", "u", "ul", "ol", "li", "blockquote", "pre", "a", "hr"}
_TAGS |= {"h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "td", "th", "sub", "sup"}


def parse(data: bytes) -> ParsedMail:
    """Errors: MessageMalformed, with its reason; nothing is ever half-read."""
    blocks = bounds.checked_headers(data)
    message = BytesParser(policy=email.policy.default).parsebytes(bounds.readable(data, blocks))
    try:
        return _read(message)
    except STUMBLES:
        _relax(message)
    try:
        return _read(message)
    except STUMBLES as error:
        raise MessageMalformed(reason="ses en-têtes ou sa structure sont mal formés") from error


def _relax(message: Message) -> None:
    """Have headers that the strict reading stumbles on read loosely, as words."""
    for part in message.walk():
        part.policy = email.policy.compat32


def _read(message: Message) -> ParsedMail:
    texts: list[Text] = []
    files: list[ParsedFile] = []
    _walk(message, texts, files, depth=0)
    return _assembled(message, texts, files)


@dataclass(frozen=True, slots=True)
class Text:
    kind: str
    words: str


def _walk(part: Message, texts: list[Text], files: list[ParsedFile], *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MessageMalformed(reason="il a trop de parties")
    kind = part.get_content_type()
    if kind == "message/rfc822":
        files.append(ParsedFile(_filename(part) or "message.eml", kind, _embedded(part)))
    elif part.is_multipart():
        inside: list[Text] = []
        for child in _children(part):
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
    return inner[0].as_bytes(policy=email.policy.SMTP.clone(refold_source="none"))


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _leaf(part: Message, kind: str, texts: list[Text], files: list[ParsedFile]) -> None:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if any(isinstance(defect, InvalidBase64LengthDefect) for defect in part.defects):
        raise MessageMalformed(reason="une pièce jointe en base64 est tronquée")
    name = _filename(part)
    disposition = part.get_content_disposition()
    if kind in ("text/plain", "text/html") and disposition != "attachment" and not name:
        texts.append(Text(kind, _decoded(part, data)))
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


def _decoded(part: Message, data: bytes) -> str:
    return _text(data, part.get_content_charset() or "utf-8")


def _text(data: bytes, charset: str) -> str:
    """In its announced character set, else the likeliest one."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            return sound(data.decode(name))
        except (LookupError, ValueError):  # unknown, not of a text, or not this one
            continue
    return data.decode("latin-1")


def sound(words: str) -> str:
    """Without the half characters that no page and no store can write."""
    return words.encode("utf-8", "replace").decode()


def _filename(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except STUMBLES:
        return ""
    return clean_name(sound(name))


def clean_name(name: str) -> str:
    """A file's name without path, control character or direction trick."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*\u202e\u202d')[
        :150
    ].strip()


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    words = _loosely(str(value)) if message.policy is email.policy.compat32 else str(value)
    return " ".join(sound(words).split())


def _loosely(value: str) -> str:
    """Encoded words opened where they can be, else as they came."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else _text(piece, charset or "utf-8") for piece, charset in pieces)


def _assembled(message: Message, texts: list[Text], files: list[ParsedFile]) -> ParsedMail:
    told = [text for text in texts if text.words.strip()]
    only_html = all(text.kind == "text/html" for text in told)
    words = [text.words.strip() if text.kind == "text/plain" else _words(text.words) for text in told]
    subject = _header(message, "Subject")
    label, address = (getaddresses([_header(message, "From")]) or [("", "")])[0]
    reply_to = (getaddresses([_header(message, "Reply-To")]) or [("", "")])[0][1]
    marks = {name.lower(): _header(message, name) for name in message if name.lower().startswith("x-mss-")}
    ids = _MESSAGE_ID.findall(_header(message, "In-Reply-To"))
    references = _MESSAGE_ID.findall(_header(message, "References"))[-100:]
    own = _MESSAGE_ID.search(_header(message, "Message-ID"))
    return ParsedMail(
        message_id=own.group() if own else "",
        in_reply_to=tuple(dict.fromkeys([*ids, *reversed(references)])),
        subject=subject.removeprefix(PREFIX).strip()[:MAX_SUBJECT],
        from_address=address.lower(),
        from_label=_label(label) or address,
        reply_to=reply_to.lower(),
        sent_at=_date(message),
        text="\n\n".join(one for one in words if one),
        html=sanitised("\n".join(text.words for text in told)) if only_html else "",
        files=tuple(files),
        ends_exchange=marks.get("x-mss-mes", "").upper() == "FIN" or subject == "[FIN]",
        undelivered=_report(message),
        is_automatic=_header(message, "Auto-Submitted").lower() not in ("", "no"),
        headers=marks,
    )


def _label(label: str) -> str:
    """« Dr_Paul_ANDRE_CHU » reads « Dr Paul ANDRE CHU ». Source: ECO.2.2.7."""
    return " ".join(label.replace("_", " ").split())[:150]


def _date(message: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def sanitised(html: str) -> str:
    """Words, lists, tables and plain https links: no picture from outside, no style, no script."""
    if not html.strip():
        return ""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "title", "head", "noscript", "template", "svg", "math"},
        attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}},
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _words(html: str) -> str:
    """The words of an HTML body, for the excerpt and the reading without markup."""
    broken = re.sub(r"(?i)<(br|/p|/div|/li|/tr|/h[1-6])\b[^>]*>", "\n", html)
    cleaned = nh3.clean(broken, tags=set(), clean_content_tags={"script", "style", "title", "head", "svg", "math"})
    return "\n".join(" ".join(line.split()) for line in unescape(cleaned).splitlines()).strip()


def _report(message: Message) -> tuple[str, str] | None:
    """What a non-delivery report says of a message of ours. Source: RFC 3464."""
    if message.get_content_type() != "multipart/report":
        return None
    original, diagnostic, failed = "", "", False
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in _children(part):
                failed = failed or str(block.get("Action", "")).strip().lower() == "failed"
                diagnostic = diagnostic or str(block.get("Diagnostic-Code", "") or block.get("Status", ""))
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            found = _MESSAGE_ID.search(_original_id(part))
            original = original or (found.group() if found else "")
    return (original, " ".join(diagnostic.split())[:300]) if failed and original else None


def _original_id(part: Message) -> str:
    if inner := _children(part):
        return str(inner[0].get("Message-ID", ""))
    data = part.get_payload(decode=True)
    head = data.decode("latin-1") if isinstance(data, bytes) else ""
    found = re.search(r"(?im)^message-id:\s*(<[^>]+>)", head)
    return found.group(1) if found else ""
