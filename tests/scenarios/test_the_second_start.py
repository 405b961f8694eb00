"""A space started again, elsewhere then on the same folder: everything is there, once, and choices are kept."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.scenarios.conftest import Software, Visitor, copy, kept, started_on

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(240)]
STABLE = ("usagers", "professionals", "establishments", "personas")


def as_people_know_it(contract: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on where the space is."""
    return {**{name: contract[name] for name in STABLE}, "operators": [one["domain"] for one in contract["operators"]]}


def links(page: str, kind: str) -> list[str]:
    return re.findall(rf'href="/{kind}/([0-9a-f-]{{36}})/"', page)


def refuses_another_search_key(data, space):
    """Nobody would be found any more: it does not start, and nothing has changed once its own is back."""
    key, places = data / "secrets" / "recherche", space.ports
    own = key.read_bytes()
    key.write_bytes(bytes(32))
    arguments = ("--demo", "--http", f"127.0.0.1:{places[0]}", "--smtp", f"127.0.0.1:{places[1]}")
    refused = space.ens("up", *arguments)
    key.write_bytes(own)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "La clé « recherche »" in refused.stderr and "rien n'a été changé" in refused.stderr


@pytest.mark.feature("B01")
def test_started_again_the_space_holds_what_it_held_and_no_more(kept_folder, prepared):
    first = json.loads((prepared / "demo.json").read_text())
    copy(prepared, kept_folder / "var")
    with started_on(kept_folder) as space:
        assert as_people_know_it(space.contract) == as_people_know_it(first)
        inaya = Visitor(space, "inaya")
        documents = links(inaya.get("/documents/"), "documents")
        threads = links(inaya.get("/messages/"), "messages")
        assert len(documents) == 14 and len(threads) == 7
        notices = len(kept(kept_folder / "var" / "demonstration" / "boites" / "courriel"))
        privacy = inaya.get("/confidentialite/")
        chosen = {"rpps": space.one("professionals", "dupond")["rpps"], "choix": "bloquer"}
        inaya.submit(privacy, "/confidentialite/choisir/", chosen)

    refuses_another_search_key(kept_folder / "var", space)

    with started_on(kept_folder) as space:
        assert as_people_know_it(space.contract) == as_people_know_it(first)
        inaya = Visitor(space, "inaya")
        assert links(inaya.get("/documents/"), "documents") == documents
        assert links(inaya.get("/messages/"), "messages") == threads
        assert len(kept(kept_folder / "var" / "demonstration" / "boites" / "courriel")) >= notices
        blocked = Software(space, "professionals", "dupond")
        who = space.one("usagers", "inaya")
        status, bundle = blocked.call(f"DocumentReference?patient.identifier=urn:oid:{who['oid']}|{who['matricule']}")
        assert (status, bundle.get("entry", [])) == (200, [])
