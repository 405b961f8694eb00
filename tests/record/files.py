"""Files as people and attackers send them, made when asked."""

from __future__ import annotations

import io
import struct
import zlib

import pikepdf
from PIL import Image


def _script() -> pikepdf.Dictionary:
    """Anew each time: one made part of a file ends with it."""
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('x')")


def small_pdf(words: str = "contenu") -> bytes:
    """Not a readable PDF, but its signature: what a damaged one looks like."""
    return b"%PDF-1.4\n" + words.encode() + b"\n%%EOF\n"


def pdf(pages: int = 1, *, password: str = "", owner: str = "") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(595, 842))
        locked = pikepdf.Encryption(user=password, owner=owner or password) if password or owner else False
        made.save(out, encryption=locked, deterministic_id=not locked)  # else its /ID tells the time
    return out.getvalue()


def hostile_pdf() -> bytes:
    """Scripts everywhere a reader runs them, directly written and pointed to; a program to launch; a file inside."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(595, 842))
        made.Root.OpenAction = _script()
        made.Root.AA = pikepdf.Dictionary(WC=_script())
        made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", _script()])))
        made.attachments["virus.exe"] = b"MZ-PROGRAMME"
        pointed = made.make_indirect(_script())
        link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://exemple.fr", Next=pikepdf.Array([_script()]))
        rect = pikepdf.Array([0, 0, 9, 9])
        notes = [
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=rect, A=link),
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=rect,
                A=pointed,
            ),
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=rect,
                A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"),
            ),
            pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Screen, Rect=rect),
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Link,
                Rect=rect,
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="javascript:alert(1)"),
            ),
        ]
        made.pages[0].Annots = pikepdf.Array(notes)
        made.pages[0].AA = pikepdf.Dictionary(O=_script())
        made.Root.AcroForm = pikepdf.Dictionary(
            XFA="<xdp/>", Fields=pikepdf.Array([pikepdf.Dictionary(AA=_script(), T="x")])
        )
        made.save(out)
    return out.getvalue()


def picture(
    kind: str, *, size: tuple[int, int] = (60, 40), mode: str = "RGB", gps: bool = False, frames: int = 1
) -> bytes:
    out = io.BytesIO()
    image = Image.new(mode, size, 1)
    extra = {}
    if gps:
        exif = Image.Exif()
        exif[0x010F] = "MarqueDuTelephone"
        exif[0x0112] = 6  # to be turned a quarter
        exif.get_ifd(0x8825)[1] = "N"
        extra["exif"] = exif
    if frames > 1:
        extra |= {"save_all": True, "append_images": [image] * (frames - 1)}
    image.save(out, kind, **extra)
    return out.getvalue()


def png_bomb(side: int = 60_000) -> bytes:
    """A few kilobytes that announce 3.6 thousand million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99_999))
        + chunk(b"IEND", b"")
    )


def tiff_bomb() -> bytes:
    """A small first page, then a page of nine hundred million pixels."""
    data = bytearray(picture("TIFF", size=(20, 20), mode="1", frames=2))
    second = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[second : second + 2])[0]
    second = struct.unpack("<I", data[second + 2 + 12 * count :][:4])[0]
    for place in range(struct.unpack("<H", data[second : second + 2])[0]):
        at = second + 2 + 12 * place
        if struct.unpack("<H", data[at : at + 2])[0] in (256, 257):
            data[at + 2 : at + 12] = struct.pack("<HII", 4, 1, 30_000)
    return bytes(data)


def cda(
    matricule: str,
    oid: str,
    *,
    unique_id: str,
    type_code: str = "11488-4",
    title: str = "Compte rendu",
    rpps: str = "",
    replaces: str = "",
    body: str = "<text mediaType='text/plain'>Bonjour</text>",
) -> bytes:
    related = (
        f"<relatedDocument typeCode='RPLC'><parentDocument><id root='{replaces}'/></parentDocument></relatedDocument>"
    )
    content = body if body.startswith("<component") else f"<component><nonXMLBody>{body}</nonXMLBody></component>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <templateId root="1.2.250.1.213.1.1.1.1"/>
  <id root="{unique_id}"/>
  <code code="{type_code}" codeSystem="2.16.840.1.113883.6.1" displayName="Consultation"/>
  <title>{title}</title>
  <effectiveTime value="20260304101500+0100"/>
  <recordTarget><patientRole><id root="{oid}" extension="{matricule}"/><patient/></patientRole></recordTarget>
  <author><time value="20260304"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="8{rpps}"/>
    <assignedPerson><name><prefix>DR</prefix><given>Paul</given><family>DUPOND</family></name></assignedPerson>
    <representedOrganization><name>Cabinet du Port</name></representedOrganization></assignedAuthor></author>
  {related if replaces else ""}
  {content}
</ClinicalDocument>""".encode()
