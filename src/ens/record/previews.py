"""Previews of documents: pictures of PDF pages, pictures, text, safe narrative. Never alters what was filed.

Whatever cannot be shown answers « aperçu impossible » and keeps the download: a preview never raises for a
damaged file. Runs in the process apart (``apart``).
"""

from __future__ import annotations

import io

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError
from striprtf.striprtf import rtf_to_text

from ens.record.apart import IMPOSSIBLE
from ens.record.errors import PageAbsent
from ens.record.judging import is_xml
from ens.record.types import Preview
from ens.standards import xmlsafe
from ens.standards.cda.body import read_body
from ens.standards.cda.narrative import to_html, to_text, words_of
from ens.standards.errors import StandardError

MAX_PAGES = 200
MAX_PIXELS = 60_000_000
PAGE_WIDTH = 1240  # an A4 page at 150 dots an inch
MAX_TEXT = 400_000
MAX_HTML = 8_000_000  # a narrative with one picture of the size permitted
MAX_TEXT_PAGES = 50
MAX_RTF = 10_000_000

PROTECTED = "Ce document est protégé par un mot de passe. Téléchargez-le pour l'ouvrir."
TOO_LONG = "Ce document est trop long pour être montré ici. Vous pouvez le télécharger."
NO_PREVIEW = "Ce format n'a pas d'aperçu. Vous pouvez télécharger le document."

_DAMAGED = (
    pypdfium2.PdfiumError,
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    KeyError,
    TypeError,
    EOFError,
    MemoryError,
    RecursionError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def kind_of(data: bytes, media_type: str) -> str:
    """pdf, image, rtf, cda, text or other, by the bytes first."""
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"II*\x00", b"MM\x00*", b"GIF8")):
        return "image"
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if is_xml(data, media_type):
        return "cda"
    if b"%PDF-" in data[:1024]:  # readers tolerate what comes before. Source: ISO 32000-1, annex H.3
        return "pdf"
    return "text" if media_type.split(";")[0].strip() == "text/plain" else "other"


def preview(data: bytes, media_type: str) -> Preview:
    """What to show of a document."""
    kind = kind_of(data, media_type)
    try:
        if kind == "pdf":
            return _pdf(data)
        if kind == "image":
            return Preview("images", pages=min(_frames(data), MAX_PAGES))
        if kind == "rtf":
            return Preview("text", text=rtf_to_text(data[:MAX_RTF].decode("latin-1"), errors="replace")[:MAX_TEXT])
        if kind == "text":
            return Preview("text", text=decode_text(data)[:MAX_TEXT])
        if kind == "cda":
            return _cda(data)
    except pypdfium2.PdfiumError as error:
        return Preview("none", reason=PROTECTED if "password" in str(error).lower() else IMPOSSIBLE)
    except (*_DAMAGED, StandardError):
        return Preview("none", reason=IMPOSSIBLE)
    return Preview("none", reason=NO_PREVIEW)


def page(data: bytes, media_type: str, number: int) -> bytes:
    """One page as PNG, from 1. Errors: PageAbsent."""
    kind = kind_of(data, media_type)
    try:
        if kind == "cda":
            body = read_body(xmlsafe.parse(data))
            return page(body.data, body.media_type, number) if body.data else _absent()
        if kind == "pdf":
            return _pdf_page(data, number)
        if kind == "image":
            return _image_page(data, number)
    except (*_DAMAGED, StandardError) as error:
        raise PageAbsent() from error
    return _absent()


def _absent() -> bytes:
    raise PageAbsent()


def decode_text(data: bytes) -> str:
    """UTF-8, else the Windows encoding that old software writes."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _cda(data: bytes) -> Preview:
    body = read_body(xmlsafe.parse(data))
    if body.structured is not None:
        return _narrative(body.structured)
    return preview(body.data, body.media_type)


def _narrative(structured: xmlsafe.Element) -> Preview:
    if words_of(structured) > MAX_TEXT:  # before anything is built of them
        return Preview("none", reason=TOO_LONG)
    html = to_html(structured, heading=2)
    if len(html) > MAX_HTML:
        return Preview("none", reason=TOO_LONG)
    return Preview("html", html=html, text=to_text(structured))


def _pdf(data: bytes) -> Preview:
    document = pypdfium2.PdfDocument(data)
    try:
        pages = min(len(document), MAX_PAGES)
        words: list[str] = []
        for index in range(min(pages, MAX_TEXT_PAGES)):
            if sum(map(len, words)) > MAX_TEXT:
                break
            text_page = document[index].get_textpage()
            words.append(text_page.get_text_bounded().strip())
            text_page.close()
        return Preview("images", pages=pages, text="\n\n".join(part for part in words if part)[:MAX_TEXT])
    finally:
        document.close()


def _pdf_page(data: bytes, number: int) -> bytes:
    document = pypdfium2.PdfDocument(data)
    try:
        if not 1 <= number <= min(len(document), MAX_PAGES):
            raise PageAbsent()
        sheet = document[number - 1]
        width, height = sheet.get_size()
        scale = min(PAGE_WIDTH / max(width, 1), (MAX_PIXELS / max(width * height, 1)) ** 0.5)
        return _png(sheet.render(scale=scale).to_pil())
    finally:
        document.close()


def _open(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "TIFF", "GIF"))


def _frames(data: bytes) -> int:
    picture = _open(data)
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("too many pixels")
    return int(getattr(picture, "n_frames", 1))


def _image_page(data: bytes, number: int) -> bytes:
    picture = _open(data)
    if not 1 <= number <= min(int(getattr(picture, "n_frames", 1)), MAX_PAGES):
        raise PageAbsent()
    picture.seek(number - 1)
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("too many pixels")
    return _png(_sheet(picture))


def _sheet(picture: Image.Image) -> Image.Image:
    """Upright, at the width of a page, on white."""
    if picture.mode in ("I", "I;16", "I;16B"):
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    elif picture.mode in ("P", "1", "PA", "LA"):
        picture = picture.convert("RGBA")
    picture.thumbnail((PAGE_WIDTH, PAGE_WIDTH * 3))
    picture = ImageOps.exif_transpose(picture)
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    return picture


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()
