"""What is asked of every page, on every screen.

What it looked like is kept in ``var/screens``: each page on a telephone by day, every view where something is wrong,
and all of them with ``SCREENS=1``: drawing them all takes as long as judging them.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

SCREENS = Path(__file__).resolve().parents[2] / "var" / "screens"
# For each width and theme: axe's rules, all of them (None) or those that a theme can change. Each view differs from
# the one before by its width or by its theme alone: a page is laid out, or coloured, again only where it must.
THEMED = ("color-contrast", "link-in-text-block")
THOROUGH = {
    (1280, "light"): None,
    (1280, "dark"): THEMED,
    (390, "dark"): None,
    (390, "light"): THEMED,
    (320, "light"): None,
    (320, "dark"): THEMED,
}
# The same page in another state: its colours and its narrowest layout were judged already.
QUICK = {**dict.fromkeys(THOROUGH, ()), (1280, "light"): None}
KEPT = (390, "light")
HEIGHT = 800
NOISE = "the server responded with a status of"  # said by the browser of a page whose status is an error's

AXE = """rules => axe.run(document, rules).then(found => found.violations.map(
    one => one.id + ' ' + one.nodes.slice(0, 2).map(
        node => node.html.slice(0, 160) + ' ' + node.failureSummary).join(' | ')))"""
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? '' :
    [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 3).map(one => one.outerHTML.slice(0, 120)).join(' ; ')"""
# The mask of an icon is a property of its class: without it, a square is drawn in its place.
UNDRAWN = """() => [...document.querySelectorAll('[class*="fr-icon-"]')].filter(one =>
        !getComputedStyle(one).getPropertyValue('--ens-dessin') && one.checkVisibility())
    .map(one => one.outerHTML.slice(0, 120))"""
WHOLE = "({x: 0, y: 0, width: innerWidth, height: document.documentElement.scrollHeight, scale: 1})"
HIGH = "document.documentElement.scrollHeight"
TEXT_TWICE_AS_LARGE = "on => { document.documentElement.style.fontSize = on ? '200%' : ''; }"


class Window:
    """A tab, with what it complained about."""

    def __init__(self, page: Any, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)

    def _failed(self, request: Any) -> None:
        is_last = request.url.endswith("/healthz") or "/marque." in request.url  # asked once the page is there
        if not (is_last and "ERR_ABORTED" in str(request.failure)):  # the page was left before
            self.complaints.append(f"{request.url}: {request.failure}")

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and NOISE not in message.text:
            self.complaints.append(message.text)

    def open(self, address: str) -> Any:
        return self.page.goto(self.base + address)


@cache
def _axe() -> str:
    from axe_playwright_python.base import AXE_FILE_PATH

    return str(AXE_FILE_PATH.read_text(encoding="utf-8"))


def check(window: Window, name: str, views: Mapping[tuple[int, str], tuple[str, ...] | None] = THOROUGH) -> None:
    """The page now open holds on every screen: accessible, nothing past its side, no complaint of the browser."""
    page, problems, shown = window.page, [], ""
    page.evaluate(_axe())
    for (width, theme), rules in views.items():
        wrong = []
        _show(page, width)
        if theme != shown:
            page.emulate_media(color_scheme=theme)
            shown = theme
        if rules != ():
            asked = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
            wrong += [f"{width} {theme}: {violation}" for violation in page.evaluate(AXE, asked)]
        wrong += [f"{width} {theme}: past the side, {wide}"] if (wide := page.evaluate(WIDE)) else []
        keep(page, f"{name}-{width}-{theme}", always=wrong != [] or (width, theme) == KEPT)
        problems += wrong
    problems += [f"an icon that is not drawn: {icon}" for icon in page.evaluate(UNDRAWN)]
    _show(page, 1280)
    page.evaluate(TEXT_TWICE_AS_LARGE, True)
    problems += [f"text twice as large: past the side, {wide}"] if (wide := page.evaluate(WIDE)) else []
    page.evaluate(TEXT_TWICE_AS_LARGE, False)
    problems += window.complaints
    assert problems == [], f"{name}: {problems}"


def _show(page: Any, width: int) -> None:
    size = {"width": width, "height": HEIGHT}
    if page.viewport_size != size:
        page.set_viewport_size(size)


_sessions: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def _session(page: Any) -> Any:
    """One a tab, never detached: leaving takes the emulated theme and paper away with it."""
    if page not in _sessions:
        _sessions[page] = page.context.new_cdp_session(page)
    return _sessions[page]


def keep(page: Any, name: str, *, always: bool = False) -> None:
    """The whole page as a picture, as on a screen as high as it is: a bar fixed to the bottom covers nothing."""
    if not (always or os.environ.get("SCREENS")):
        return
    size = page.viewport_size
    page.set_viewport_size({**size, "height": max(size["height"], page.evaluate(HIGH))})
    whole = page.evaluate(WHOLE)
    asked = {"format": "jpeg", "quality": 80, "captureBeyondViewport": True, "optimizeForSpeed": True, "clip": whole}
    shot = _session(page).send("Page.captureScreenshot", asked)
    page.set_viewport_size(size)
    SCREENS.mkdir(parents=True, exist_ok=True)
    (SCREENS / f"{name}.jpg").write_bytes(base64.b64decode(shot["data"]))
