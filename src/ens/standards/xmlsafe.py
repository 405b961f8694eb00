"""XML from outside: no DTD, no entity, no network, bounded in bytes, elements and depth."""

from __future__ import annotations

from typing import TypeAlias
from xml.parsers import expat

from lxml import etree

from ens.standards.errors import StandardError

Element: TypeAlias = etree._Element  # lxml's public alias of an element
MAX_BYTES = 28_000_000
MAX_TAGS = 1_000_000  # opening and closing: a tree of a few hundred MB at the very most
MAX_DEPTH = 200


class XmlInvalid(StandardError):
    """Not well-formed XML, or in an encoding that is not the one it declares."""

    code = "xml_invalid"
    message = "le fichier XML est mal formé"


class XmlDoctype(StandardError):
    """A DTD, and with it entities, never has its place in a health document."""

    code = "xml_doctype"
    message = "le fichier XML contient une DTD ou des entités, ce qui est refusé"


class XmlTooLarge(StandardError):
    """Too many bytes, elements or levels."""

    code = "xml_too_large"
    message = "le fichier XML est trop grand ou trop profond"


class _RootReached(Exception):
    """The prolog is over."""


def parse(data: bytes) -> Element:
    """The root of a document, without its comments and instructions. Errors: XmlDoctype, XmlInvalid, XmlTooLarge."""
    if len(data) > MAX_BYTES or data.count(b"<") > MAX_TAGS:
        raise XmlTooLarge()
    _refuse_doctype(data)
    try:
        root = etree.fromstring(data, _parser(huge=False))
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error).lower():
            raise XmlTooLarge() from error
        root = _parse_again(data, error)
    if root.getroottree().docinfo.doctype:
        raise XmlDoctype()
    _check_depth(root)
    return root


def _parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=huge,
        remove_comments=True,
        remove_pis=True,
    )


def _refuse_doctype(data: bytes) -> None:
    """Reads the prolog only: a DTD can be nowhere else."""
    prolog = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise XmlDoctype()

    def stop(*_: object) -> None:
        raise _RootReached()

    prolog.StartDoctypeDeclHandler = refuse
    prolog.StartElementHandler = stop
    try:
        prolog.Parse(data, True)
    except _RootReached:
        return
    except XmlDoctype:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise XmlInvalid() from error


def _parse_again(data: bytes, first: Exception) -> Element:
    """An embedded file makes a text longer than libxml2's default; without a DTD nothing else can grow."""
    if not any(word in str(first).lower() for word in ("huge", "too long", "too large")):
        raise XmlInvalid() from first
    try:
        return etree.fromstring(data, _parser(huge=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlInvalid() from error


def _check_depth(root: Element) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise XmlTooLarge()
