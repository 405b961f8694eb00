"""The narrative as HTML: nothing dangerous passes, everything readable does."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from ens.standards.cda.body import read_body
from ens.standards.cda.narrative import to_html, to_text
from ens.standards.xmlsafe import Element, parse
from tests.standards.cda_example import document, structured_body

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
ALLOWED_TAGS = {
    *("a", "br", "caption", "del", "div", "em", "h2", "h3", "h4", "h5", "h6", "img", "ins", "li", "ol", "p", "section"),
    *("span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
ALLOWED_ATTRIBUTES = {
    *("alt", "aria-label", "class", "colspan", "href", "id", "role", "rowspan", "scope", "src", "tabindex"),
}


def structured(*sections: str) -> Element:
    found = read_body(parse(document(body=structured_body(*sections)))).structured
    assert found is not None
    return found


def section(text: str, *, title: str = "Résultats", inside: str = "", entries: str = "") -> str:
    return f"<section><title>{title}</title><text>{text}</text>{entries}{inside}</section>"


def rendered(text: str, **more: str) -> str:
    return to_html(structured(section(text, **more)))


def picture(data: bytes, *, announced: str = "image/png", identifier: str = "IMG1") -> str:
    encoded = base64.b64encode(data).decode()
    return (
        f'<entry><observationMedia ID="{identifier}"><value mediaType="{announced}" representation="B64">{encoded}'
        "</value></observationMedia></entry>"
    )


def check_safe(markup: str) -> None:
    """Only what a strict CSP and a screen reader accept."""
    tree = html.fragment_fromstring(markup)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in tree.iter():
        assert element.tag in ALLOWED_TAGS
        assert set(element.attrib) <= ALLOWED_ATTRIBUTES
        assert element.get("href", "#cda-x").startswith("#cda-")
        assert re.match(r"data:image/(png|jpeg|gif);base64,", element.get("src", "data:image/png;base64,"))
        assert all(name.startswith("cda-") for name in (element.get("class") or "").split())
        assert (element.get("id") or "cda-").startswith("cda-")


HOSTILE = [
    "<script>alert(1)</script>",
    '<paragraph onclick="alert(1)" style="color:red" styleCode="x" ID="a b">mot</paragraph>',
    '<linkHtml href="javascript:alert(1)">mot</linkHtml>',
    '<linkHtml href="https://pistage.example/p.gif">mot</linkHtml>',
    '<linkHtml href=" jAvAsCrIpT:alert(1)">mot</linkHtml>',
    '<linkHtml href="#&quot; onmouseover=&quot;alert(1)">mot</linkHtml>',
    '<img src="https://pistage.example/p.gif" onerror="alert(1)"/>mot',
    '<iframe src="https://pistage.example">mot</iframe>',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>mot',
    '<table style="x" onclick="y"><tr onclick="z"><td colspan="9999999" rowspan="-1">mot</td></tr></table>',
    '<content styleCode="Bold&quot;&gt;&lt;script&gt;">mot</content>',
    '<renderMultiMedia referencedObject="../../etc/passwd"/>mot',
    "&lt;script&gt;alert(1)&lt;/script&gt; mot",
    '<style>@import "https://pistage.example"</style>mot',
    '<form action="https://pistage.example"><input name="x"/>mot</form>',
    "<!-- commentaire --><?php system('x') ?>mot",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_dangerous_passes(text: str) -> None:
    markup = rendered(text)
    check_safe(markup)
    assert "<script" not in markup
    if "mot" in text:
        assert "mot" in markup


def test_unknown_elements_keep_their_words_only() -> None:
    markup = rendered('<marquee loop="3">un <blink>deux</blink> trois</marquee>')
    check_safe(markup)
    assert "un deux trois" in " ".join(html.fragment_fromstring(markup).text_content().split())


NAMES = st.sampled_from(
    [
        "paragraph",
        "content",
        "table",
        "tr",
        "td",
        "th",
        "thead",
        "list",
        "item",
        "br",
        "sub",
        "caption",
        "linkHtml",
        "footnote",
        "renderMultiMedia",
        "script",
        "a",
        "b",
    ]
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["ID", "href", "onclick", "style", "styleCode", "colspan", "referencedObject", "revised", "src"]),
    st.sampled_from(["a", "#a", "javascript:x", "Bold", "2", "delete", "https://x.example/", '"><script>']),
    max_size=3,
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 0) -> str:
    made = etree.Element(draw(NAMES), draw(ATTRIBUTES))
    made.text = draw(st.sampled_from(["", "mot", "<script>"]))
    opened = etree.tostring(made, encoding="unicode")
    if depth >= 4 or opened.endswith("/>"):
        return opened
    inside = "".join(draw(st.lists(trees(depth + 1), max_size=3)))
    return opened.replace(f"</{made.tag}>", f"{inside}fin</{made.tag}>")


@given(st.lists(trees(), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_mix_of_elements_gives_safe_html(parts: list[str]) -> None:
    tree = structured(section("".join(parts)))
    check_safe(to_html(tree))
    to_text(tree)


def test_titles_follow_the_sections() -> None:
    inside = "<component>" + section("b", title="Détail") + "</component>"
    markup = to_html(structured(section("a", title="Bilan", inside=inside), section("c", title="Suite")), heading=3)
    assert re.findall(r"<(h\d)>([^<]+)", markup) == [("h3", "Bilan"), ("h4", "Détail"), ("h3", "Suite")]


def test_a_section_without_title_leaves_no_hole_in_the_levels() -> None:
    inner = f"<component>{section('a', title='Détail')}</component>"
    assert "<h2>Détail</h2>" in to_html(structured(f"<section>{inner}</section>"))


def test_titles_stop_at_the_sixth_level() -> None:
    text = section("fond", title="8")
    for level in range(7, 0, -1):
        text = section("", title=str(level), inside=f"<component>{text}</component>")
    check_safe(to_html(structured(text)))


TABLE = """<table border="1" width="100%"><caption>Ionogramme</caption><col width="3"/>
  <thead><tr><th>Examen</th><th></th><th colspan="2">Valeur</th></tr></thead>
  <tbody><tr><th>Sodium</th><td>140</td><td rowspan="2">mmol/l</td></tr><tr><td>Potassium</td><td>4,1</td></tr></tbody>
</table>"""


def test_a_table_is_a_region_that_the_keyboard_scrolls() -> None:
    frame = html.fragment_fromstring(rendered(TABLE)).find(".//div[@class='cda-table']")
    assert frame is not None
    assert (frame.get("role"), frame.get("tabindex"), frame.get("aria-label")) == ("region", "0", "Ionogramme")
    assert frame.findtext("table/caption") == "Ionogramme"


def test_header_cells_have_their_scope() -> None:
    tree = html.fragment_fromstring(rendered(TABLE))
    assert [(cell.text, cell.get("scope")) for cell in tree.iter("th")] == [
        ("Examen", "col"),
        ("Valeur", "col"),
        ("Sodium", "row"),
    ]
    assert [cell.get("colspan") for cell in tree.iter("th")] == [None, "2", None]
    assert [cell.text for cell in tree.iter("td")] == [None, "140", "mmol/l", "Potassium", "4,1"]


def test_two_tables_have_two_names() -> None:
    tree = html.fragment_fromstring(rendered(TABLE + TABLE.replace("<caption>Ionogramme</caption>", "") * 2))
    assert [frame.get("aria-label") for frame in tree.iter("div") if frame.get("role")] == [
        "Ionogramme",
        "Résultats",
        "Résultats (2)",
    ]


def test_a_table_without_rows_is_left_out() -> None:
    assert "<table" not in rendered("<table><thead/><tbody><tr/></tbody></table>")


def test_lists_styles_and_indices_are_kept() -> None:
    markup = rendered(
        '<list listType="ordered"><caption>À faire</caption><item>Un</item><item>Deux</item></list>'
        '<list><item><content styleCode="Bold">gras</content></item></list>'
        '<content styleCode="Italics">penché</content>'
        '<paragraph>m<sup>2</sup>, CO<sub>2</sub>, <content revised="delete">faux</content></paragraph>'
    )
    check_safe(markup)
    for part in ("<ol", "<li>Deux</li>", "<strong>gras</strong>", "<em>penché</em>", "<sup>2</sup>", "<del>faux</del>"):
        assert part in markup


def test_a_paragraph_that_holds_a_table_is_no_p() -> None:
    tree = html.fragment_fromstring(rendered(f"<paragraph>Voici {TABLE}</paragraph>"))
    assert not [p for p in tree.iter("p") if p.findall(".//table")]


def test_links_stay_inside_the_document() -> None:
    markup = rendered(
        '<paragraph ID="note1">La note</paragraph><linkHtml href="#note1">voir</linkHtml>'
        '<linkHtml href="#absente">rien</linkHtml>'
        '<linkHtml href="https://www.e-cancer.fr">Institut</linkHtml><linkHtml href="http://clair.example">clair</linkHtml>'
    )
    check_safe(markup)
    assert '<a href="#cda-note1">voir</a>' in markup
    assert markup.count("<a ") == 1
    assert "Institut (https://www.e-cancer.fr)" in markup
    assert "clair.example" not in markup


def test_a_repeated_id_is_given_once() -> None:
    markup = rendered('<paragraph ID="x">1</paragraph><paragraph ID="x">2</paragraph>')
    assert markup.count('id="cda-x"') == 1


def test_footnotes_are_linked() -> None:
    markup = rendered('mot<footnoteRef IDREF="n1"/> <footnote ID="n1">Une note.</footnote>')
    check_safe(markup)
    assert '<sup><a href="#cda-n1">note</a></sup>' in markup
    assert 'id="cda-n1"' in markup


@pytest.mark.parametrize(
    ("data", "announced", "source"),
    [
        (PNG, "image/png", "data:image/png;base64,"),
        (b"\xff\xd8\xff\xe0jpeg", "image/jpeg", "data:image/jpeg;base64,"),
        (b"GIF89a", "image/gif", "data:image/gif;base64,"),
        (PNG, "image/jpeg", "data:image/png;base64,"),  # the bytes decide, not the announcement
    ],
)
def test_an_embedded_picture_is_shown(data: bytes, announced: str, source: str) -> None:
    markup = rendered(
        '<renderMultiMedia referencedObject="IMG1"><caption>Radio du poignet</caption></renderMultiMedia>',
        entries=picture(data, announced=announced),
    )
    check_safe(markup)
    assert source in markup
    assert 'alt="Radio du poignet"' in markup


@pytest.mark.parametrize(
    ("data", "announced", "says"),
    [
        (b"<svg onload='x'/>", "image/svg+xml", "ne peut pas être affichée"),
        (b"<script>", "image/png", "ne peut pas être affichée"),
        (b"%PDF-1.4", "application/pdf", "Un fichier PDF est joint"),
        (PNG + b"\x00" * 5_000_000, "image/png", "ne peut pas être affichée"),
    ],
)
def test_what_is_not_a_picture_is_said(data: bytes, announced: str, says: str) -> None:
    markup = rendered('<renderMultiMedia referencedObject="IMG1"/>', entries=picture(data, announced=announced))
    assert "<img" not in markup
    assert says in markup


def test_the_text_says_the_same() -> None:
    text = to_text(
        structured(
            section(
                f"<paragraph>La <content>TSH</content> est<br/>normale.</paragraph>{TABLE}"
                "<list><item>Un</item><item>Deux</item></list>"
            )
        )
    )
    assert text.splitlines() == [
        "RÉSULTATS",
        "La TSH est",
        "normale.",
        "Ionogramme",
        "Examen | | Valeur",
        "Sodium | 140 | mmol/l",
        "Potassium | 4,1",
        "- Un",
        "- Deux",
    ]


def test_a_figure_its_unit_and_its_arrow_stay_on_one_line() -> None:
    kept = {"0,98 g/L ↑": 2, "1,82 mUI/L": 1, "< 0,5 µmol/L": 2, "10,5 à 14,0": 2, "12 mars, à jeun la veille": 0}
    for words, spaces in kept.items():
        row = f"<table><tbody><tr><td>{words.replace('<', '&lt;')}</td></tr></tbody></table>"
        (cell,) = html.fragment_fromstring(rendered(row)).iter("td")
        assert str(cell.text).count("\u00a0") == spaces, words
