"""HTML that came by mail, made safe and within what a cleaner can bear.

The cleaner rebuilds the tree as a browser would: tags opened and never closed cost their square in time, and styling
tags with attributes are repeated in each block they span. Pages that could grow so are not shown but joined.
Source: HTML Living Standard, 13.2.4.3 (the list of active formatting elements).
"""

from __future__ import annotations

import re
from html import unescape

import nh3

from ens.messaging.words import MAX_SHOWN, sound

MAX_TAGS = 5_000
MAX_REPEATED = 100_000  # styling tags with attributes, times all tags
_TAG = re.compile(r"<[A-Za-z]")
_STYLING = re.compile(r"(?i)<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/]")
_LINE_END = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]*>")
_TAGS = {"p", "br", "div", "span", "b", "strong", "i", "em", "u", "ul", "ol", "li", "blockquote", "pre", "a", "hr"}
_TAGS |= {"h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "td", "th", "sub", "sup"}
_SPANS = {"colspan", "rowspan"}
_SILENT = {"script", "style", "title", "head", "noscript", "template", "svg", "math"}


def can_be_shown(html: str) -> bool:
    """Whether its length and its tags stay within bounds."""
    if len(html) > MAX_SHOWN:
        return False
    tags = len(_TAG.findall(html))
    return tags <= MAX_TAGS and tags * len(_STYLING.findall(html)) <= MAX_REPEATED


def sanitised(html: str) -> str:
    """Words, lists, tables and plain https links: no picture from outside, no style, no script."""
    if not html.strip():
        return ""
    safe = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes={"*": set(), "a": {"href"}, "td": _SPANS, "th": _SPANS | {"scope"}},
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    shown = sound(safe)  # what was written as a reference is a letter now
    return shown if shown.strip() else ""


def words(html: str) -> str:
    """The words of an HTML body, for the excerpt and the reading without markup."""
    cleaned = nh3.clean(_LINE_END.sub("\n", html), tags=set(), clean_content_tags=_SILENT)
    return "\n".join(" ".join(line.split()) for line in sound(unescape(cleaned)).splitlines()).strip()
