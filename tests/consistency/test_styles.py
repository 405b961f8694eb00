"""The style sheets hold what the pages use, and nothing that no page uses."""

from __future__ import annotations

import re
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "ens"
WRITTEN = re.compile(r"\.((?:fr|ens)-[a-z0-9]+(?:(?:--?|__)[a-z0-9]+)*)")


@pytest.fixture(scope="module")
def styles() -> dict[str, Any]:
    return run_path(str(ROOT / ".ci" / "styles.py"))


def test_the_sheet_of_dsfr_is_the_one_that_the_pages_call_for(styles: dict[str, Any]) -> None:
    assert styles["SHEET"].read_text("utf-8") == styles["sheet"](), "make styles"


def test_a_selector_of_dsfr_that_a_page_can_meet_has_kept_its_classes(styles: dict[str, Any]) -> None:
    whole = (styles["DIST"] / "dsfr.main.min.css").read_text("utf-8")
    kept = set(WRITTEN.findall(styles["SHEET"].read_text("utf-8")))
    used = styles["used_classes"]()
    lost = set()
    for selectors in re.findall(r"(?<![^{}])([^{}]+)\{(?=[^{}])", whole):
        for selector in selectors.split(","):
            classes = set(WRITTEN.findall(selector))
            if classes <= used and "data-fr-" not in selector:
                lost |= classes - kept
    assert lost == set()


def test_an_icon_used_by_a_page_is_drawn(styles: dict[str, Any]) -> None:
    named = {name for name in styles["used_classes"]() if re.fullmatch(r"fr-icon-[a-z0-9-]+-(line|fill)", name)}
    masks = set(re.findall(r"^\.(fr-icon-[a-z0-9-]+)\{--ens-dessin", styles["SHEET"].read_text("utf-8"), re.M))
    assert named - masks == set()
    assert len(named) > 40


def test_the_name_of_an_icon_is_written_whole_where_it_is_chosen() -> None:
    """Put together by a condition, it would be read as no icon, and drawn as a square."""
    pages = {path.name: path.read_text("utf-8") for path in SOURCE.glob("**/*.html")}
    assert [name for name, text in pages.items() if "fr-icon-{%" in text] == []


def test_a_class_of_ours_is_written_and_used(styles: dict[str, Any]) -> None:
    written = {name for path in styles["own_sheets"]() for name in WRITTEN.findall(path.read_text("utf-8"))}
    text = "\n".join(
        path.read_text("utf-8") for pattern in ("**/*.html", "**/*.py", "**/*.js") for path in SOURCE.glob(pattern)
    )
    # A value after a tint or a level is put together by its template.
    used = {name for name in written if re.search(rf"(?<![\w-]){name}(?![\w-])|{name.rpartition('--')[0]}--\{{", text)}
    assert written - used == set(), "styled, used by no page"


def test_the_typeface_of_the_state_is_not_carried(styles: dict[str, Any]) -> None:
    sheets = [styles["SHEET"], *styles["own_sheets"]()]
    assert not any("Marianne" in path.read_text("utf-8") for path in sheets)
    carried = {path.name for path in SOURCE.rglob("*.woff*")}
    assert carried == {"figtree.woff2", "figtree-etendu.woff2"}
