"""Files from outside are decoded in a process apart: bounded in time and memory, and its end is not ours.

A decoder written in C may crash, loop or swell on a file made for it. One child a process of ours does that work,
is started when first needed and again after it died; it holds no key, no connection and no setting, and ends when
its input closes.
"""

from __future__ import annotations

import atexit
import logging
import os
import struct
import subprocess
import sys
import threading
from typing import IO, Any

import orjson

from ens.record import errors
from ens.record.errors import PageAbsent, UploadDamaged, UploadTooLarge
from ens.record.types import Preview

log = logging.getLogger(__name__)
FRAME = struct.Struct(">II")
SECONDS = 20  # for one file; past them the child ends
TASKS = 500  # then another child: a decoder's leaks do not add up
IMPOSSIBLE = "Aperçu impossible : le fichier est endommagé ou illisible. Vous pouvez le télécharger."
UPLOAD_MAX_BYTES = 5_000_000


class ChildEnded(Exception):
    """The child ended while it worked: the file cannot be decoded within bounds."""


def preview(data: bytes, media_type: str) -> Preview:
    """What to show of a document; « aperçu impossible » whatever happens to its decoder."""
    try:
        answer, text = _ask({"do": "preview", "media_type": media_type}, data)
    except ChildEnded:
        return Preview("none", reason=IMPOSSIBLE)
    end_of_html = answer.pop("html")
    return Preview(**answer, html=text[:end_of_html].decode(), text=text[end_of_html:].decode())


def page(data: bytes, media_type: str, number: int) -> bytes:
    """One page of the preview as PNG, from 1. Errors: PageAbsent."""
    try:
        answer, picture = _ask({"do": "page", "media_type": media_type, "number": number}, data)
    except ChildEnded as error:
        raise PageAbsent() from error
    if "code" in answer:
        raise PageAbsent()
    return picture


def safe(data: bytes) -> tuple[bytes, str]:
    """The usager's file made safe, and its media type judged by content.

    Errors: UploadEmpty, UploadTooLarge, UploadTypeRefused, UploadEncrypted, UploadDamaged.
    """
    if len(data) > UPLOAD_MAX_BYTES:
        raise UploadTooLarge(size=f"{len(data) / 1_000_000:.1f}".replace(".", ","))
    try:
        answer, cleaned = _ask({"do": "safe"}, data)
    except ChildEnded as error:
        raise UploadDamaged() from error
    if "code" in answer:
        raise _UPLOAD_ERRORS[answer["code"]]()
    return cleaned, answer["media_type"]


def needs_a_password(data: bytes) -> bool:
    """Whether a PDF of someone else's opens for nobody without one; so is one that its reader does not survive."""
    try:
        answer, _ = _ask({"do": "password"}, data)
    except ChildEnded:
        return True
    return bool(answer["needed"])


_UPLOAD_ERRORS = {
    one.code: one
    for one in (errors.UploadEmpty, errors.UploadTypeRefused, errors.UploadEncrypted, errors.UploadDamaged)
}


# -- the child ----------------------------------------------------------------------------------------------


class _Child:
    def __init__(self) -> None:
        self.owner = os.getpid()
        self.left = TASKS
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ens.record.apart_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8"},
            cwd="/",
        )

    def ask(self, order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        self.left -= 1
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        write(self.process.stdin, order, data)
        return read(self.process.stdout)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was still to be written has no reader left


_child: _Child | None = None
_one_at_a_time = threading.Lock()


def _ask(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    global _child
    with _one_at_a_time:
        if _child is not None and (_child.owner != os.getpid() or _child.left <= 0):
            if _child.owner == os.getpid():
                _child.end()
            _child = None
        child = _child = _child or _Child()
        try:
            return child.ask(order, data)
        except (OSError, EOFError) as error:
            child.end()
            _child = None
            log.warning("decoder ended", extra={"order": order["do"], "octets": len(data)})
            raise ChildEnded() from error


@atexit.register
def end() -> None:
    """End the child, with the process or before; the next file starts another."""
    global _child
    if _child is not None and _child.owner == os.getpid():
        _child.end()
    _child = None


# -- the words between them ---------------------------------------------------------------------------------


def write(pipe: IO[bytes], head: dict[str, Any], body: bytes) -> None:
    packed = orjson.dumps(head)
    pipe.write(FRAME.pack(len(packed), len(body)))
    pipe.write(packed)
    pipe.write(body)
    pipe.flush()


def read(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Errors: EOFError."""
    frame = pipe.read(FRAME.size)
    if len(frame) < FRAME.size:
        raise EOFError
    head_size, body_size = FRAME.unpack(frame)
    head, body = pipe.read(head_size), pipe.read(body_size)
    if len(head) < head_size or len(body) < body_size:
        raise EOFError
    return orjson.loads(head), body
