"""The former DMP application: announced, then gone, and nobody who still comes by its addresses is lost (S017)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from ens.kernel import clock

DAY = date(2027, 7, 1)


@pytest.fixture
def retired(settings_of, visitor):
    settings_of(ENS_DMP_RETIRED_ON=DAY, ENS_DMP_URL="https://dmp.exemple/", ENS_DMP_HOSTS=["dmp.exemple"])
    return visitor


@pytest.fixture
def settings_of(monkeypatch):
    from django.conf import settings

    def act(**given):
        for name, value in given.items():
            monkeypatch.setattr(settings, name, value)
        monkeypatch.setattr(settings, "ALLOWED_HOSTS", [*settings.ALLOWED_HOSTS, "dmp.exemple"])

    return act


def told(visitor: Client, moment: datetime) -> str:
    with clock.freeze(moment):
        answer = visitor.get("/dmp/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.feature("S017")
def test_the_retirement_is_announced_then_told_from_its_day_on(retired):
    before = told(retired, datetime(2027, 6, 30, 20, tzinfo=UTC))
    assert "va s’arrêter" in before and 'href="https://dmp.exemple/"' in before
    after = told(retired, datetime(2027, 6, 30, 22, 30, tzinfo=UTC))  # already the first of July in Paris
    assert "n’existe plus" in after and "https://dmp.exemple/" not in after
    assert 'href="/connexion/"' in after and 'href="/bienvenue/"' in after


@pytest.mark.feature("S017")
@pytest.mark.parametrize("path", ["/", "/connexion/", "/dossier/12?p=3", "/static/app.js", "/fhir/Patient", "/healthz"])
def test_whoever_comes_by_a_former_name_is_brought_to_the_page_that_tells(retired, path):
    from django.conf import settings

    answer = retired.get(path, headers={"Host": "dmp.exemple:443"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{settings.ENS_BASE_URL}/dmp/")
    assert retired.get("/dmp/dossier/12").headers["Location"] == "/dmp/"
    assert retired.post(path, headers={"Host": "dmp.exemple"}).status_code == 410


def test_where_no_day_is_set_there_is_no_such_page(visitor):
    assert visitor.get("/dmp/").status_code == 404
    assert visitor.get("/dmp/dossier/12").status_code == 404
    assert visitor.get("/", headers={"Host": "dmp.exemple"}).status_code == 400


def test_a_day_that_is_no_day_stops_the_start(monkeypatch):
    from ens.config.environment import MissingSetting, day_or_none

    monkeypatch.setenv("ENS_DMP_RETIRED_ON", "bientôt")
    with pytest.raises(MissingSetting, match="ENS_DMP_RETIRED_ON"):
        day_or_none("ENS_DMP_RETIRED_ON")
    monkeypatch.delenv("ENS_DMP_RETIRED_ON")
    assert day_or_none("ENS_DMP_RETIRED_ON") is None
