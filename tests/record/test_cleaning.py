"""The usager's own files: accepted by content, made safe, hostile ones refused. A name decides nothing."""

from __future__ import annotations

import io

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ens.kernel.errors import EnsError
from ens.record import apart
from ens.record.cleaning import safe
from ens.record.contenttypes import judge_type
from tests.record import files

ACCEPTED = [
    ("a PDF", files.pdf(), "application/pdf"),
    ("a photo", files.picture("JPEG"), "image/jpeg"),
    ("a PNG", files.picture("PNG"), "image/png"),
    ("a PNG with transparency", files.picture("PNG", mode="RGBA"), "image/png"),
    ("a PNG with a palette", files.picture("PNG", mode="P"), "image/png"),
    ("a scan of several pages", files.picture("TIFF", frames=3), "image/tiff"),
    ("a scan in black and white", files.picture("TIFF", mode="1"), "image/tiff"),
    ("an RTF", b"{\\rtf1\\ansi Bonjour}", "text/rtf"),
    ("words", "Prise à 8 h, après l'œuf.\n".encode(), "text/plain"),
    ("words of an old Windows", "Prise \xe0 8 h".encode("latin-1"), "text/plain"),
    ("words that begin like a bitmap", b"BM : 3 mg\n", "text/plain"),
    ("a sign that is no markup", b"< 3 mg le matin", "text/plain"),
]


@pytest.mark.parametrize(("what", "data", "media_type"), ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_what_is_accepted(what, data, media_type):
    cleaned, found = safe(data)
    assert found == media_type
    assert judge_type(cleaned) == media_type


REFUSED = [
    ("nothing", b"", "fichier_vide"),
    ("a program", b"MZ\x90\x00\x03", "fichier_type_refuse"),
    ("a ZIP", b"PK\x03\x04\x14\x00", "fichier_type_refuse"),
    ("a Word document", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "fichier_type_refuse"),
    ("a page", b"<html><script>alert(1)</script>", "fichier_type_refuse"),
    ("a page after spaces", b" \n\t<!DOCTYPE html>", "fichier_type_refuse"),
    ("a drawing that runs", b"<svg onload='alert(1)'/>", "fichier_type_refuse"),
    ("an XML", b"<?xml version='1.0'?><a/>", "fichier_type_refuse"),
    ("a script", b"#!/bin/sh\nrm -rf /", "fichier_type_refuse"),
    ("PostScript", b"%!PS-Adobe-3.0\n", "fichier_type_refuse"),
    ("a GIF", b"GIF89a\x01\x00\x01\x00", "fichier_type_refuse"),
    ("text in UTF-16", "Bonjour".encode("utf-16"), "fichier_type_refuse"),
    ("a zero byte", b"Bonjour\x00", "fichier_type_refuse"),
    ("an RTF that carries an object", b"{\\rtf1{\\object\\objdata 0105}}", "fichier_type_refuse"),
    ("a PDF cut short", files.pdf()[:60], "fichier_endommage"),
    ("a PDF in name only", files.small_pdf(), "fichier_endommage"),
    ("a PDF with a password", files.pdf(password="secret"), "fichier_protege"),
    ("a photo cut short", files.picture("JPEG")[:300], "fichier_endommage"),
    ("a PNG cut short", files.picture("PNG")[:40], "fichier_endommage"),
    ("a PNG bomb", files.png_bomb(), "fichier_endommage"),
    ("a TIFF bomb on its second page", files.tiff_bomb(), "fichier_endommage"),
    ("a JPEG under a PNG signature", b"\x89PNG\r\n\x1a\n" + files.picture("JPEG"), "fichier_endommage"),
]


@pytest.mark.parametrize(("what", "data", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused_with_its_reason(what, data, code):
    with pytest.raises(EnsError) as refusal:
        apart.safe(data)
    assert refusal.value.code == code


def test_five_million_bytes_and_not_one_more():
    assert apart.safe(b"a" * 5_000_000)[1] == "text/plain"
    with pytest.raises(EnsError) as refusal:
        apart.safe(b"a" * 5_000_001)
    assert refusal.value.code == "fichier_trop_grand"


def test_nothing_runs_in_a_pdf_made_safe():
    cleaned, _ = safe(files.hostile_pdf())
    with pikepdf.open(io.BytesIO(cleaned)) as pdf:
        plain = io.BytesIO()
        pdf.save(
            plain,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
        assert len(pdf.pages) == 1
        assert not pdf.attachments
    written = plain.getvalue()
    for word in (b"/JS", b"JavaScript", b"app.alert", b"/Launch", b"cmd.exe", b"/OpenAction", b"/AA", b"/EmbeddedFile"):
        assert word not in written, word
    for word in (b"MZ-PROGRAMME", b"/XFA", b"javascript:", b"/Screen", b"/Filespec"):
        assert word not in written, word
    assert b"https://exemple.fr" in written  # an ordinary link remains


def test_a_pdf_with_restrictions_only_is_opened_and_kept_without_them():
    cleaned, _ = safe(files.pdf(owner="proprietaire"))
    with pikepdf.open(io.BytesIO(cleaned)) as pdf:
        assert not pdf.is_encrypted


def test_a_photo_loses_its_place_and_stays_upright():
    sent = files.picture("JPEG", size=(60, 40), gps=True)
    assert b"MarqueDuTelephone" in sent
    cleaned, _ = safe(sent)
    shown = Image.open(io.BytesIO(cleaned))
    assert not shown.getexif()
    assert b"MarqueDuTelephone" not in cleaned
    assert shown.size == (40, 60)


def test_every_page_of_a_scan_is_kept():
    cleaned, _ = safe(files.picture("TIFF", frames=3))
    assert Image.open(io.BytesIO(cleaned)).n_frames == 3


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"II*\x00", b"\x89PNG\r\n\x1a\n"])
)
def test_whatever_bytes_come_there_is_an_answer(noise, start):
    try:
        _, media_type = apart.safe(start + noise)
    except EnsError as refusal:
        assert refusal.code.startswith("fichier_")
    else:
        assert media_type
