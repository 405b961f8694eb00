"""XML from outside: what could harm is refused before it is read."""

from __future__ import annotations

import pytest

from ens.standards.errors import StandardError
from ens.standards.xmlsafe import MAX_BYTES, MAX_DEPTH, XmlDoctype, XmlInvalid, XmlTooLarge, parse

BOMB = (
    """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>"""
)


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        BOMB.encode(),
        BOMB.replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16"),
        b'<!DOCTYPE a SYSTEM "https://ailleurs.example/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<!--" + b"x" * 100_000 + b"--><!DOCTYPE a><a/>",  # far from the beginning
        b'<a xmlns="urn:x"/>'.join([b"<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]>", b""]),
    ],
)
def test_a_dtd_is_refused(data: bytes) -> None:
    with pytest.raises(XmlDoctype) as refused:
        parse(data)
    assert refused.value.code == "xml_doctype"


def test_a_doctype_in_the_text_is_only_text() -> None:
    assert parse(b"<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"mot",
        b"<a>",
        b"<a></b>",
        b"<a>&inconnue;</a>",
        b"\x00" * 10,
        b'<?xml version="1.0" encoding="x-y"?><a/>',
        b"<a>\xff</a>",
    ],
)
def test_what_is_not_xml_is_refused(data: bytes) -> None:
    with pytest.raises(StandardError) as refused:
        parse(data)
    assert isinstance(refused.value, XmlInvalid)
    assert refused.value.code == "xml_invalid"


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(XmlTooLarge) as refused:
        parse(b"<a>" + b" " * MAX_BYTES + b"</a>")
    assert refused.value.code == "xml_too_large"


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(XmlTooLarge):
        parse(b"<a>" + b"<b/>" * 1_000_001 + b"</a>")


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 300, 5_000])
def test_too_many_levels_are_refused(levels: int) -> None:
    with pytest.raises(XmlTooLarge):
        parse(b"<a>" * levels + b"</a>" * levels)
    assert parse(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH).tag == "a"


def test_a_long_embedded_file_is_read() -> None:
    text = parse(b"<a>" + b"A" * 12_000_000 + b"</a>").text
    assert text is not None
    assert len(text) == 12_000_000


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_declared_encodings_are_read(encoding: str) -> None:
    assert parse(f'<?xml version="1.0" encoding="{encoding}"?><a>é</a>'.encode(encoding)).text == "é"


def test_comments_and_instructions_are_dropped() -> None:
    root = parse(b"<?xml-stylesheet href='x'?><a><!-- b --><?c d?>e</a>")
    assert len(root) == 0
    assert root.text == "e"
