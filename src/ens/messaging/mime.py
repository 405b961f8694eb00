"""Bytes to a message: every kind of MIME that operators send, whole or refused.

Source: RFC 5322, 2045–2049, 2047, 2231, 3464; référentiel MSSanté ECO.2.1 to 2.4.
"""

from __future__ import annotations

import email.policy
import re
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape

import nh3

from ens.messaging.errors import MessageMalformed
from ens.messaging.types import ParsedFile, ParsedMail

MAX_HEADER_BYTES = 256_000
MAX_PARTS = 500
MAX_DEPTH = 30
PREFIX = "XDM/1.0/DDM+"
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_TAGS = {"p", "br", "div", "span", "b", "strong", "i", "em", "u", "ul", "ol", "li", "blockquote", "pre", "a", "hr"}
_TAGS |= {"h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "td", "th", "sub", "sup"}


def parse(data: bytes) -> ParsedMail:
    """Errors: MessageMalformed, with its reason; nothing is ever half-read."""
    _check_head(data)
    try:
        message = BytesParser(policy=email.policy.default).parsebytes(data)
        files: list[ParsedFile] = []
        texts: list[tuple[str, str]] = []
        _walk(message, texts, files, depth=0)
        return _assembled(message, texts, files)
    except (LookupError, ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # the library's own parser of headers stumbles on some malformed ones: the sender is told, nothing is lost
        raise MessageMalformed(reason="ses en-têtes ou sa structure sont mal formés") from error


def _check_head(data: bytes) -> None:
    end = min((place for place in (data.find(b"\r\n\r\n"), data.find(b"\n\n")) if place >= 0), default=len(data))
    if end > MAX_HEADER_BYTES:
        raise MessageMalformed(reason="ses en-têtes sont trop longs")
    if end == 0 or b":" not in data[:end]:
        raise MessageMalformed(reason="il n'a pas d'en-têtes")


def _walk(part: Message, texts: list[tuple[str, str]], files: list[ParsedFile], *, depth: int) -> None:
    if depth > MAX_DEPTH or len(texts) + len(files) > MAX_PARTS:
        raise MessageMalformed(reason="il a trop de parties")
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        whole = inner[0].as_bytes() if isinstance(inner, list) and inner and isinstance(inner[0], Message) else b""
        files.append(ParsedFile(_filename(part) or "message.eml", kind, whole))
    elif part.is_multipart():
        for child in _children(part):
            _walk(child, texts, files, depth=depth + 1)
    else:
        _leaf(part, kind, texts, files)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _leaf(part: Message, kind: str, texts: list[tuple[str, str]], files: list[ParsedFile]) -> None:
    truncated = any(type(defect).__name__ == "InvalidBase64LengthDefect" for defect in part.defects)
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if truncated:
        raise MessageMalformed(reason="une pièce jointe en base64 est tronquée")
    name = _filename(part)
    disposition = part.get_content_disposition()
    if kind in ("text/plain", "text/html") and disposition != "attachment" and not name:
        texts.append((kind, _decoded(part, data)))
    elif data or name:
        files.append(ParsedFile(name or _default_name(kind, len(files)), kind, data, disposition == "inline"))


def _default_name(kind: str, rank: int) -> str:
    extensions = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/calendar": "ics"}
    return f"piece-{rank + 1}.{extensions.get(kind, kind.rsplit('/', 1)[-1][:8] or 'bin')}"


def _decoded(part: Message, data: bytes) -> str:
    charset = part.get_content_charset() or "utf-8"
    for name in (charset, "utf-8", "cp1252"):
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("latin-1")


def _filename(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, IndexError, AttributeError, LookupError):
        return ""
    return clean_name(name)


def clean_name(name: str) -> str:
    """A file's name without path, control character or direction trick."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*\u202e\u202d')[
        :150
    ].strip()


def _header(message: Message, name: str) -> str:
    value = message.get(name)
    return " ".join(str(value).split()) if value is not None else ""


def _assembled(message: Message, texts: list[tuple[str, str]], files: list[ParsedFile]) -> ParsedMail:
    plain = "\n\n".join(text.strip() for kind, text in texts if kind == "text/plain" and text.strip())
    raw_html = "\n".join(text for kind, text in texts if kind == "text/html")
    html = "" if plain else sanitised(raw_html)
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
        subject=subject.removeprefix(PREFIX).strip(),
        from_address=address.lower(),
        from_label=_label(label) or address,
        reply_to=reply_to.lower(),
        sent_at=_date(message),
        text=plain or _words(raw_html),
        html=html,
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
