"""The usager's own files: judged by content, not by name, and made safe. Never applied to professionals' bytes.

Runs in the process apart (``apart``): decoders meet hostile files here.
"""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
from PIL import Image, ImageOps

from ens.record.contenttypes import judge_type
from ens.record.errors import UploadDamaged, UploadEmpty, UploadEncrypted, UploadTypeRefused
from ens.record.previews import MAX_PIXELS

MAX_FRAMES = 200
# What runs, opens or carries something else. Source: ISO 32000-2, 7.11.4, 12.6, 13.
_ACTIVE = ("/AA", "/OpenAction", "/JS", "/JavaScript", "/Launch", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/Collection")
_MEDIA = ("/RichMedia", "/RichMediaContent", "/RichMediaSettings", "/3DD", "/3DA", "/Movie", "/Sound", "/Rendition")
_ACTIVE_NOTES = ("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")
_PLAIN_ACTIONS = ("/GoTo", "/URI", "/Named")
_SAFE_LINK = re.compile(rb"(https?|mailto|tel):", re.IGNORECASE)
_DEEPEST = 100


def safe(data: bytes) -> tuple[bytes, str]:
    """The file made safe, and its media type.

    Errors: UploadEmpty, UploadTypeRefused, UploadEncrypted, UploadDamaged.
    """
    if not data:
        raise UploadEmpty()
    media_type = judge_type(data)
    if media_type == "application/pdf":
        return _safe_pdf(data), media_type
    if media_type.startswith("image/"):
        return _safe_image(data, media_type), media_type
    return (_safe_rtf(data) if media_type == "text/rtf" else data), media_type


def needs_a_password(data: bytes) -> bool:
    """Whether this PDF opens for nobody without one. Damaged, it is not said to: its preview says what it is."""
    try:
        with pikepdf.open(io.BytesIO(data)):
            return False
    except pikepdf.PasswordError:
        return True
    except pikepdf.PdfError:
        return False


def _safe_rtf(data: bytes) -> bytes:
    """Refused when it carries an object or a link to one: there is no plain way to take them out."""
    if re.search(rb"\\(object|objdata|objautlink|objupdate|field\s*\{\\\*\\fldinst\s*\{?\s*DDE)", data):
        raise UploadTypeRefused()
    return data


# -- PDF ----------------------------------------------------------------------------------------------------


def _safe_pdf(data: bytes) -> bytes:
    """The PDF without script, automatic action, attachment, film or sound; its pages, links and fields remain."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) == 0:
                raise UploadDamaged()
            for name in (*_ACTIVE, "/Renditions", "/AlternatePresentations"):
                if name in pdf.Root.get("/Names", pikepdf.Dictionary()):
                    del pdf.Root["/Names"][name]
            for found in pdf.objects:
                _disarm(found, 0)
            _disarm(pdf.Root, 0)
            out = io.BytesIO()
            # the same file gives the same bytes: sent twice, filed once
            pdf.save(
                out, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
            )
    except pikepdf.PasswordError as error:
        raise UploadEncrypted() from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RecursionError, MemoryError) as error:
        raise UploadDamaged() from error
    return out.getvalue()


def _disarm(found: Any, depth: int) -> None:
    """This object and what is written inside it; what it points to is met on its own."""
    if depth > _DEEPEST:
        raise UploadDamaged()
    if isinstance(found, pikepdf.Array):
        for place in reversed(range(len(found))):
            inside = found[place]
            if isinstance(inside, pikepdf.Dictionary) and inside.get("/Subtype") in _ACTIVE_NOTES:
                del found[place]
            elif not getattr(inside, "is_indirect", False):
                _disarm(inside, depth + 1)
    elif isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        for name in (*_ACTIVE, *_MEDIA):
            if name in found:
                del found[name]
        for name in ("/A", "/PA", "/Next"):
            if name in found and not _is_plain_action(found[name]):
                del found[name]
        if _is_action(found) and not _is_plain_action(found):
            found["/S"] = pikepdf.Name("/Named")  # reached from elsewhere: an action that does nothing
            found["/N"] = pikepdf.Name("/Aucune")
        for name in list(found.keys()):
            inside = found[name]
            if not getattr(inside, "is_indirect", False):
                _disarm(inside, depth + 1)


def _is_action(found: Any) -> bool:
    return found.get("/Type") == "/Action" or found.get("/S") in (
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToR",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
        "/GoTo3DView",
    )


def _is_plain_action(action: Any) -> bool:
    if not isinstance(action, pikepdf.Dictionary):
        return not isinstance(action, pikepdf.Array | pikepdf.Stream)
    if action.get("/S") == "/URI":
        return bool(_SAFE_LINK.match(bytes(action.get("/URI", b""))))
    return action.get("/S") in (*_PLAIN_ACTIONS, None)


# -- pictures -----------------------------------------------------------------------------------------------


def _safe_image(data: bytes, media_type: str) -> bytes:
    """The picture drawn again, upright, without what the camera wrote beside it (place, date, device)."""
    formats = {"image/jpeg": "JPEG", "image/png": "PNG", "image/tiff": "TIFF"}
    out = io.BytesIO()
    try:
        picture = Image.open(io.BytesIO(data), formats=(formats[media_type],))
        frames = _frames(picture) if media_type == "image/tiff" else [_bare(_bounded(picture, 0))]
        if media_type == "image/tiff":
            frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_deflate")
        elif media_type == "image/jpeg":
            frames[0].convert("RGB").save(out, "JPEG", quality=90, optimize=True)
        else:
            frames[0].save(out, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, EOFError, MemoryError) as error:
        raise UploadDamaged() from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UploadDamaged() from error
    return out.getvalue()


def _frames(picture: Image.Image) -> list[Image.Image]:
    """Every page of a TIFF, bounded together: a bomb may hide behind a small first page."""
    count = int(getattr(picture, "n_frames", 1))
    if count > MAX_FRAMES:
        raise UploadDamaged()
    frames, drawn = [], 0
    for index in range(count):
        picture.seek(index)
        frames.append(_bare(_bounded(picture, drawn)))
        drawn += picture.width * picture.height
    return frames


def _bounded(picture: Image.Image, drawn: int) -> Image.Image:
    if drawn + picture.width * picture.height > MAX_PIXELS:
        raise UploadDamaged()
    return picture


def _bare(picture: Image.Image) -> Image.Image:
    frame = ImageOps.exif_transpose(picture.copy())
    if "transparency" in frame.info:
        frame = frame.convert("RGBA")
    kept = Image.new(frame.mode, frame.size)
    if frame.mode == "P" and (palette := frame.getpalette()) is not None:
        kept.putpalette(palette)
    kept.paste(frame)
    return kept
