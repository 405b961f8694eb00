"""CDA documents as softwares write them: right ones with what may vary, and the same with one thing changed."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st
from lxml import etree

from ens.standards import valuesets

NS = "urn:hl7-org:v3"
ENCODINGS = ("UTF-8", "UTF-8", "ISO-8859-1", "windows-1252", "UTF-16", "US-ASCII")
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=30,
).filter(lambda text: any(letter.isalnum() for letter in text))
TYPES = st.sampled_from(sorted(code for code in valuesets.document_types() if code[-2] == "-"))
TIMES = st.builds(
    lambda moment, zone: moment.strftime("%Y%m%d%H%M%S") + zone,
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),
    st.sampled_from(["+0100", "+0200", "+0000", "-0300"]),
)
_LEAVES = st.one_of(
    WORDS.map(escape),
    WORDS.map(lambda text: f'<content styleCode="Bold">{escape(text)}</content>'),
    WORDS.map(lambda text: f'<linkHtml href="https://exemple.fr/">{escape(text)}</linkHtml>'),
    st.sampled_from(["<br/>", "<sub>2</sub>", "<script>alert(1)</script>", '<img src="https://ailleurs.example/"/>']),
)
NARRATIVES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"<paragraph>{''.join(parts)}</paragraph>"),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda parts: f"<list>{''.join(f'<item>{part}</item>' for part in parts)}</list>"
        ),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda parts: f"<table><tbody><tr>{''.join(f'<td>{part}</td>' for part in parts)}</tr></tbody></table>"
        ),
    ),
    max_leaves=6,
)


@st.composite
def _authors(draw: st.DrawFn) -> str:
    name = f"<given>{escape(draw(WORDS))}</given><family>{escape(draw(WORDS))}</family>"
    person = f"<assignedPerson><name><prefix>DR</prefix>{name}</name></assignedPerson>"
    device = f"<assignedAuthoringDevice><softwareName>{escape(draw(WORDS))}</softwareName></assignedAuthoringDevice>"
    place = f"<representedOrganization><name>{escape(draw(WORDS))}</name></representedOrganization>"
    who = draw(st.sampled_from([person, person + place, place, device]))
    return (
        f'<author><time value="{draw(TIMES)}"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" '
        f'extension="899700218896"/>{who}</assignedAuthor></author>'
    )


@st.composite
def _bodies(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        sections = draw(st.lists(st.tuples(WORDS, NARRATIVES), min_size=1, max_size=3))
        inside = "".join(
            f"<component><section><title>{escape(title)}</title><text>{text}</text></section></component>"
            for title, text in sections
        )
        return f"<component><structuredBody>{inside}</structuredBody></component>"
    media_type, data = draw(
        st.sampled_from(
            [("application/pdf", b"%PDF-1.4\n%%EOF"), ("text/plain", b"Bonjour"), ("image/jpeg", b"\xff\xd8\xff")]
        )
    )
    text = base64.b64encode(data).decode()
    inside = f'<text mediaType="{media_type}" representation="B64">{text}</text>'
    return f"<component><nonXMLBody>{inside}</nonXMLBody></component>"


@st.composite
def documents(draw: st.DrawFn, matricule: str, oid: str) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a right document, and what its sheet must say of it: type, identifier, title, encoding."""
    facts = {
        "type_code": draw(TYPES),
        "unique_id": f"2.25.1{uuid4().int:039d}",  # new each time, of one length: what is drawn of it can be again
        "title": draw(WORDS),
        "encoding": draw(st.sampled_from(ENCODINGS)),
    }
    optional = {
        "templateId": '<templateId root="1.2.250.1.213.1.1.1.1"/>',
        "confidentialityCode": '<confidentialityCode code="N"/>',
        "languageCode": '<languageCode code="fr-FR"/>',
        "setId": '<setId root="1.2.250.1.999.1" extension="SET-1"/><versionNumber value="1"/>',
        "documentationOf": f'<documentationOf><serviceEvent><effectiveTime><low value="{draw(TIMES)}"/></effectiveTime>'
        "</serviceEvent></documentationOf>",
        "instruction": "<?xml-stylesheet type='text/xsl' href='https://ailleurs.example/x.xsl'?>",
        "comment": "<!-- fait par un logiciel -->",
    }
    chosen = {name: text if draw(st.booleans()) else "" for name, text in optional.items()}
    hospital_number = '<id root="1.2.3.4" extension="IPP-77"/>' if draw(st.booleans()) else ""
    text = (
        f'<?xml version="1.0" encoding="{facts["encoding"]}"?>{chosen["instruction"]}{chosen["comment"]}'
        f'<ClinicalDocument xmlns="{NS}">{chosen["templateId"]}<id root="{facts["unique_id"]}"/>'
        f'<code code="{facts["type_code"]}" codeSystem="2.16.840.1.113883.6.1" displayName={quoteattr(draw(WORDS))}/>'
        f'<title>{escape(facts["title"])}</title><effectiveTime value="{draw(TIMES)}"/>'
        f"{chosen['confidentialityCode']}{chosen['languageCode']}{chosen['setId']}"
        f'<recordTarget><patientRole><id root="{oid}" extension="{matricule}"/>{hospital_number}<patient/>'
        f"</patientRole></recordTarget>{draw(_authors())}{chosen['documentationOf']}{draw(_bodies())}</ClinicalDocument>"
    )
    return text.encode(facts["encoding"], "xmlcharrefreplace"), facts


# -- one thing changed --------------------------------------------------------------------------------------------
STRANGE = st.sampled_from(
    ["", " ", "x", "0", "-1", "9" * 40, "hier", "99999999999999+9999", "00010101", "é", "\u202e", "../.."]
)


@st.composite
def mutations(draw: st.DrawFn, data: bytes, others: list[str]) -> tuple[bytes, str]:
    """The document with one thing changed, and what was: an element, an attribute, a byte, the end."""
    how = draw(st.sampled_from(["element", "element", "attribute", "attribute", "byte", "cut", "encoding", "before"]))
    if how == "byte":
        place, byte = draw(st.integers(0, len(data) - 1)), draw(st.integers(0, 255))
        return data[:place] + bytes([byte]) + data[place + 1 :], f"byte {place}"
    if how == "cut":
        place = draw(st.integers(0, len(data) - 1))
        return data[:place], f"cut {place}"
    if how == "encoding":
        name = draw(
            st.sampled_from([b"UTF-8", b"UTF-16", b"ISO-8859-1", b"US-ASCII", b"x-inconnu", b"UTF-7", b"base64"])
        )
        head, mark, rest = data.partition(b"?>")
        start, _, _ = head.partition(b"encoding=")
        return start + b'encoding="' + name + b'"' + mark + rest, f"encoding {name!r}"
    if how == "before":
        before = draw(st.sampled_from([b" ", b"\n", b"\xef\xbb\xbf", b"\xff\xfe", b"<!DOCTYPE a>", b"x", b"\x00"]))
        return before + data, f"before {before!r}"
    root = etree.fromstring(data)
    element = draw(st.sampled_from([one for one in root.iter() if isinstance(one.tag, str)]))
    changed = _of_element(draw, element, others) if how == "element" else _of_attribute(draw, element, others)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8"), f"{how} {element.tag} {changed}"


def _of_element(draw: st.DrawFn, element: Any, others: list[str]) -> str:
    how = draw(st.sampled_from(["removed", "twice", "renamed", "emptied", "text", "moved"]))
    parent = element.getparent()
    if how == "removed" and parent is not None:
        parent.remove(element)
    elif how == "twice" and parent is not None:
        parent.append(etree.fromstring(etree.tostring(element)))
    elif how == "renamed":
        element.tag = (
            f"{{{draw(st.sampled_from([NS, 'urn:autre']))}}}{draw(st.sampled_from(['id', 'code', 'title', 'x']))}"
        )
    elif how == "emptied":
        for child in list(element):
            element.remove(child)
        element.text = None
    elif how == "moved" and parent is not None and parent.getparent() is not None:
        parent.getparent().append(element)
    else:
        element.text = draw(st.sampled_from([*others, "", "x" * 5000]))
    return how


def _of_attribute(draw: st.DrawFn, element: Any, others: list[str]) -> str:
    if not element.attrib:
        element.set(draw(st.sampled_from(["root", "extension", "code", "value", "nullFlavor"])), draw(STRANGE))
        return "added"
    name = draw(st.sampled_from(sorted(element.attrib)))
    how = draw(st.sampled_from(["removed", "strange", "other"]))
    if how == "removed":
        del element.attrib[name]
    else:
        element.set(name, draw(STRANGE if how == "strange" else st.sampled_from(others)))
    return f"{name} {how}"
