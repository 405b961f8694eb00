"""A setting that means nothing stops the start, in a sentence that names it."""

from __future__ import annotations

import pytest
import trustme

from ens.config import environment
from ens.config.environment import MissingSetting


@pytest.fixture
def given(monkeypatch):
    return lambda value: monkeypatch.setenv("ENS_ESSAI", value)


@pytest.mark.parametrize("value", ["/srv/contenus", "contenus", "s3://contenus", "s3://contenus/espace"])
def test_a_store_is_a_folder_or_a_place_of_an_s3_store(given, value):
    given(value)
    assert environment.store_address("ENS_ESSAI", "") == value


@pytest.mark.parametrize(
    "value", ["s4://contenus", "http://contenus", "s3://", "s3:///contenus", "s3://b", "s3://Seau/x", "s3://seau?x=1"]
)
def test_an_address_of_no_store_is_refused(given, value):
    given(value)
    with pytest.raises(MissingSetting, match="ENS_ESSAI donne un dossier ou s3://seau/dossier"):
        environment.store_address("ENS_ESSAI", "")


def test_a_key_is_the_two_lines_of_a_file(given, tmp_path):
    (tmp_path / "cle").write_text("identifiant\nsecret\n")
    given(str(tmp_path / "cle"))
    assert environment.key_pair("ENS_ESSAI") == ("identifiant", "secret")


@pytest.mark.parametrize(("held", "said"), [("secret\n", "deux lignes"), ("", "deux lignes"), (None, "pas lisible")])
def test_a_file_that_holds_no_key_is_refused_and_never_shown(given, tmp_path, held, said):
    if held is not None:
        (tmp_path / "cle").write_text(held)
    given(str(tmp_path / "cle"))
    with pytest.raises(MissingSetting, match=said) as refusal:
        environment.key_pair("ENS_ESSAI")
    assert "secret\n" not in str(refusal.value)


@pytest.mark.parametrize("value", ["s3.example:8333", "https://s3.example/seau", "http://un:autre@s3.example"])
def test_an_address_that_is_not_one_of_a_server_is_refused(given, value):
    given(value)
    with pytest.raises(MissingSetting, match="ENS_ESSAI"):
        environment.endpoint("ENS_ESSAI")


def test_the_address_of_a_server_is_taken_without_its_last_slash(given):
    given("https://s3.example:8333/")
    assert environment.endpoint("ENS_ESSAI") == "https://s3.example:8333"


@pytest.mark.parametrize("value", ["0", "-1", "cinq"])
def test_nobody_is_made_to_wait_for_less_than_a_second(given, value):
    given(value)
    with pytest.raises(MissingSetting, match="ENS_ESSAI"):
        environment.seconds("ENS_ESSAI", 5)


def test_authorities_are_certificates_of_a_file(given, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "autorite.pem")
    given(str(tmp_path / "autorite.pem"))
    assert environment.authorities("ENS_ESSAI") == authority.cert_pem.bytes()
    given("")
    assert environment.authorities("ENS_ESSAI") == b""


@pytest.mark.parametrize("held", [b"", b"rien", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", None])
def test_a_file_of_no_authority_is_refused(given, tmp_path, held):
    if held is not None:
        (tmp_path / "autorite.pem").write_bytes(held)
    given(str(tmp_path / "autorite.pem"))
    with pytest.raises(MissingSetting, match="ENS_ESSAI, n'est pas lisible, ou n'est pas un certificat d'autorité"):
        environment.authorities("ENS_ESSAI")
