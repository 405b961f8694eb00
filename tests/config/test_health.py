"""What an operator asks the space: each part's state to those who may know, figures without personal data."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings


@pytest.fixture
def operator(db) -> Client:
    return Client()


def test_each_part_says_its_state_to_loopback_only(operator):
    near = operator.get("/healthz").json()
    assert set(near["parts"]) >= {"database", "store", "smtp", "worker"}
    far = operator.get("/healthz", REMOTE_ADDR="192.0.2.7").json()
    assert set(far) == {"status"}
    behind_a_proxy = operator.get("/healthz", headers={"X-Forwarded-For": "192.0.2.7"}).json()
    assert set(behind_a_proxy) == {"status"}


def test_a_demonstration_is_ready_once_its_contract_is_written(operator, tmp_path):
    with override_settings(ENS_DEMONSTRATION=True, ENS_DATA=tmp_path):
        before = operator.get("/healthz")
        (tmp_path / "demo.json").write_text("{}")
        after = operator.get("/healthz")
    assert (before.status_code, before.json()["parts"]["demonstration"]) == (503, "unavailable")
    assert after.json()["parts"]["demonstration"] == "ok"


def test_figures_are_for_loopback_or_the_bearer_of_the_token(operator, settings_token):
    assert b"ens_outbox_pending" in operator.get("/metrics").content
    assert operator.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404
    bearer = {"Authorization": f"Bearer {settings_token}"}
    assert operator.get("/metrics", REMOTE_ADDR="192.0.2.7", headers=bearer).status_code == 200


@pytest.fixture
def settings_token():
    with override_settings(ENS_METRICS_TOKEN="jeton-de-mesure"):
        yield "jeton-de-mesure"


def test_figures_name_routes_and_never_an_address(operator):
    operator.get("/documents/01a20632-dd52-7140-baf1-e6ac5fbff926/")
    figures = operator.get("/metrics").content
    assert b"01a20632" not in figures
    assert b'route="usager:document"' in figures
