"""The usager's own files: judged by content, not by name, and made safe. Never applied to professionals' bytes."""

from __future__ import annotations

import io

import pikepdf
import puremagic
from PIL import Image, ImageOps

from ens.record.errors import UploadDamaged, UploadEmpty, UploadEncrypted, UploadTooLarge, UploadTypeRefused
from ens.record.previews import MAX_PIXELS

MAX_BYTES = 5_000_000
_ACTIVE = ("/OpenAction", "/AA", "/JavaScript", "/EmbeddedFiles", "/XFA", "/Launch", "/RichMedia")
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "text/rtf"),
    (b"%PDF-", "application/pdf"),
)


def safe(data: bytes) -> tuple[bytes, str]:
    """The file made safe, and its media type. Errors: UploadEmpty, UploadTooLarge, UploadTypeRefused,
    UploadEncrypted, UploadDamaged."""
    if not data:
        raise UploadEmpty()
    if len(data) > MAX_BYTES:
        raise UploadTooLarge(size=f"{len(data) / 1_000_000:.1f}".replace(".", ","))
    media_type = _judge(data)
    if media_type == "application/pdf":
        return _safe_pdf(data), media_type
    if media_type.startswith("image/"):
        return _safe_image(data, media_type), media_type
    return data, media_type


def _judge(data: bytes) -> str:
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    if _is_text(data):
        return "text/plain"
    raise UploadTypeRefused()


def _is_text(data: bytes) -> bool:
    """Plain words: no control character, and nothing that a known format's signature claims (scripts, HTML…)."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        if "\ufffd" in text:
            return False
    if any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text):
        return False
    start = text.lstrip()[:200].lower()
    if start.startswith(("<", "#!", "<?", "{", "mz")) and (start.startswith("#!") or "<" in start[:1]):
        return False
    try:
        claimed = puremagic.from_string(data, mime=True)
    except (puremagic.PureError, ValueError):
        return True
    return not claimed or claimed.startswith("text/plain")


def _safe_pdf(data: bytes) -> bytes:
    """The PDF without script, automatic action, attachment or form that runs."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages) == 0:
                raise UploadDamaged()
            for name in _ACTIVE:
                if name in pdf.Root:
                    del pdf.Root[name]
            names = pdf.Root.get("/Names")
            if names is not None:
                for name in ("/JavaScript", "/EmbeddedFiles"):
                    if name in names:
                        del names[name]
            form = pdf.Root.get("/AcroForm")
            if form is not None and "/XFA" in form:
                del form["/XFA"]
            for found in pdf.objects:
                _disarm(found)
            out = io.BytesIO()
            pdf.save(out)
    except pikepdf.PasswordError as error:
        raise UploadEncrypted() from error
    except (pikepdf.PdfError, ValueError, RecursionError) as error:
        raise UploadDamaged() from error
    return out.getvalue()


def _disarm(found: object) -> None:
    if not isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        return
    for name in ("/JS", "/AA", "/Launch", "/OpenAction"):
        if name in found:
            del found[name]
    action = found.get("/A")
    if isinstance(action, pikepdf.Dictionary) and action.get("/S") not in ("/URI", "/GoTo"):
        del found["/A"]
    if found.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData"):
        found["/S"] = pikepdf.Name("/GoTo")


def _safe_image(data: bytes, media_type: str) -> bytes:
    """The picture drawn again, upright, without what the camera wrote beside it (place, date, device)."""
    formats = {"image/jpeg": "JPEG", "image/png": "PNG", "image/tiff": "TIFF"}
    try:
        picture = Image.open(io.BytesIO(data), formats=(formats[media_type],))
        if picture.width * picture.height > MAX_PIXELS:
            raise UploadDamaged()
        frames = []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            frame = ImageOps.exif_transpose(picture.copy())
            frames.append(_bare(frame))
        out = io.BytesIO()
        if media_type == "image/tiff":
            frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], compression="tiff_deflate")
        elif media_type == "image/jpeg":
            frames[0].convert("RGB").save(out, "JPEG", quality=90, optimize=True)
        else:
            frames[0].save(out, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UploadDamaged() from error
    return out.getvalue()


def _bare(frame: Image.Image) -> Image.Image:
    kept = Image.new(frame.mode, frame.size)
    if frame.mode == "P" and (palette := frame.getpalette()) is not None:
        kept.putpalette(palette)
    kept.paste(frame)
    return kept
