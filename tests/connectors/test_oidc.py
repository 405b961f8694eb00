"""The client of an identity provider: with a real one, and with one that lies in every way we know of."""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from ens.connectors.oidc.client import OpenIDProvider
from ens.identity.errors import IdentityRefused, ProviderUnavailable
from ens.identity.types import Pivot
from tests.connectors import providers

BACK = "https://ens.example/connexion/retour/"
INAYA = {
    "family_name": "MICHEL", "given_name": "INAYA ROSE", "birthdate": "1989-04-02", "gender": "female",
    "birthplace": "75056", "birthcountry": "99100",
}  # fmt: skip
PIVOT = Pivot("MICHEL", "INAYA ROSE", date(1989, 4, 2), "F", "75056")


@pytest.fixture(scope="module")
def issuer():
    with providers.real() as found:
        yield found


@pytest.fixture
def forger():
    with providers.forger() as found:
        yield found


def client(issuer, tmp_path, *, acr=""):
    secret = tmp_path / "secret"
    secret.write_text("rien-que-nous\n")
    return OpenIDProvider(
        issuer=issuer, client_id="ens", secret_file=str(secret), name="FranceConnect", scopes="openid profile", acr=acr,
        redirect_uri=BACK,
    )  # fmt: skip


def honest(forger, question, **more):
    now = int(time.time())
    claims = {"iss": forger.issuer, "aud": "ens", "sub": "abc", "iat": now, "exp": now + 60, "nonce": question.nonce}
    forger.claims, forger.info = {**claims, **more}, {"sub": "abc", **INAYA}


@pytest.mark.feature("B21")
def test_a_real_provider_says_who_it_is(issuer, tmp_path):
    providers.register(issuer, "inaya", INAYA)
    ours = client(issuer, tmp_path)
    question = ours.question()
    said = providers.consent(question.url, "inaya")
    assert said["state"] == question.state
    found = ours.answer(said["code"], question)
    assert (found.issuer, found.subject, found.pivot) == (issuer, "inaya", PIVOT)
    way_out = urlsplit(ours.end_of_session(found.id_token, "https://ens.example/"))
    assert way_out.path.endswith("/end_session")
    assert parse_qs(way_out.query)["id_token_hint"] == [found.id_token]


def test_a_real_provider_takes_a_code_once(issuer, tmp_path):
    ours = client(issuer, tmp_path)
    question = ours.question()
    code = providers.consent(question.url, "inaya")["code"]
    ours.answer(code, question)
    with pytest.raises(IdentityRefused):
        ours.answer(code, question)


def test_a_person_who_refuses_is_said_so(issuer, tmp_path):
    assert providers.consent(client(issuer, tmp_path).question().url, denies=True)["error"] == "access_denied"


def test_each_question_is_another_and_carries_a_challenge(issuer, tmp_path):
    ours = client(issuer, tmp_path, acr="eidas2 eidas3")
    one, two = ours.question(), ours.question()
    assert {one.state, one.nonce, one.verifier}.isdisjoint({two.state, two.nonce, two.verifier})
    asked = parse_qs(urlsplit(one.url).query)
    expected = base64.urlsafe_b64encode(hashlib.sha256(one.verifier.encode()).digest()).rstrip(b"=").decode()
    assert asked["code_challenge"] == [expected]
    assert (asked["code_challenge_method"], asked["response_type"], asked["redirect_uri"]) == (
        ["S256"],
        ["code"],
        [BACK],
    )
    assert (asked["nonce"], asked["acr_values"]) == ([one.nonce], ["eidas2 eidas3"])


HOUR = 3600
LIES = {
    "another nonce": {"nonce": "autre"},
    "another issuer": {"iss": "https://ailleurs.example"},
    "for somebody else": {"aud": "autre-service"},
    "for several, by another": {"aud": ["ens", "autre"], "azp": "autre"},
    "for several, by nobody said": {"aud": ["ens", "autre"]},
    "over": {"exp": int(time.time()) - HOUR, "iat": int(time.time()) - 2 * HOUR},
    "made tomorrow": {"iat": int(time.time()) + 24 * HOUR},
    "of another token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "of nobody": {"sub": ""},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_what_is_not_about_this_sign_in_is_refused(forger, tmp_path, lie):
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question, **lie)
    with pytest.raises(IdentityRefused):
        ours.answer("code", question)


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "iat", "sub", "nonce"])
def test_what_does_not_say_everything_is_refused(forger, tmp_path, missing):
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question)
    del forger.claims[missing]
    with pytest.raises(IdentityRefused):
        ours.answer("code", question)


def test_what_is_signed_by_another_key_or_by_our_secret_is_refused(forger, tmp_path):
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question)
    forger.signer = forger.stranger
    with pytest.raises(IdentityRefused):
        ours.answer("code", question)
    forger.algorithm, forger.signer = "HS256", OctKey.import_key("rien-que-nous-mais-plus-long-pour-signer")
    with pytest.raises(IdentityRefused):
        ours.answer("code", question)


def test_a_key_that_changed_is_asked_for_anew(forger, tmp_path, monkeypatch):
    monkeypatch.setattr("ens.connectors.oidc.client.KEYS_S", -1)
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question)
    assert ours.answer("code", question).pivot == PIVOT
    forger.key = forger.signer = forger.stranger
    assert ours.answer("code", question).pivot == PIVOT


def test_a_level_that_was_asked_for_is_the_one_given(forger, tmp_path):
    ours = client(forger.issuer, tmp_path, acr="eidas2 eidas3")
    question = ours.question()
    for given in ("eidas1", None):
        honest(forger, question, acr=given)
        with pytest.raises(IdentityRefused):
            ours.answer("code", question)
    honest(forger, question, acr="eidas3")
    assert ours.answer("code", question).subject == "abc"


def test_the_user_info_is_about_the_same_person_and_may_be_signed(forger, tmp_path):
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question)
    forger.info = {"sub": "quelqu'un d'autre", **INAYA}
    with pytest.raises(IdentityRefused):
        ours.answer("code", question)
    signed = {"iss": forger.issuer, "aud": "ens", "sub": "abc", **INAYA}
    forger.info = jwt.encode({"alg": "RS256", "kid": "un"}, signed, forger.key).encode()
    assert ours.answer("code", question).pivot == PIVOT
    forger.info = jwt.encode({"alg": "RS256", "kid": "un"}, {**signed, "aud": "autre"}, forger.key).encode()
    with pytest.raises(IdentityRefused):
        ours.answer("code", question)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"birthplace": ""}, "99100"),
        ({"birthplace": "", "birthcountry": "99217"}, "99217"),
        ({"birthplace": "2A004"}, "2A004"),
    ],
)
def test_who_was_born_elsewhere_has_a_country(forger, tmp_path, said, place):
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question)
    forger.info |= said
    assert ours.answer("code", question).pivot == replace(PIVOT, birth_place=place)


@pytest.mark.parametrize(
    "said", [{"gender": "unknown"}, {"birthdate": "1989"}, {"given_name": None}, {"family_name": ["X"]}]
)
def test_traits_that_are_not_all_there_are_none(forger, tmp_path, said):
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question)
    forger.info |= said
    assert ours.answer("code", question).pivot is None


@pytest.mark.parametrize("status", [301, 404, 500, 503])
def test_a_provider_that_does_not_answer_as_it_should_is_unavailable(forger, tmp_path, status):
    ours = client(forger.issuer, tmp_path)
    question = ours.question()
    honest(forger, question)
    forger.status = status
    with pytest.raises(ProviderUnavailable):
        ours.answer("code", question)
    assert forger.asked.count("/token") == 1  # a redirection is not followed


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_unavailable(forger, tmp_path):
    with pytest.raises(ProviderUnavailable):
        client("http://127.0.0.1:9", tmp_path).question()
    forger.metadata = {"issuer": "https://ailleurs.example"}
    with pytest.raises(ProviderUnavailable):
        client(forger.issuer, tmp_path).question()
    forger.metadata = {"token_endpoint": "http://ailleurs.example/token"}  # our secret would cross in clear
    ours = client(forger.issuer, tmp_path)
    with pytest.raises(ProviderUnavailable):
        ours.answer("code", ours.question())


@pytest.mark.parametrize("address", ["http://fournisseur.example", "fournisseur.example", "ftp://127.0.0.1"])
def test_an_address_that_would_not_be_secret_is_refused_at_the_start(tmp_path, address):
    with pytest.raises(ValueError, match="ENS_OIDC_ISSUER"):
        client(address, tmp_path)
