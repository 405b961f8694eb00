"""The narrative of a level 3 body as safe, accessible HTML; and as plain text.

Built element by element from an allow-list: nothing of the source passes through unread, no attribute is copied.
Source: CDA R2, 4.3.5 (section narrative block).
"""

from __future__ import annotations

import base64
import re
from collections import Counter

from lxml import etree
from lxml.builder import E

from ens.standards.cda.body import embedded_media
from ens.standards.cda.header import NS
from ens.standards.xmlsafe import Element

HL7 = "{urn:hl7-org:v3}"
ID_PREFIX = "cda-"
MAX_PICTURE = 5_000_000
_ROWS = ("thead", "tbody", "tfoot", "tr")
_INLINE = {"sub": "sub", "sup": "sup"}
_STYLES = {"bold": "strong", "emphasis": "em", "italics": "em", "bolditalics": "strong"}
_REVISED = {"insert": "ins", "delete": "del"}
_BLOCKS = ("paragraph", "table", "list", "caption")
_SIGNATURES = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_NOTHING = ("col", "colgroup", "script", "style")
_SPAN = re.compile(r"[1-9]\d?", re.ASCII)
# A figure, its unit, how it stands: « 1,82 mUI/L », « 0,98 g/L ↑ », « 10,5 à 14,0 ».
_MEASURE = re.compile(r"[<>≤≥]? ?\d[\d.,]*(?: \S{1,10}){1,2}")
_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_DEEPEST = 6
NBSP = "\u00a0"
_NO_TEXT_IN = ("table", "thead", "tbody", "tfoot", "tr", "ul", "ol")


def to_html(structured: Element, *, heading: int = 2) -> str:
    """HTML of the sections, headings from ``heading``; no style, no script, no link out."""
    return etree.tostring(_tree(structured, heading), encoding="unicode", method="html")


def to_text(structured: Element) -> str:
    """The same as plain text: titles in capitals, one line a paragraph or item, cells apart by « | »."""
    lines: list[str] = [""]
    _lines(_tree(structured, 2), lines)
    text = "\n".join(" ".join(line.split()) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def words_of(structured: Element) -> int:
    """How many characters the narrative has, the files carried beside it left out."""
    return sum(len(words) for text in structured.iter(f"{HL7}text") for words in text.itertext())


def _tree(structured: Element, heading: int) -> Element:
    out = E.div({"class": "cda-body"})
    renderer = _Renderer(structured)
    for section in structured.findall("h:component/h:section", NS):
        renderer.section(out, section, heading)
    return out


class _Renderer:
    def __init__(self, structured: Element) -> None:
        self._media = {media.id: media for media in embedded_media(structured)}
        self._declared = {found.get("ID", "") for found in structured.iter() if isinstance(found.tag, str)}
        self._given: set[str] = set()  # an id is given once: the page has no duplicate
        self._labels: Counter[str] = Counter()
        self._holders = _holders(structured)

    def section(self, out: Element, section: Element, level: int, label: str = "") -> None:
        title = section.find("h:title", NS)
        words = _words(title) if title is not None else ""
        text = section.find("h:text", NS)
        inner = section.findall("h:component/h:section", NS)
        if not words and text is None and not inner:
            return
        block = etree.SubElement(out, "section", {"class": "cda-section"})
        self._identify(block, section)
        if words:
            etree.SubElement(block, f"h{min(level, _DEEPEST)}").text = words
        if text is not None:
            self._children(block, text, words or label)
        for found in inner:  # a section without title leaves no hole in the levels
            self.section(block, found, level + 1 if words else level, words or label)

    def _identify(self, made: Element, source: Element) -> None:
        identifier = source.get("ID", "")
        if _SAFE_ID.fullmatch(identifier) and identifier not in self._given:
            self._given.add(identifier)
            made.set("id", ID_PREFIX + identifier)

    def _group(self, source: Element) -> str:
        """A block inside cannot stand in a p or a span."""
        return "div" if source in self._holders else "span"

    def _children(self, out: Element, source: Element, label: str) -> None:
        _append(out, source.text)
        for child in source:
            if isinstance(child.tag, str):  # neither comment nor instruction
                self._one(out, child, label)
            _append(out, child.tail)

    def _one(self, out: Element, child: Element, label: str) -> None:
        name = etree.QName(child).localname
        if name in _NOTHING:
            return
        if name == "table":
            self._table(out, child, label)
        elif name == "list":
            self._list(out, child, label)
        elif name in _ROWS and out.tag in ("table", *_ROWS):
            self._children(etree.SubElement(out, name), child, label)
        elif name in ("td", "th") and out.tag == "tr":
            self._cell(out, child, name, label)
        elif name == "paragraph":
            self._paragraph(out, child, label)
        elif name == "content":
            self._content(out, child, label)
        elif name == "br":
            etree.SubElement(out, "br")
        elif name == "renderMultiMedia":
            self._media_shown(out, child)
        elif name == "linkHtml":
            self._link(out, child, label)
        elif name in ("footnote", "footnoteRef"):
            self._footnote(out, child, name, label)
        else:  # what is not of the narrative block keeps its words, never more
            self._children(etree.SubElement(out, _INLINE.get(name, self._group(child))), child, label)

    def _paragraph(self, out: Element, child: Element, label: str) -> None:
        caption = child.find("h:caption", NS)
        if caption is not None and _words(caption):
            etree.SubElement(etree.SubElement(out, "p", {"class": "cda-caption"}), "strong").text = _words(caption)
        made = etree.SubElement(out, "div" if self._group(child) == "div" else "p")
        self._identify(made, child)
        self._without_caption(made, child, label)

    def _without_caption(self, out: Element, source: Element, label: str) -> None:
        _append(out, source.text)
        for child in source:
            if isinstance(child.tag, str) and etree.QName(child).localname != "caption":
                self._one(out, child, label)
            _append(out, child.tail)

    def _list(self, out: Element, source: Element, label: str) -> None:
        caption = source.find("h:caption", NS)
        if caption is not None and _words(caption):
            etree.SubElement(out, "p", {"class": "cda-caption"}).text = _words(caption)
        items = [item for item in source if item.tag == f"{HL7}item"]
        if not items:
            return
        made = etree.SubElement(out, "ol" if source.get("listType") == "ordered" else "ul", {"class": "cda-list"})
        self._identify(made, source)
        for item in items:
            entry = etree.SubElement(made, "li")
            self._identify(entry, item)
            self._children(entry, item, label)

    def _table(self, out: Element, table: Element, label: str) -> None:
        caption = table.find("h:caption", NS)
        words = _words(caption) if caption is not None else ""
        frame = etree.SubElement(
            out,
            "div",
            {"class": "cda-table", "role": "region", "tabindex": "0", "aria-label": self._region(words or label)},
        )
        made = etree.SubElement(frame, "table")
        self._identify(made, table)
        if words:
            etree.SubElement(made, "caption").text = words
        self._without_caption(made, table, label)
        for row in list(made.iter("tr")):
            parent = row.getparent()
            if len(row) == 0 and parent is not None:
                parent.remove(row)
        if not list(made.iter("tr")):
            out.remove(frame)

    def _region(self, label: str) -> str:
        """Regions of a page have distinct names: screen readers list them."""
        label = label or "Tableau"
        self._labels[label] += 1
        return label if self._labels[label] == 1 else f"{label} ({self._labels[label]})"

    def _cell(self, out: Element, cell: Element, name: str, label: str) -> None:
        attributes = {}
        for span in ("colspan", "rowspan"):
            value = cell.get(span, "").strip()
            if _SPAN.fullmatch(value) and value != "1":
                attributes[span] = value
        # an empty header cell is announced as a header of nothing: a plain cell is not
        heads = name == "th" and bool(_words(cell))
        if heads:
            attributes["scope"] = "row" if self._heads_a_row(cell) else "col"
        made = etree.SubElement(out, "th" if heads else "td", attributes)
        self._identify(made, cell)
        self._children(made, cell, label)
        words = " ".join((made.text or "").split())
        if len(made) == 0 and _MEASURE.fullmatch(words):
            made.text = words.replace(" ", NBSP)  # never a figure on one line and its arrow on the next

    @staticmethod
    def _heads_a_row(cell: Element) -> bool:
        """First of its row, out of thead, with a plain cell after it."""
        if cell.getprevious() is not None:
            return False
        row = cell.getparent()
        in_head = row is not None and any(parent.tag == f"{HL7}thead" for parent in row.iterancestors())
        followed = any(other.tag == f"{HL7}td" for other in cell.itersiblings())
        return not in_head and followed

    def _content(self, out: Element, content: Element, label: str) -> None:
        styles = content.get("styleCode", "").lower().split()
        tag = next((_STYLES[style] for style in styles if style in _STYLES), "")
        tag = _REVISED.get(content.get("revised", ""), tag) or "span"
        made = etree.SubElement(out, "div" if self._group(content) == "div" else tag)
        if "xhighlight" in "".join(styles):
            made.set("class", "cda-highlight")
        elif "underline" in styles:
            made.set("class", "cda-underline")
        self._identify(made, content)
        self._children(made, content, label)

    def _link(self, out: Element, link: Element, label: str) -> None:
        """Inside the document, a link; towards the web, its address in words for the reader to judge."""
        address = link.get("href", "").strip()
        if address.startswith("#") and address[1:] in self._declared and _SAFE_ID.fullmatch(address[1:]):
            made = etree.SubElement(out, "a", {"href": f"#{ID_PREFIX}{address[1:]}"})
            self._children(made, link, label)
            return
        made = etree.SubElement(out, "span", {"class": "cda-link"})
        self._children(made, link, label)
        if re.fullmatch(r"https://[!-~]{3,300}", address) and address not in _words(link):
            _append(made, f" ({address})")

    def _footnote(self, out: Element, note: Element, name: str, label: str) -> None:
        if name == "footnoteRef":
            target = note.get("IDREF", "")
            if target in self._declared and _SAFE_ID.fullmatch(target):
                made = etree.SubElement(etree.SubElement(out, "sup"), "a", {"href": f"#{ID_PREFIX}{target}"})
                made.text = _words(note) or "note"
            return
        made = etree.SubElement(out, self._group(note), {"class": "cda-footnote"})
        self._identify(made, note)
        _append(made, "[")
        self._children(made, note, label)
        _append(made, "]")

    def _media_shown(self, out: Element, render: Element) -> None:
        caption = render.find("h:caption", NS)
        words = _words(caption) if caption is not None else ""
        for key in render.get("referencedObject", "").split():
            media = self._media.get(key.lstrip("#"))
            kind = picture_type(media.data) if media is not None else ""
            if media is not None and kind and len(media.data) <= MAX_PICTURE:
                source = f"data:{kind};base64,{base64.b64encode(media.data).decode()}"
                etree.SubElement(out, "img", {"src": source, "alt": words or "Image", "class": "cda-picture"})
            elif media is not None and media.media_type == "application/pdf":
                _sentence(out, "Un fichier PDF est joint à cet endroit du document d'origine.")
            else:
                _sentence(out, "Une image de ce document ne peut pas être affichée ici.")
        if words:
            etree.SubElement(out, "span", {"class": "cda-caption"}).text = words


def picture_type(data: bytes) -> str:
    """image/png, image/jpeg or image/gif by the first bytes, whatever was announced; else empty."""
    return next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), "")


def _sentence(out: Element, words: str) -> None:
    etree.SubElement(out, "span", {"class": "cda-notice"}).text = words


def _holders(structured: Element) -> set[Element]:
    """The elements with a block somewhere inside, found in one walk: a narrative may be long and deep."""
    found: set[Element] = set()
    for block in structured.iter(*(f"{HL7}{name}" for name in _BLOCKS)):
        for parent in block.iterancestors():
            if parent in found:
                break
            found.add(parent)
    return found


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _append(out: Element, text: str | None) -> None:
    if not text or (out.tag in _NO_TEXT_IN and not text.strip()):
        return
    if out.tag in _NO_TEXT_IN:  # words astray between two rows: shown, in a place where they may stand
        _astray(out, text)
        return
    words = re.sub(r"\s+", " ", text)
    last = next(out.iterchildren(reversed=True), None)  # counting the children each time would take their square
    if last is not None:
        last.tail = (last.tail or "") + words
    else:
        out.text = (out.text or "") + words


def _astray(out: Element, text: str) -> None:
    if out.tag == "tr":
        etree.SubElement(out, "td").text = " ".join(text.split())
    elif out.tag in ("ul", "ol"):
        etree.SubElement(out, "li").text = " ".join(text.split())
    else:
        etree.SubElement(etree.SubElement(out, "tr"), "td").text = " ".join(text.split())


def _lines(element: Element, lines: list[str]) -> None:
    """Walks the HTML made above: a block has its lines, a cell is set apart."""
    tag = str(element.tag)
    title = re.fullmatch(r"h[1-6]", tag) is not None
    block = title or tag in ("p", "div", "section", "tr", "ul", "ol", "li", "caption")
    if block:
        _new_line(lines)
    if title:
        lines.append("")
    elif tag == "li":
        lines[-1] = "- "
    elif tag in ("td", "th") and element.getprevious() is not None:
        lines[-1] += " | "
    elif tag == "br":
        lines.append("")
    elif tag == "img":
        lines[-1] += f" [{element.get('alt', '')}] "
    start = len(lines)
    if element.text:
        lines[-1] += element.text.upper() if title else element.text
    for child in element:
        _lines(child, lines)
        lines[-1] += child.tail or ""
    if tag in ("td", "th") and len(lines) > start:  # a row stays on its line
        lines[start - 1 :] = [" ".join(line.strip() for line in lines[start - 1 :] if line.strip())]
    if block:
        _new_line(lines)


def _new_line(lines: list[str]) -> None:
    if lines[-1].strip():
        lines.append("")
