"""The narrative of a level 3 body as safe, accessible HTML; and as plain text.

Built element by element from an allow-list: nothing of the source passes through unread. Source: CDA R2, 4.3.5
(section narrative block).
"""

from __future__ import annotations

import base64
import binascii
import re

from lxml import etree
from lxml.builder import E

from ens.standards.cda.header import NS
from ens.standards.xmlsafe import Element

_HL7 = "{urn:hl7-org:v3}"
_BLOCKS = {
    "paragraph": "p",
    "item": "li",
    "caption": "p",
    "tr": "tr",
    "thead": "thead",
    "tbody": "tbody",
    "tfoot": "tfoot",
}
_INLINE = {"sub": "sub", "sup": "sup"}
_STYLES = {"bold": "strong", "emphasis": "em", "italics": "em", "underline": "span"}
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_SPAN = re.compile(r"[1-9]\d?")
_DEEPEST = 6


def to_html(structured: Element, *, heading: int = 2) -> str:
    """HTML of the sections, headings from ``heading``; no style, no script, no link out."""
    out = E.div({"class": "cda-corps"})
    renderer = _Renderer(structured)
    for section in structured.findall("h:component/h:section", NS):
        renderer.section(out, section, heading)
    return etree.tostring(out, encoding="unicode", method="html")


def to_text(structured: Element) -> str:
    """The same as plain text: titles, then one line a paragraph, item or row."""
    lines: list[str] = []
    for section in structured.iter(f"{_HL7}section"):
        title = section.find("h:title", NS)
        if title is not None and (words := " ".join("".join(title.itertext()).split())):
            lines += ["", words.upper()]
        text = section.find("h:text", NS)
        if text is not None:
            _text_lines(text, lines)
    return "\n".join(lines).strip()


def _text_lines(element: Element, lines: list[str]) -> None:
    if etree.QName(element).localname == "tr":
        cells = [" ".join("".join(cell.itertext()).split()) for cell in element]
        lines.append(" | ".join(cells))
        return
    own = " ".join((element.text or "").split())
    if own:
        lines.append(own)
    for child in element:
        if etree.QName(child).localname in ("content", "sub", "sup", "br", "linkHtml"):
            words = " ".join("".join(child.itertext()).split())
            if words:
                lines.append(words)
        else:
            _text_lines(child, lines)
        tail = " ".join((child.tail or "").split())
        if tail:
            lines.append(tail)


class _Renderer:
    def __init__(self, structured: Element) -> None:
        self._media = {found.get("ID", ""): found for found in structured.iter(f"{_HL7}observationMedia")}

    def section(self, out: Element, section: Element, level: int) -> None:
        title = section.find("h:title", NS)
        words = " ".join("".join(title.itertext()).split()) if title is not None else ""
        text = section.find("h:text", NS)
        inner = section.findall("h:component/h:section", NS)
        if not words and text is None and not inner:
            return
        block = etree.SubElement(out, "section", {"class": "cda-section"})
        if words:
            etree.SubElement(block, f"h{min(level, _DEEPEST)}").text = words
        if text is not None:
            self._children(block, text, words)
        for found in inner:
            self.section(block, found, level + 1)

    def _children(self, out: Element, source: Element, label: str) -> None:
        _append_text(out, source.text)
        for child in source:
            self._one(out, child, label)
            _append_text(out, child.tail)

    def _one(self, out: Element, child: Element, label: str) -> None:
        name = etree.QName(child).localname
        if name == "table":
            self._table(out, child, label)
        elif name == "list":
            kind = "ol" if child.get("listType") == "ordered" else "ul"
            items = etree.SubElement(out, kind, {"class": "cda-liste"})
            for item in child:
                if etree.QName(item).localname == "item":
                    self._children(etree.SubElement(items, "li"), item, label)
        elif name in ("td", "th"):
            self._cell(out, child, name, label)
        elif name in _BLOCKS or name in _INLINE:
            self._children(etree.SubElement(out, _BLOCKS.get(name) or _INLINE[name]), child, label)
        elif name == "content":
            self._content(out, child, label)
        elif name == "br":
            etree.SubElement(out, "br")
        elif name == "renderMultiMedia":
            self._picture(out, child)
        elif name == "colgroup" or name == "col":
            return
        else:  # linkHtml, footnote and what we do not know: their words, never their address
            self._children(etree.SubElement(out, "span"), child, label)

    def _table(self, out: Element, table: Element, label: str) -> None:
        caption = table.find("h:caption", NS)
        words = " ".join("".join(caption.itertext()).split()) if caption is not None else label
        frame = etree.SubElement(
            out,
            "div",
            {"class": "cda-tableau", "role": "region", "tabindex": "0", "aria-label": words or "Tableau"},
        )
        made = etree.SubElement(frame, "table")
        if caption is not None and words:
            etree.SubElement(made, "caption").text = words
        for part in table:
            if etree.QName(part).localname != "caption":
                self._one(made, part, label)
        for row in made.iter("tr"):
            if len(row) == 0:
                parent = row.getparent()
                if parent is not None:
                    parent.remove(row)

    def _cell(self, out: Element, cell: Element, name: str, label: str) -> None:
        attributes = {}
        for span in ("colspan", "rowspan"):
            if _SPAN.fullmatch(cell.get(span, "")) and cell.get(span) != "1":
                attributes[span] = cell.get(span, "")
        words = "".join(cell.itertext()).strip()
        if name == "th" and words:
            in_body = any(etree.QName(parent).localname == "tbody" for parent in cell.iterancestors())
            attributes["scope"] = "row" if in_body and cell.getprevious() is None else "col"
        # an empty header cell is announced as a header of nothing: a plain cell is not
        self._children(etree.SubElement(out, "th" if name == "th" and words else "td", attributes), cell, label)

    def _content(self, out: Element, content: Element, label: str) -> None:
        tags = [_STYLES[style] for word in content.get("styleCode", "").split() if (style := word.lower()) in _STYLES]
        target = etree.SubElement(out, tags[0] if tags else "span")
        if "xhighlight" in content.get("styleCode", "").lower():
            target.set("class", "cda-signale")
        self._children(target, content, label)

    def _picture(self, out: Element, render: Element) -> None:
        for key in render.get("referencedObject", "").split():
            media = self._media.get(key.lstrip("#"))
            value = media.find("h:value", NS) if media is not None else None
            kind = value.get("mediaType", "") if value is not None else ""
            data = _decoded(value) if value is not None and kind in _PICTURES else None
            if data is None:
                etree.SubElement(out, "p").text = "Une image de ce document ne peut pas être affichée ici."
                continue
            source = f"data:{kind};base64,{base64.b64encode(data).decode()}"
            etree.SubElement(out, "img", {"src": source, "alt": "Image jointe au document", "class": "cda-image"})


def _decoded(value: Element) -> bytes | None:
    try:
        data = base64.b64decode("".join("".join(value.itertext()).split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith(_PICTURE_STARTS) else None


def _append_text(out: Element, text: str | None) -> None:
    if not text or (not text.strip() and out.tag in ("table", "thead", "tbody", "tr", "ul", "ol")):
        return
    words = re.sub(r"\s+", " ", text)
    if len(out):
        out[-1].tail = (out[-1].tail or "") + words
    else:
        out.text = (out.text or "") + words
