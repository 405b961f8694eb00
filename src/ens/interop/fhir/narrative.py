"""The narrative of a resource (``text.div``): kept as sent, so nothing in it may act where another software shows it.

Source: FHIR R4, narrative.html (rules txt-1 and txt-2).
"""

from __future__ import annotations

from typing import Any

from ens.standards import xmlsafe
from ens.standards.errors import StandardError

MAX_BYTES = 100_000
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ELEMENTS = """
    a abbr acronym address b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6
    hr i img ins kbd li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var
""".split()  # noqa: SIM905 - read as a text
# style is left out: it can call a server
_ATTRIBUTES = """
    abbr accesskey align alt axis border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class
    colspan compact coords dir frame headers height href hreflang hspace id lang longdesc name nowrap rel rev rowspan
    rules scope shape span src start summary tabindex title type valign value vspace width
    {http://www.w3.org/XML/1998/namespace}lang
""".split()  # noqa: SIM905 - read as a text
_ADDRESSES = ("cite", "href", "longdesc", "src")
_INSIDE = ("#", "data:image/png;", "data:image/jpeg;", "data:image/gif;", "http://", "https://", "mailto:", "tel:")


def is_safe_xhtml(value: Any) -> bool:
    """Whether it is one ``div`` of the formatting that FHIR permits: no script, no style, no picture from afar."""
    if not isinstance(value, str):
        return False
    data = value.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        return False
    try:
        root = xmlsafe.parse(data)
    except StandardError:
        return False
    return root.tag == f"{_XHTML}div" and all(_is_safe(str(one.tag), dict(one.attrib)) for one in root.iter())


def _is_safe(tag: str, attributes: dict[Any, Any]) -> bool:
    if not tag.startswith(_XHTML) or tag.removeprefix(_XHTML) not in _ELEMENTS:
        return False
    for name, value in attributes.items():
        address = str(value).strip().lower()
        if name not in _ATTRIBUTES or (name in _ADDRESSES and not address.startswith(_INSIDE)):
            return False
        if name == "src" and not address.startswith(("#", "data:")):
            return False  # it would tell a server who reads
    return True
