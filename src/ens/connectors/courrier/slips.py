"""Reply slips read back from scans: each page's QR code, and the pages that a human must look at.

A page without a slip of ours, with two, or whose slip is not simply an opposition, is set aside as a picture with its
reason. The same scan read again does nothing twice.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageSequence, UnidentifiedImageError

from ens.connectors.courrier.rendering import SLIP
from ens.enrolment import replies
from ens.enrolment.errors import ReferenceUnknown
from ens.enrolment.replies import Reply

DPI = 200
_QR = zxingcpp.barcode_formats_from_str("QRCode")
MAX_PAGES = 5_000
MAX_PIXELS = 60_000_000  # A3 at 600 dpi holds 70 million: nobody scans slips so
NO_SLIP, SEVERAL, UNKNOWN, UNREADABLE = "aucun_coupon", "plusieurs_coupons", "renvoi_inconnu", "illisible"


@dataclass(frozen=True, slots=True)
class Aside:
    """A page for a human. ``kept``: its picture, when there is one."""

    file: str
    page: int
    reason: str
    kept: Path | None = None


@dataclass(slots=True)
class SlipsRead:
    opposed: int = 0
    already: int = 0
    aside: list[Aside] = field(default_factory=list)


def read(path: Path, aside: Path) -> SlipsRead:
    """Take the slips of a PDF, a TIFF of several pages, a PNG or a JPEG. ``aside``: the folder of doubtful pages."""
    done = SlipsRead()
    name = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    number = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            for number, page in enumerate(_pages(path), 1):
                reason = _take(page, done)
                if reason:
                    kept = _keep(page, aside, f"{name}-p{number}-{reason}.png")
                    done.aside.append(Aside(path.name, number, reason, kept))
    except (UnidentifiedImageError, pypdfium2.PdfiumError, Image.DecompressionBombWarning, ValueError, SyntaxError):
        done.aside.append(Aside(path.name, number + 1, UNREADABLE))
    except OSError as error:
        if error.errno is not None:
            raise  # the disk's fault, not the picture's
        done.aside.append(Aside(path.name, number + 1, UNREADABLE))
    return done


def _take(page: Image.Image, done: SlipsRead) -> str:
    """The reason to set the page aside, or nothing."""
    read = {one.text for one in zxingcpp.read_barcodes(page, formats=_QR)}
    slips = sorted(text.removeprefix(SLIP) for text in read if text.startswith(SLIP))
    if len(slips) != 1:
        return SEVERAL if slips else NO_SLIP
    try:
        reply = replies.opposed(slips[0])
    except ReferenceUnknown:
        return UNKNOWN
    if reply.doubtful:
        return str(reply)
    if reply is Reply.ALREADY:
        done.already += 1
    else:
        done.opposed += 1
    return ""


def _pages(path: Path) -> Iterator[Image.Image]:
    """Each page in grey. Errors: ValueError when there is too much of it, and those of the libraries."""
    if path.read_bytes()[:5] == b"%PDF-":
        document = pypdfium2.PdfDocument(path)
        try:
            if len(document) > MAX_PAGES:
                raise ValueError("too many pages")
            for rank in range(len(document)):
                page = document[rank]
                width, height = (side / 72 * DPI for side in page.get_size())
                if width * height > MAX_PIXELS:
                    raise ValueError("too large a page")
                yield page.render(scale=DPI / 72, grayscale=True).to_pil()
                page.close()
        finally:
            document.close()
        return
    with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as picture:
        for frame in ImageSequence.Iterator(picture):
            if frame.width * frame.height > MAX_PIXELS:
                raise ValueError("too large a picture")
            yield frame.convert("L")


def _keep(page: Image.Image, folder: Path, name: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    page.save(path)
    path.chmod(0o600)
    return path
