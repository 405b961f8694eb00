"""``ens logiciel``: a client that obtains a token and acts for whom it speaks, until it is withdrawn."""

from __future__ import annotations

from argparse import Namespace

import pytest
from django.test import Client

from ens.cli.clients import check, perform
from ens.cli.refusals import CommandRefused
from ens.identity.models import ApplicationCliente
from ens.interop.fhir.authentication import forget_tokens


def asked(action, identifiant="", **options):
    defaults = {"nom": "", "rpps": "", "finess": "", "minimum": ""}
    given = Namespace(action=action, identifiant=identifiant, **{**defaults, **options})
    check(given)
    return perform(given)[0]


def token(client_id, secret):
    given = {"grant_type": "client_credentials", "scope": "dossier", "client_id": client_id, "client_secret": secret}
    body = "&".join(f"{name}={value}" for name, value in given.items())
    answer = Client().post("/oauth2/token", body, content_type="application/x-www-form-urlencoded")
    return answer.status_code, answer.json().get("access_token", "")


def heard(given):
    """What the door answers to a token, asking the database again."""
    forget_tokens()
    return Client().get("/fhir/Patient?identifier=x", headers={"Authorization": f"Bearer {given}"}).status_code


@pytest.mark.parametrize("kind", ["rpps", "finess"])
def test_a_software_is_added_renewed_and_withdrawn(people, kind):
    number = people.professional().rpps if kind == "rpps" else people.establishment().finess
    made = asked("ajouter", nom="Cabinet Été", **{kind: number})
    assert made["client_id"].startswith("cabinet-ete-")
    assert made["for"] == number
    assert made["client_secret"] not in ApplicationCliente.objects.get(client_id=made["client_id"]).client_secret
    status, first = token(made["client_id"], made["client_secret"])
    assert (status, heard(first)) == (200, 200)
    assert made["client_id"] in {one["client_id"] for one in asked("liste")["clients"]}

    renewed = asked("secret", made["client_id"])["client_secret"]
    assert heard(first) == 401
    assert token(made["client_id"], made["client_secret"])[0] == 401
    status, second = token(made["client_id"], renewed)
    assert (status, heard(second)) == (200, 200)

    asked("retirer", made["client_id"])
    assert heard(second) == 401
    assert token(made["client_id"], renewed)[0] == 401
    with pytest.raises(CommandRefused, match="Ce logiciel n'existe pas"):
        asked("retirer", made["client_id"])


@pytest.mark.feature("N021")
def test_a_software_too_old_is_told_to_be_brought_up_to_date(people):
    name = f"Cabinet {people.professional().rpps}"
    one, other = (asked("ajouter", nom=name, rpps=people.professional().rpps) for _ in range(2))
    _, given = token(one["client_id"], one["client_secret"])

    def answer(version=""):
        forget_tokens()
        headers = {"Authorization": f"Bearer {given}", **({"X-App-Version": version} if version else {})}
        return Client().get("/fhir/Patient?identifier=x", headers=headers)

    assert answer().status_code == 200, "no minimum: nothing is asked"
    assert asked("version", nom=name, minimum="2.10")["clients"] == 2
    refused = [answer(said).status_code for said in ("", "cabinet/2.9.9", "cabinet/deux", "2.9")]
    assert refused == [403] * 4
    issue = answer("cabinet/1").json()["issue"][0]
    assert issue["details"]["coding"][0]["code"] == "version_trop_ancienne" and "2.10" in issue["diagnostics"]
    assert [answer(said).status_code for said in ("cabinet/2.10", "ios/2.10.1", "3")] == [200] * 3
    minimums = {each["client_id"]: each["minimum"] for each in asked("liste")["clients"]}
    assert minimums[one["client_id"]] == minimums[other["client_id"]] == "2.10"
    asked("version", one["client_id"])
    assert answer().status_code == 200


@pytest.mark.parametrize(
    ("action", "options", "said"),
    [
        ("ajouter", {"rpps": "10000000000"}, "--nom"),
        ("ajouter", {"nom": "Logiciel"}, "--rpps ou --finess"),
        ("ajouter", {"nom": "Logiciel", "rpps": "1", "finess": "2"}, "--rpps ou --finess"),
        ("ajouter", {"nom": "Logiciel", "rpps": "10000000000"}, "n'est pas dans l'annuaire"),
        ("ajouter", {"nom": "Logiciel", "finess": "000000000"}, "n'est pas dans l'annuaire"),
        ("liste", {"identifiant": "x"}, "ne demande rien"),
        ("secret", {}, "demandent l'identifiant"),
        ("version", {"minimum": "2"}, "l'identifiant d'un logiciel"),
        ("version", {"nom": "Logiciel", "minimum": "deux"}, "s'écrit 2.10.1"),
        ("version", {"nom": "Logiciel inconnu", "minimum": "2"}, "n'existe pas"),
    ],
)
def test_what_makes_no_sense_is_said_and_adds_nothing(db, action, options, said):
    before = ApplicationCliente.objects.count()
    with pytest.raises(CommandRefused, match=said):
        asked(action, **options)
    assert ApplicationCliente.objects.count() == before
