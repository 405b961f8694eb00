"""Small CSV files: what people export from a spreadsheet is read; what cannot be is refused in words."""

from __future__ import annotations

import pytest

from ens.kernel.tables import TableUnreadable, rows

COLUMNS = ("nom", "depuis", "motif")


def read(tmp_path, content, **how):
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(rows(path, COLUMNS, most=3, **how))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize(("delimiter", "end"), [(";", "\r\n"), (",", "\n")])
def test_commas_or_semicolons_a_byte_order_mark_columns_in_any_order_and_others_beside(tmp_path, mark, delimiter, end):
    lines = [["motif", "autre", "nom", "depuis"], ["", "x", " Élan ", "2026-01-05"]]
    content = mark + (end.join(delimiter.join(line) for line in lines) + end).encode()
    assert read(tmp_path, content) == [(2, {"nom": "Élan", "depuis": "2026-01-05", "motif": ""})]


def test_a_value_on_two_lines_keeps_the_number_where_it_ends(tmp_path):
    ((line, row),) = read(tmp_path, 'nom;depuis;motif\n"deux\nlignes";;\n')
    assert (line, row["nom"]) == (3, "deux\nlignes")


@pytest.mark.parametrize(
    ("line", "why"), [("a;b", "autant de valeurs"), ("a;b;c;d", "autant de valeurs"), ("a\0;b;c", "caractère nul")]
)
def test_a_line_that_cannot_be_read_is_said_and_the_others_are_read(tmp_path, line, why):
    (number, said), (after, row) = read(tmp_path, f"nom;depuis;motif\n{line}\nx;y;z\n")
    assert number == 2 and why in said
    assert (after, row["nom"]) == (3, "x")


def test_an_optional_column_may_not_be_there(tmp_path):
    assert read(tmp_path, "nom;depuis\na;b\n", optional=("motif",)) == [(2, {"nom": "a", "depuis": "b", "motif": ""})]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "la colonne nom manque"),
        ("nom;motif\na;b\n", "la colonne depuis manque"),
        ("nom;depuis;motif\n" + "a;b;c\n" * 4, "plus de 3 lignes"),
        ("nom;depuis;motif\né;b;c\n".encode("latin-1"), "UTF-8"),
        (f"nom;depuis;motif\n{'a' * 140_000};b;c\n", "pas un CSV"),
        ('nom;depuis;motif\n"a"b;c;d\n', "pas un CSV"),
    ],
)
def test_what_cannot_be_read_is_refused_with_why(tmp_path, content, why):
    with pytest.raises(TableUnreadable, match=why):
        read(tmp_path, content)
