"""The parameters of the catalogue: decisions that follow one another, labels with their day, a page for everyone."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ens.cli.imports import check, perform
from ens.cli.refusals import CommandRefused
from ens.kernel import clock
from ens.kernel.ids import new_id

HEAD = "identifiant;nom;editeur;type;categorie;url;statut;depuis;motif;label;label_le"


@pytest.fixture(autouse=True)
def today(db: Any):
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    with clock.freeze(datetime(2026, 6, 15, 9, tzinfo=UTC)) as moment:
        yield moment


@pytest.fixture
def name() -> str:
    return f"carnet-{new_id().hex[-8:]}"


def load(folder: Path, *lines: str, head: str = HEAD) -> dict[str, Any]:
    path = folder / "catalogue.csv"
    path.write_text("\n".join((head, *lines)) + "\n", "utf-8")
    given = {"dry_run": False, "refus": None, "rapprocher": False, "disparitions": False, "essai": False}
    options = Namespace(what="catalogue", file=path, **given)
    check(options)
    return perform(options)[0]


def line(name: str, status: str, since: str, why: str = "", label: str = "", on: str = "", **changes: str) -> str:
    said = {"type": "application", "url": f"https://{name}.exemple/", **changes}
    return f"{name};{name.title()};Éditeur;{said['type']};Suivi;{said['url']};{status};{since};{why};{label};{on}"


def page() -> str:
    return " ".join(Client().get("/catalogue/").content.decode().split())


@pytest.mark.feature("S125", "S126")
def test_a_service_is_listed_shown_with_its_label_suspended_then_gone(tmp_path, name):
    label = {"label": "Label Exemple", "on": "2026-02-01"}
    assert load(tmp_path, line(name, "candidate", "2026-01-05", **label))["added"] == 1
    assert name.title() not in page()
    asked, listed = line(name, "candidate", "2026-01-05", **label), line(name, "en_ligne", "2026-03-01", **label)
    report = load(tmp_path, asked, listed)
    assert (report["changed"], report["unchanged"], report["refused"]) == (1, 1, [])
    shown = page()
    assert f'href="https://{name}.exemple/"' in shown
    words = re.sub(r"<[^>]+>", "", shown).replace("\xa0", " ")
    assert "Référencé depuis le 1er mars 2026" in words
    assert "Label Exemple, le 1er février 2026" in words
    load(tmp_path, line(name, "suspendue", "2026-04-01", "Faille", **label))
    assert f'href="https://{name}.exemple/"' not in page() and "Référencement suspendu depuis le" in page()
    assert "Faille" not in page()
    load(tmp_path, line(name, "dereferencee", "2026-05-01", "Fin", **label))
    assert name.title() not in page()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"status": "en_ligne"}, "ne suit pas"),
        ({"status": "contente"}, "n'existe pas"),
        ({"since": "demain"}, "AAAA-MM-JJ"),
        ({"since": "2026-06-16"}, "pas encore venu"),
        ({"label": "Label"}, "avec sa date"),
        ({"type": "jeu"}, "« application » ou « site »"),
        ({"url": "javascript:alert(1)"}, "https://"),
        ({"url": "http://exemple.fr"}, "https://"),
        ({"name": "Nom à espaces"}, "minuscules"),
    ],
)
def test_a_wrong_line_is_refused_with_its_reason_and_the_others_are_taken(tmp_path, name, wrong, why):
    given = {"name": f"x{name}", "status": "candidate", "since": "2026-01-05", **wrong}
    report = load(tmp_path, line(**given), line(name, "candidate", "2026-01-05"))
    assert report["added"] == 1
    assert [one["line"] for one in report["refused"]] == [2]
    assert why in report["refused"][0]["reason"]


def test_a_decision_says_why_and_never_rewrites_the_past(tmp_path, name):
    load(tmp_path, line(name, "candidate", "2026-01-05"), line(name, "en_ligne", "2026-03-01"))
    report = load(
        tmp_path, line(name, "suspendue", "2026-04-01"), line(name, "dereferencee", "2026-02-01", "Fin"),
        line(name, "candidate", "2026-03-01"),
    )  # fmt: skip
    reasons = {one["line"]: one["reason"] for one in report["refused"]}
    assert "demande un motif" in reasons[2]
    assert "plus récente" in reasons[3]
    assert "déjà le statut en_ligne" in reasons[4]


def test_a_file_without_its_columns_is_refused_whole(tmp_path):
    with pytest.raises(CommandRefused, match="la colonne label_le manque"):
        load(tmp_path, head=HEAD.removesuffix(";label_le"))
