"""A visit without an account: everything is read, nothing is written, by any door (N020)."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from ens.web.common.access import access_table
from tests.doors.addresses import ADDRESSES


@pytest.fixture
def visit(db: Any, monkeypatch: Any, tmp_path: Any) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "ENS_VISITE_FROM", tmp_path / "demo.json")
    settings.ENS_VISITE_FROM.write_text("{}", "utf-8")

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    monkeypatch.setattr(settings, "ENS_VISITE", True)


@pytest.mark.feature("N020")
def test_everything_is_read_and_nothing_is_written(visit, people):
    person = people.usager()
    page = Client()
    page.force_login(person.compte)
    assert page.get("/documents/").status_code == page.get("/messages/").status_code == 200
    before = page.get("/confidentialite/").content
    answer = page.post("/documents/ajouter/", {"titre": "Bilan"})
    assert answer.status_code == 403
    assert "Ce n’est pas possible pendant la visite" in answer.content.decode()
    answer = page.post("/confidentialite/autoriser/", {"rpps": people.professional().rpps})
    assert answer.status_code == 403
    assert b"Dupond" not in before and b"Dupond" not in page.get("/confidentialite/").content
    assert page.post("/deconnexion/").status_code == 302


@pytest.mark.feature("N020")
def test_no_form_of_any_page_is_taken_but_those_to_come_in_and_leave(visit, people):
    """Whoever sends it: what the table of addresses takes, but software's own addresses."""
    from django.urls import reverse

    taken = {name for name, row in ADDRESSES.items() if row.takes and not row.about}
    taken -= {name for name, audience in access_table().items() if audience in ("client", "demonstration")}
    comptes = {"usager": people.usager().compte}
    for name in sorted(taken - {"deconnexion"}):
        page = Client()
        if name.startswith("usager:"):
            page.force_login(comptes["usager"])
        elif ":" in name:
            continue  # other audiences are sent to the sign-in page first, as nobody
        assert page.post(reverse(name)).status_code == 403, name


def test_software_reads_and_files_nothing_and_no_mail_comes(visit, people):
    from ens.interop.smtp.handler import _check_sender, _guarded
    from tests.cli.test_clients import asked, token

    made = asked("ajouter", nom="Labo", finess=people.establishment().finess)
    _, given = token(made["client_id"], made["client_secret"])
    headers = {"Authorization": f"Bearer {given}"}
    answer = Client().post("/fhir/", b"{}", content_type="application/fhir+json", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "visite_seulement"
    assert Client().get("/fhir/Patient?identifier=x", headers=headers).status_code == 200
    refused = _guarded(lambda: _check_sender("labo@operateur.example", None))  # type: ignore[arg-type]
    assert refused.reply.startswith("554 5.7.1 visite_seulement")


def test_its_own_story_is_told_before(visit):
    from django.conf import settings

    from ens.persistence import features
    from ens.persistence.errors import VisitOnly

    with pytest.raises(VisitOnly):
        features.check_may_write()
    settings.ENS_VISITE_FROM.unlink()
    features.check_may_write()


def test_the_home_page_offers_the_visit_here_or_where_it_is(visit, monkeypatch):
    from django.conf import settings

    home = Client().get("/").content.decode()
    assert 'action="/demonstration/entrer/inaya/"' in home and "Visiter sans compte" in home
    monkeypatch.setattr(settings, "ENS_VISITE", False)
    assert "Visiter sans compte" not in Client().get("/").content.decode()
    monkeypatch.setattr(settings, "ENS_VISITE_URL", "https://visite.exemple/")
    assert 'href="https://visite.exemple/"' in Client().get("/").content.decode()


def test_a_production_cannot_be_visited():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import django; django.setup()"],
        env={**os.environ, "ENS_DEMONSTRATION": "0", "ENS_VISITE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode and "ENS_VISITE ne vaut que pour une démonstration" in done.stderr
