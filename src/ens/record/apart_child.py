"""The process apart: reads one order after the other on its input, answers on its output. See ``apart``."""

from __future__ import annotations

import resource
import signal
import sys
import warnings
from typing import Any

from PIL import Image

from ens.kernel.errors import EnsError
from ens.record import cleaning, previews
from ens.record.apart import SECONDS, read, write
from ens.record.errors import PageAbsent, UploadDamaged

MEMORY = 1_500_000_000


def bound() -> None:
    """No more memory than a large page needs, no file written, no core; the signals of a terminal are not for us."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = previews.MAX_PIXELS
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process even inside a decoder


def answer(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    if order["do"] == "preview":
        shown = previews.preview(data, order["media_type"])
        html, text = shown.html.encode(), shown.text.encode(errors="replace")
        head = {"kind": shown.kind, "pages": shown.pages, "reason": shown.reason, "html": len(html)}
        return head, html + text
    try:
        if order["do"] == "password":
            return {"needed": cleaning.needs_a_password(data)}, b""
        if order["do"] == "page":
            return {}, previews.page(data, order["media_type"], order["number"])
        cleaned, media_type = cleaning.safe(data)
    except EnsError as error:
        return {"code": error.code}, b""
    except MemoryError:
        if order["do"] == "password":
            return {"needed": True}, b""
        return {"code": PageAbsent.code if order["do"] == "page" else UploadDamaged.code}, b""
    return {"media_type": media_type}, cleaned


def main() -> None:
    bound()
    while True:
        try:
            order, data = read(sys.stdin.buffer)
        except EOFError:
            return
        signal.alarm(SECONDS)
        head, body = answer(order, data)
        signal.alarm(0)
        write(sys.stdout.buffer, head, body)


if __name__ == "__main__":
    main()
