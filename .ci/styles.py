"""Write the style sheet the pages take from DSFR: the rules they use, nothing else (``make styles``).

What is used is read in the templates, the forms and the script: the classes, the icons, then the custom properties
that the kept rules and our own sheets reach. The dark theme, an attribute set by a script in DSFR, becomes a media
query, so that it follows the device without JavaScript. Icons are written inside the sheet. The typeface of the
State is left out: it is not under DSFR's licence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dsfr
import tinycss2

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "ens"
SHEET = SOURCES / "web" / "common" / "static" / "common" / "dsfr.css"
DIST = Path(next(iter(dsfr.__path__))) / "static" / "dsfr" / "dist"

# Classes that templates put together from a variable: the text before it, and what may follow.
PUT_TOGETHER = {
    "fr-alert--": ("success", "info", "warning", "error"),  # levels of announcements
    "fr-input-group--": ("error",),
    "fr-select-group--": ("error",),
    "fr-upload-group--": ("error",),
    "fr-link--": ("download",),
}
# Elements of DSFR's base rules that no page of ours holds.
ABSENT_ELEMENTS = frozenset(("audio", "video", "object", "iframe", "embed"))
HEAD = """/*! DSFR {version} (MIT licence, use restricted by its terms), the rules these pages use.
 * Icons: Remix Icon and DSFR. Written by `make styles`: do not edit. */
"""


def used_classes() -> set[str]:
    """Every ``fr-`` class that a template, a form or a script may put on an element, icons included."""
    found: set[str] = set()
    for path in _sources():
        text = path.read_text("utf-8")
        found |= set(re.findall(r"fr-[a-z0-9]+(?:(?:--?|__)[a-z0-9]+)*", text))
        if path.suffix == ".py":  # names of icons are facts of a row, written after `fr-icon-` by its template
            found |= {f"fr-icon-{name}" for name in re.findall(r"\"([a-z0-9-]+-(?:line|fill))\"", text)}
    found |= {f"{start}{end}" for start, ends in PUT_TOGETHER.items() for end in ends}
    return found


def _sources() -> Iterator[Path]:
    for pattern in ("**/*.html", "**/*.py", "**/*.js"):
        yield from sorted(path for path in SOURCES.glob(pattern) if "migrations" not in path.parts)


def own_sheets() -> list[Path]:
    """Our own style sheets."""
    return sorted(path for path in SOURCES.glob("**/static/**/*.css") if path != SHEET)


class Pruning:
    """The rules of a sheet that a set of classes can meet, then the custom properties they reach."""

    def __init__(self, classes: set[str]) -> None:
        self.classes = classes

    def rules(self, nodes: Iterable[Any]) -> list[Any]:
        """``(selectors, declarations)`` or ``(at-rule, rules)``, in the order of the sheet."""
        kept: list[Any] = []
        for node in nodes:
            if node.type == "qualified-rule":
                selectors = [said for said in _split(tinycss2.serialize(node.prelude)) if self.meets(said)]
                found = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
                declarations = [(one.name, _value(one)) for one in found if one.type == "declaration"]
                if selectors and declarations:
                    kept += self._by_theme(selectors, declarations)
            elif node.type == "at-rule" and node.at_keyword in ("media", "supports"):
                inner = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
                condition = tinycss2.serialize(node.prelude).strip()
                if node.at_keyword == "media":
                    condition = _living(condition)
                rules = self.rules(inner)
                if condition and rules:
                    kept.append((f"@{node.at_keyword} {condition}", rules))
        return kept

    def meets(self, selector: str) -> bool:
        """Whether an element of these pages may match."""
        wanted = re.sub(r":not\([^)]*\)", "", selector)
        if "data-fr-" in wanted.replace("data-fr-theme=dark", ""):
            return False
        if not set(re.findall(r"\.([a-zA-Z_-][\w-]*)", wanted)) <= self.classes:
            return False
        for how, value in re.findall(r"\[class([*^])=\"?([^\]\"]+)\"?\]", wanted):
            part, at_start = value.strip(), how == "^" or value[0] == " "
            if not any(name.startswith(part) if at_start else part in name for name in self.classes):
                return False
        return not set(re.findall(r"(?<![\w.:#-])[a-z][a-z0-9]*", wanted)) & ABSENT_ELEMENTS

    @staticmethod
    def _by_theme(selectors: list[str], declarations: list[tuple[str, str]]) -> list[Any]:
        dark = [said for said in selectors if "data-fr-theme=dark" in said]
        if not dark:
            return [(selectors, declarations)]
        plain = [re.sub(r"(:root)?\[data-fr-theme=dark\]", ":root", said) for said in dark]
        light = [said for said in selectors if said not in dark]
        inner = ("@media screen and (prefers-color-scheme: dark)", [(plain, declarations)])
        return [*([(light, declarations)] if light else []), inner]


def _split(selectors: str) -> list[str]:
    return [said.strip() for said in re.split(r",(?![^(\[]*[)\]])", selectors)]


def _value(declaration: Any) -> str:
    said = tinycss2.serialize(declaration.value).strip()
    return said + (" !important" if declaration.important else "")


def _living(condition: str) -> str:
    """A media condition without the queries of browsers no longer served."""
    return ",".join(query for query in _split(condition) if "-ms-high-contrast" not in query)


def reached(rules: list[Any], *texts: str) -> set[str]:
    """Names of the custom properties that the declarations use, directly or through another."""
    defined: dict[str, set[str]] = {}
    wanted = {name for text in texts for name in _asked(text)}
    for _selectors, declarations in _flat(rules):
        for name, value in declarations:
            if name.startswith("--"):
                defined.setdefault(name, set()).update(_asked(value))
            else:
                wanted |= _asked(value)
    waiting = list(wanted)
    while waiting:
        for name in defined.get(waiting.pop(), set()) - wanted:
            wanted.add(name)
            waiting.append(name)
    return wanted


def _asked(value: str) -> set[str]:
    return set(re.findall(r"var\(\s*(--[\w-]+)", value))


def _flat(rules: list[Any]) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    for head, content in rules:
        if isinstance(head, str):
            yield from _flat(content)
        else:
            yield head, content


def _written(rules: list[Any], properties: set[str]) -> Iterator[str]:
    for head, content in rules:
        if isinstance(head, str):
            inner = list(_written(content, properties))
            if inner:
                yield f"{head}{{{''.join(inner)}}}"
            continue
        said = [f"{name}:{_own(value)}" for name, value in content if not name.startswith("--") or name in properties]
        if said:
            yield f"{','.join(head)}{{{';'.join(said)}}}"


def _own(value: str) -> str:
    """A value with our typeface, and the pictures it points to written in it."""
    value = re.sub(r"Marianne, ?arial, ?sans-serif", "var(--ens-police)", value)
    return re.sub(r"url\(\"?(?!data:)([^)\"]+)\"?\)", lambda match: _picture(DIST / match[1]), value)


def _picture(path: Path) -> str:
    drawing = re.sub(r"\s+", " ", path.read_text("utf-8").strip()).replace('"', "'").replace("> <", "><")
    for sign in "%#<>{}":
        drawing = drawing.replace(sign, f"%{ord(sign):02X}")
    return f'url("data:image/svg+xml,{drawing}")'


def icons(classes: set[str]) -> Iterator[str]:
    """The mask of each icon in use."""
    drawn = {path.stem: path for path in sorted((DIST / "icons").glob("*/*.svg"))}
    for name in sorted(classes):
        path = drawn.get(name.removeprefix("fr-icon-"))
        if name.startswith("fr-icon-") and path is not None:
            yield f".{name}{{--ens-dessin:{_picture(path)}}}"


def sheet() -> str:
    """The whole style sheet, the same for the same sources."""
    text = (DIST / "dsfr.main.min.css").read_text("utf-8")
    classes = used_classes()
    nodes = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    rules = Pruning(classes).rules(nodes)
    properties = reached(rules, *(path.read_text("utf-8") for path in own_sheets()))
    version = re.search(r"DSFR (v[\d.]+)", text)
    head = HEAD.format(version=version[1] if version else "")
    masks = '[class*="fr-icon-"]::before{-webkit-mask-image:var(--ens-dessin);mask-image:var(--ens-dessin)}'
    return head + "\n".join([*_written(rules, properties), *icons(classes), masks]) + "\n"


if __name__ == "__main__":
    SHEET.write_text(sheet(), "utf-8")
