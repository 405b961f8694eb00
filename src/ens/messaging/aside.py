"""What is joined and kept aside: nobody can look inside it, or opening it would run it.

It stays with the message, whole and sealed; it is neither opened nor filed from a page, and both sides are told why.
"""

from __future__ import annotations

import io
import zipfile

from ens.messaging.parsed import ParsedFile
from ens.record import apart

PROTECTED, DANGEROUS = "piece_protegee", "piece_dangereuse"
# what a double click runs, on the systems people have
_RUNS = frozenset(
    {"exe", "com", "scr", "pif", "bat", "cmd", "msi", "msp", "ps1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta"}
    | {"cpl", "jar", "lnk", "reg", "scf", "dll", "app", "command", "apk", "dmg", "pkg", "deb", "rpm", "sh", "iso"}
    | {"img", "vhd", "chm", "docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm", "ppam", "one"}
)
_RUNNING_BYTES = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"L\x00\x00\x00\x01\x14\x02\x00")
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also of an office document protected by a password
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OTHER_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")  # nothing here opens them
_MEMBERS = 2_000


def reason(file: ParsedFile) -> str:
    """The reason code for which it is kept aside; nothing for what is not."""
    if _would_run(file.name) or file.data.startswith(_RUNNING_BYTES):
        return DANGEROUS
    if file.data.startswith(b"PK\x03\x04"):
        return _of_zip(file.data)
    if file.data.startswith(_OFFICE):
        return PROTECTED if _ENCRYPTED_PACKAGE in file.data else ""
    if file.data.startswith(_OTHER_ARCHIVES):
        return PROTECTED
    if file.media_type == "application/pdf" and b"/Encrypt" in file.data and apart.needs_a_password(file.data):
        return PROTECTED
    return ""


def _would_run(name: str) -> bool:
    return name.rstrip(". ").rpartition(".")[2].lower() in _RUNS


def _of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()[:_MEMBERS]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return ""  # not one that anybody opens: a file like another
    if any(_would_run(one.filename) or one.filename.lower().endswith("vbaproject.bin") for one in members):
        return DANGEROUS
    return PROTECTED if any(one.flag_bits & 0x1 for one in members) else ""
