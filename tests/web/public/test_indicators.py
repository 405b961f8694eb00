"""The open indicators: for everyone, once a month, the same in a page and in files, nothing small in them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from ens.enrolment import daily
from ens.enrolment.types import EventKind
from ens.kernel import clock
from tests.steering.crowd import happened, noticed


@pytest.fixture(autouse=True)
def fresh(db):
    cache.clear()
    yield
    cache.clear()


@pytest.mark.feature("B07")
def test_they_are_of_the_end_of_the_last_whole_month_and_hide_small_counts(visitor):
    with clock.freeze(datetime(2025, 6, 12, 9, tzinfo=UTC)):
        people = noticed(6_000, "53", at=datetime(2025, 5, 20, 9, tzinfo=UTC))
        happened(people[:5], EventKind.OPPOSED, at=datetime(2025, 5, 25, 9, tzinfo=UTC))
        happened(people[5:900], EventKind.ACTIVATED, at=datetime(2025, 6, 2, 9, tzinfo=UTC))  # not published yet
        daily.refresh()
        found = visitor.get("/indicateurs/indicateurs.json").json()
        assert found["situation_au"] == "2025-05-31"
        [row] = [row for row in found["departements"] if row["code"] == "53"]
        assert row["oppositions"] is None
        assert row["actives"] in (0, None)
        assert set(found["definitions"]) == set(found["ensemble"])
        file = visitor.get("/indicateurs/indicateurs.csv").content.decode("utf-8-sig")
        [line] = [one for one in csv.DictReader(io.StringIO(file), delimiter=";") if one["departement"] == "53"]
        for name, count in row.items():
            if name in line and name != "libelle":
                assert line[name] == ("" if count is None else str(count)), name
        page = visitor.get("/indicateurs/").content.decode()
        assert 'datetime="2025-05-31"' in page
        assert "Mayenne" in page and "masqué" in page


def test_a_figure_of_each_row_adds_up_when_none_is_hidden(visitor):
    with clock.freeze(datetime(2025, 4, 2, 9, tzinfo=UTC)):
        people = noticed(500, "52", at=datetime(2025, 3, 3, 9, tzinfo=UTC))
        happened(people[:100], EventKind.ACTIVATED, at=datetime(2025, 3, 9, 9, tzinfo=UTC))
        daily.refresh()
        for row in visitor.get("/indicateurs/indicateurs.json").json()["departements"]:
            parts = [row[one] for one in ("actives", "ouverts_a_l_echeance", "oppositions", "en_attente", "reste")]
            if None not in (*parts, row["prevenus"]):
                assert sum(parts) == row["prevenus"]


def test_before_the_first_month_the_page_says_so(visitor):
    with clock.freeze(datetime(2004, 1, 2, 9, tzinfo=UTC)):
        assert "Rien à publier encore" in visitor.get("/indicateurs/").content.decode()


def test_no_other_day_or_form_is_given(visitor):
    today = visitor.get("/indicateurs/indicateurs.json").json()["situation_au"]
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    assert visitor.get("/indicateurs/indicateurs.json", {"au": yesterday}).json()["situation_au"] == today
    assert visitor.get("/indicateurs/indicateurs.parquet").status_code == 404
