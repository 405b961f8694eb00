"""``ens fonctions``: one part of the service stops, at every door it has, and nothing else does (N021)."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from ens.cli.features import check, perform
from ens.cli.refusals import CommandRefused
from ens.persistence import features
from ens.persistence.features import Feature
from ens.web.common.access import access_table
from ens.web.common.stopping import ADDRESSES, feature_of

WHY = "Nous corrigeons une panne."


def asked(action: str, fonction: str = "", motif: str = "") -> tuple[dict[str, Any], list[str]]:
    given = Namespace(action=action, fonction=fonction, motif=motif)
    check(given)
    return perform(given)


@pytest.fixture
def stop(db: Any) -> Iterator[Any]:
    """Stops a feature, taken up again at the end."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    stopped: list[str] = []

    def act(feature: str) -> None:
        stopped.append(feature)
        asked("arreter", feature, WHY)

    yield act
    for feature in stopped:
        asked("reprendre", feature)


@pytest.mark.feature("N021")
def test_what_is_stopped_says_why_and_the_rest_runs(stop, people):
    person = people.usager()
    page = Client()
    page.force_login(person.compte)
    stop("ajout")
    answer = page.get("/documents/ajouter/")
    assert answer.status_code == 503 and answer["Retry-After"]
    shown = answer.content.decode()
    assert "Cette fonction est à l’arrêt" in shown and WHY in shown
    assert page.post("/documents/ajouter/").status_code == 503
    assert page.get("/documents/").status_code == 200
    assert Client().get("/bienvenue/").status_code == 200
    asked("reprendre", "ajout")
    assert page.get("/documents/ajouter/").status_code == 200


def test_a_software_hears_which_part_is_stopped(stop, people):
    from tests.cli.test_clients import asked as client
    from tests.cli.test_clients import token

    made = client("ajouter", nom="Labo", finess=people.establishment().finess)
    _, given = token(made["client_id"], made["client_secret"])
    headers = {"Authorization": f"Bearer {given}"}

    def deposit() -> Any:
        return Client().post("/fhir/", b"{}", content_type="application/fhir+json", headers=headers)

    stop("depot")
    issue = deposit().json()["issue"][0]
    assert (deposit().status_code, issue["details"]["coding"][0]["code"]) == (503, "fonction_arretee")
    assert WHY in issue["diagnostics"]
    assert deposit()["Retry-After"] == "60"
    assert Client().get("/fhir/Patient?identifier=x", headers=headers).status_code == 200
    stop("lecture")
    assert Client().get("/fhir/Patient?identifier=x", headers=headers).status_code == 503
    assert Client().get("/fhir/metadata").status_code == 200
    asked("reprendre", "depot")
    assert deposit().status_code == 400


def test_mail_waits_in_its_operator_s_queue(stop):
    from ens.interop.smtp.handler import _check_sender, _guarded

    stop("reception")
    answer = _guarded(lambda: _check_sender("labo@operateur.example", None))  # type: ignore[arg-type]
    assert answer.reply.startswith("451 4.3.2 fonction_arretee")


def test_another_process_hears_of_it_after_a_few_seconds(stop, monkeypatch):
    features.check(Feature.EXPORTS)
    stop("exports")
    monkeypatch.setattr(features, "_believed", (features.time.monotonic(), {}))  # one that has just asked
    features.check(Feature.EXPORTS)
    monkeypatch.setattr(features, "BELIEVED_S", 0)
    with pytest.raises(features.FeatureStopped):
        features.check(Feature.EXPORTS)


def test_the_table_names_addresses_that_exist_and_never_a_right():
    names = set(access_table())
    assert set(ADDRESSES) <= names
    rights = ("bienvenue", "recepisse", "usager:documents", "usager:choisir_acces", "usager:historique", "deconnexion")
    assert [feature_of(name) for name in rights] == [None] * len(rights)
    assert feature_of("professionnel:recherche") is Feature.PROFESSIONALS


def test_the_list_says_what_is_stopped_and_by_a_trace_when(stop):
    from ens.audit.models import ServiceLine

    stop("envoi")
    facts, said = asked("liste")
    (one,) = (feature for feature in facts["features"] if feature["stopped"])
    assert one["feature"] == "envoi" and one["why"] == WHY
    assert len(said) == len(Feature)
    assert "motif est changé" in asked("arreter", "envoi", "Une autre raison.")[1][0]
    assert ServiceLine.objects.filter(stream="fonctions", event="fonction_arreter", code="envoi").count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("arreter", "opposition", WHY), "n'existe pas"),
        (("arreter", "envoi"), "--motif"),
        (("arreter", "envoi", "x" * 161), "160"),
        (("reprendre",), "demandent une fonction"),
    ],
)
def test_what_makes_no_sense_is_refused(db, given, said):
    with pytest.raises(CommandRefused, match=said):
        asked(*given)
