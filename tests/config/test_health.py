"""What an operator asks the space: each part's state to those who may know, figures without personal data."""

from __future__ import annotations

import socket
from threading import Thread

import pytest
from django.test import Client, override_settings

from ens.coffre import founding
from ens.config import health
from tests.messaging.trust import Keepers


@pytest.fixture
def operator(db, monkeypatch) -> Client:
    monkeypatch.setattr(health, "KEPT_S", 0)  # each question is tried anew
    return Client()


def test_each_part_says_its_state_to_loopback_only(operator):
    near = operator.get("/healthz").json()
    assert set(near["parts"]) >= {"database", "store", "smtp", "worker"}
    far = operator.get("/healthz", REMOTE_ADDR="192.0.2.7").json()
    assert set(far) == {"status"}
    behind_a_proxy = operator.get("/healthz", headers={"X-Forwarded-For": "192.0.2.7"}).json()
    assert set(behind_a_proxy) == {"status"}


def test_the_store_is_well_only_where_a_byte_can_be_written(operator, tmp_path):
    (tmp_path / "fichier").write_text("pas un dossier")
    with override_settings(ENS_STORE=str(tmp_path / "contenus")):
        founding.make()
        assert operator.get("/healthz").json()["parts"]["store"] == "ok"
        assert [path.name for path in (tmp_path / "contenus").iterdir()] == ["espace"]  # what was written is not left
    with override_settings(ENS_STORE=str(tmp_path / "fichier" / "contenus")):
        answer = operator.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["store"]) == (503, "unavailable")


@pytest.mark.parametrize("empty", [False, True])
def test_a_store_that_is_not_mounted_is_said_and_is_not_made_in_its_place(operator, store_not_mounted, empty):
    with store_not_mounted(empty=empty) as place:
        answer = operator.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["store"]) == (503, "unavailable")
    assert not any(place.glob("*"))


def test_a_store_almost_full_says_so_before_it_refuses(operator, tmp_path, monkeypatch):
    monkeypatch.setattr(health, "ROOM_BYTES", 2**60)  # more than this disk has
    with override_settings(ENS_STORE=str(tmp_path)):
        founding.make()
        answer = operator.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["store"]) == (503, "full")


@pytest.mark.parametrize(
    ("greeting", "state"), [(b"220 ici\r\n", "ok"), (b"421 plein\r\n", "ok"), (b"", "unavailable")]
)
def test_the_mail_door_is_well_when_it_greets(operator, greeting, state):
    """One that accepts connections and says nothing is not."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def greet() -> None:
            called, _ = door.accept()
            with called:
                called.sendall(greeting)

        greeting_once = Thread(target=greet)
        greeting_once.start()
        with override_settings(ENS_SMTP_LISTEN=f"127.0.0.1:{door.getsockname()[1]}"):
            parts = operator.get("/healthz").json()["parts"]
        greeting_once.join()
    assert parts["smtp"] == state


@pytest.mark.feature("S090")
def test_what_the_trust_space_lacks_is_said_and_stops_nothing(operator, tmp_path, monkeypatch):
    monkeypatch.setattr(health, "WARNED_S", 0)
    authority = Keepers().authority
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    lacks = (
        "Révocations de c=fr, cn=ac du test, o=essai : aucune liste. "
        "Un certificat révoqué par elle serait encore entendu."
    )
    with override_settings(ENS_SMTP_CA="", ENS_SMTP_CERT=str(tmp_path / "absent.pem")):
        without = operator.get("/healthz")
    with override_settings(ENS_SMTP_CA=str(tmp_path / "ca.pem")):
        answer = operator.get("/healthz")
    assert f"Certificat {tmp_path / 'absent.pem'} : il ne se lit pas." in without.json()["warnings"]
    assert lacks in answer.json()["warnings"]
    assert lacks not in without.json()["warnings"]
    assert (answer.status_code, answer.json()["parts"]) == (without.status_code, without.json()["parts"])
    assert "warnings" not in operator.get("/healthz", REMOTE_ADDR="192.0.2.7").json()


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
