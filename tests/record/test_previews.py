"""What is shown of a document; damaged and hostile files keep their download and harm nothing."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from ens.record import apart
from ens.record.apart import IMPOSSIBLE
from ens.record.errors import PageAbsent
from ens.record.previews import NO_PREVIEW, PROTECTED
from tests.record import files

TABLE = """<component><structuredBody><component><section><title>Hémogramme</title><text>
<table><thead><tr><th>Examen</th><th>Valeur</th></tr></thead>
<tbody><tr><td>TSH</td><td>2,1 mUI/L</td></tr></tbody></table>
<paragraph>&lt;script&gt;alert(1)&lt;/script&gt;</paragraph></text></section></component></structuredBody></component>"""


def level_1(media_type: str, data: bytes) -> bytes:
    body = f"<text mediaType='{media_type}' representation='B64'>{base64.b64encode(data).decode()}</text>"
    return files.cda("289456789012325", "1.2.250.1.213.1.4.10", unique_id="1.2.3", body=body)


PICTURES = [
    ("a PDF", files.pdf(3), "application/pdf", 3),
    ("a PDF announced as text", files.pdf(1), "text/plain", 1),
    ("a PDF after a few bytes", b"\r\n\r\n" + files.pdf(1), "application/pdf", 1),
    ("a photo", files.picture("JPEG"), "image/jpeg", 1),
    ("a scan", files.picture("TIFF", frames=2), "image/tiff", 2),
    ("a picture in 16 bits", files.picture("PNG", mode="I;16"), "image/png", 1),
    ("a transparent picture", files.picture("PNG", mode="RGBA"), "image/png", 1),
    ("a CDA with a PDF inside", level_1("application/pdf", files.pdf(2)), "text/xml", 2),
    ("a CDA with a photo inside", level_1("image/jpeg", files.picture("JPEG")), "text/xml", 1),
]


@pytest.mark.parametrize(("what", "data", "media_type", "pages"), PICTURES, ids=[row[0] for row in PICTURES])
def test_pages_are_shown_as_pictures(what, data, media_type, pages):
    shown = apart.preview(data, media_type)
    assert (shown.kind, shown.pages) == ("images", pages)
    for number in range(1, pages + 1):
        page = Image.open(io.BytesIO(apart.page(data, media_type, number)))
        assert page.format == "PNG"
        assert page.width <= 1241
    with pytest.raises(PageAbsent):
        apart.page(data, media_type, pages + 1)
    with pytest.raises(PageAbsent):
        apart.page(data, media_type, 0)


TEXTS = [
    ("text", "Prise à 8 h".encode(), "text/plain", "Prise à 8 h"),
    ("text of an old Windows", "Prise \xe0 8 h".encode("latin-1"), "text/plain", "Prise à 8 h"),
    ("RTF", b"{\\rtf1\\ansi Bonjour \\b Inaya\\b0}", "text/rtf", "Bonjour Inaya"),
    ("RTF inside a CDA", level_1("text/rtf", b"{\\rtf1 Bonjour}"), "text/xml", "Bonjour"),
]


@pytest.mark.parametrize(("what", "data", "media_type", "words"), TEXTS, ids=[row[0] for row in TEXTS])
def test_words_are_shown_as_text(what, data, media_type, words):
    shown = apart.preview(data, media_type)
    assert (shown.kind, shown.text) == ("text", words)


def test_a_narrative_is_shown_as_safe_html_and_as_text():
    shown = apart.preview(files.cda("2" * 15, "1.2.250.1.213.1.4.10", unique_id="1.2.3", body=TABLE), "text/xml")
    assert shown.kind == "html"
    assert "<table" in shown.html
    assert "2,1\u00a0mUI/L" in shown.html
    assert "<script" not in shown.html
    assert "TSH | 2,1 mUI/L" in shown.text


NOTHING_SHOWN = [
    ("a PDF cut short", files.pdf()[:70], "application/pdf", IMPOSSIBLE),
    ("a PDF in name only", files.small_pdf(), "application/pdf", IMPOSSIBLE),
    ("a protected PDF", files.pdf(password="x"), "application/pdf", PROTECTED),
    ("a PNG bomb", files.png_bomb(), "image/png", IMPOSSIBLE),
    ("bytes without meaning", b"\x00\x01\x02", "application/octet-stream", NO_PREVIEW),
    ("an XML bomb", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "text/xml", IMPOSSIBLE),
    (
        "a CDA whose body does not decode",
        level_1("application/pdf", b"x").replace(b"eA==", b"@@@@"),
        "text/xml",
        IMPOSSIBLE,
    ),
]


@pytest.mark.parametrize(("what", "data", "media_type", "reason"), NOTHING_SHOWN, ids=[row[0] for row in NOTHING_SHOWN])
def test_what_cannot_be_shown_says_why_and_never_fails(what, data, media_type, reason):
    shown = apart.preview(data, media_type)
    assert (shown.kind, shown.reason) == ("none", reason)
    with pytest.raises(PageAbsent):
        apart.page(data, media_type, 1)


def test_a_bomb_on_a_later_page_shows_the_others():
    data = files.tiff_bomb()
    assert apart.page(data, "image/tiff", 1)
    with pytest.raises(PageAbsent):
        apart.page(data, "image/tiff", 2)


def test_the_end_of_the_child_is_an_answer_and_the_next_file_starts_another():
    assert apart.preview(b"Bonjour", "text/plain").text == "Bonjour"
    child = apart._child
    child.process.kill()
    child.process.wait()
    assert apart.preview(b"Bonjour", "text/plain").reason == IMPOSSIBLE
    assert apart.preview(b"Bonjour", "text/plain").text == "Bonjour"
    assert apart._child is not child


def test_the_child_knows_no_setting_and_is_bounded():
    apart.preview(b"Bonjour", "text/plain")
    pid = apart._child.process.pid
    assert b"ENS_" not in Path(f"/proc/{pid}/environ").read_bytes()
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    assert "1500000000" in next(line for line in limits if line.startswith("Max address space"))
