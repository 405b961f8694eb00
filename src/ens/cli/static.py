"""Static files of the pages, gathered once for each content: hashing and compressing them takes seconds."""

from __future__ import annotations

import hashlib
from pathlib import Path


def gather() -> None:
    """Fill ``STATIC_ROOT`` unless it already holds exactly what the packages carry. Django must be set up."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    stamp = root / ".empreinte"
    wanted = _fingerprint(settings.STORAGES["staticfiles"]["BACKEND"])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    stamp.unlink(missing_ok=True)  # a gathering cut short starts again
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted)


def _fingerprint(storage: str) -> str:
    """Of names, sizes and dates: a file that changed in place is seen without reading them all."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256(storage.encode())
    for finder in get_finders():
        for path, source in finder.list(ignore_patterns=None):
            facts = Path(source.path(path)).stat()
            digest.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
