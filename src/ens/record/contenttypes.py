"""What a usager's own file is, judged by its first bytes and its words: nothing is decoded here."""

from __future__ import annotations

import re

import puremagic

from ens.record.errors import UploadTypeRefused

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "text/rtf"),
    (b"%PDF-", "application/pdf"),
)
# Text that some reader runs or renders: markup, scripts, PostScript, batches, RTF and PDF further down.
_NOT_WORDS = re.compile(r"<[!?/a-z]|#!|%!ps|%pdf-|\{\\rtf|@echo\b|mime-version:|begin:v", re.IGNORECASE)
_SURE_MAGIC = 5  # bytes: shorter signatures are also the beginning of ordinary words


def judge_type(data: bytes) -> str:
    """One of the accepted types, by content. Errors: UploadTypeRefused."""
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if _is_text(data):
        return "text/plain"
    raise UploadTypeRefused()


def _is_text(data: bytes) -> bool:
    """Plain words: no control character, no markup nor script, and nothing that a known signature claims."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            return False
    if any((ord(letter) < 32 and letter not in "\t\n\r\f") or ord(letter) == 127 for letter in text):
        return False
    if _NOT_WORDS.match(text.lstrip()):
        return False
    try:
        claims = puremagic.magic_string(data)
    except (puremagic.PureError, ValueError):
        return True
    return all(
        len(claim.byte_match) < _SURE_MAGIC or claim.mime_type.startswith("text/") or not claim.mime_type
        for claim in claims
    )
