"""What watches the pages: a failure names its page and its view, and keeps what they looked like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser import watching

# Written by a sheet made in the page: the page's own rules of security let in no other.
DARK_ON_DARK_WHERE_NARROW = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('@media (max-width: 30em) and (prefers-color-scheme: dark) {' +
        ' main p { color: rgb(40, 40, 40) !important; } }');
    document.adoptedStyleSheets = [sheet];
}"""
PAST_THE_SIDE_AT_320 = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('@media (max-width: 22em) { h1 { width: 400px; } }');
    document.adoptedStyleSheets = [sheet];
}"""


KEPT = "cookies-390-light.jpg"  # of every page, whatever is found


def what_is_said_of(window: Any, name: str) -> str:
    with pytest.raises(AssertionError) as failure:
        watching.check(window, name)
    return str(failure.value)


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SCREENS", raising=False)
    monkeypatch.setattr(watching, "SCREENS", tmp_path)
    return tmp_path


def test_a_colour_that_is_wrong_in_two_views_is_said_and_kept_of_these_alone(tabs: Any, pictures: Path) -> None:
    (window := tabs()).open("/cookies/")
    window.page.evaluate(DARK_ON_DARK_WHERE_NARROW)
    said = what_is_said_of(window, "cookies")
    assert said.startswith("cookies: ")
    assert "390 dark: color-contrast" in said
    assert "320 dark: color-contrast" in said
    assert "light:" not in said
    assert "1280" not in said
    assert {one.name for one in pictures.iterdir()} == {KEPT, "cookies-390-dark.jpg", "cookies-320-dark.jpg"}


def test_what_goes_past_the_side_of_one_width_is_said_and_kept_in_both_themes(tabs: Any, pictures: Path) -> None:
    (window := tabs()).open("/cookies/")
    window.page.evaluate(PAST_THE_SIDE_AT_320)
    said = what_is_said_of(window, "cookies")
    assert "320 light: past the side, <h1" in said
    assert "320 dark: past the side, <h1" in said
    assert "390" not in said
    assert {one.name for one in pictures.iterdir()} == {KEPT, "cookies-320-light.jpg", "cookies-320-dark.jpg"}


def test_a_picture_of_every_view_is_kept_for_who_asks(
    tabs: Any, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCREENS", "1")
    (window := tabs()).open("/cookies/")
    watching.check(window, "cookies")
    views = {f"cookies-{width}-{theme}.jpg" for width, theme in watching.THOROUGH}
    assert {one.name for one in pictures.iterdir()} == views
