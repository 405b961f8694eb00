"""A sealed value opens only for its usager, its object, its version and its purpose."""

from __future__ import annotations

import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.coffre.errors import ContentDamaged
from ens.coffre.sealing import CONTENT, Sealer
from ens.kernel.ids import new_id

USAGER, OBJECT = new_id(), new_id()
SEALER = Sealer(USAGER, 1, b"k" * 32)


@given(st.binary(max_size=2000), st.sampled_from([CONTENT, "titre"]), st.integers(1, 9))
def test_what_is_sealed_opens_again(data, purpose, version):
    assert SEALER.open(purpose, OBJECT, SEALER.seal(purpose, OBJECT, data, version), version) == data


@pytest.mark.parametrize("purpose", [CONTENT, "titre"])
def test_a_value_moved_elsewhere_does_not_open(purpose):
    sealed = SEALER.seal(purpose, OBJECT, b"secret")
    others = [
        lambda: Sealer(new_id(), 1, b"k" * 32).open(purpose, OBJECT, sealed),
        lambda: Sealer(USAGER, 1, b"x" * 32).open(purpose, OBJECT, sealed),
        lambda: Sealer(USAGER, 2, b"k" * 32).open(purpose, OBJECT, sealed),
        lambda: SEALER.open(purpose, new_id(), sealed),
        lambda: SEALER.open(purpose, OBJECT, sealed, 2),
        lambda: SEALER.open("autre", OBJECT, sealed),
    ]
    for attempt in others:
        with pytest.raises(ContentDamaged):
            attempt()


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_changed_byte_is_seen(place, change):
    sealed = bytearray(SEALER.seal("titre", OBJECT, b"Compte rendu de biologie, un texte assez long"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(ContentDamaged):
        SEALER.open("titre", OBJECT, bytes(sealed))


def test_two_sealings_of_the_same_text_differ():
    assert SEALER.seal("titre", OBJECT, b"a") != SEALER.seal("titre", OBJECT, b"a")


def test_a_content_is_found_again_and_swept(db):
    from ens.coffre import store

    key = new_id()
    store.put(key, b"\x01scelle")
    assert store.get(key) == b"\x01scelle"
    store.delete(key)
    store.delete(key)
    with pytest.raises(ContentDamaged):
        store.get(key)


def test_a_folder_that_cannot_be_written_is_said(db, settings_store):
    from ens.coffre import store
    from ens.coffre.errors import StoreUnavailable

    with pytest.raises(StoreUnavailable):
        store.put(new_id(), b"x")


@pytest.fixture
def settings_store(tmp_path):
    from django.test import override_settings

    blocked = tmp_path / "fichier"
    blocked.write_text("")  # a file where the folder should be: refused even to root
    with override_settings(ENS_STORE=str(blocked)):
        yield


def test_digests_separate_their_parts(db):
    from ens.coffre.keyring import digest

    assert digest("m", "ab", "c") != digest("m", "a", "bc")
    assert digest("m", "ab") != digest("n", "ab")
    assert digest("m", "ab") == digest("m", b"ab")


def test_a_digest_of_a_fixed_length_is_the_same_three_times_as_fast():
    from ens.coffre.digests import FixedDigest, keyed

    key = os.urandom(32)
    assert FixedDigest(key, "matricule", 15).of(b"185057512345673") == keyed(key, "matricule", "185057512345673")
    with pytest.raises(ValueError, match="length"):
        FixedDigest(key, "matricule", 15).of(b"1850575123456")


def test_a_declaration_opens_under_its_import_and_its_usager_only():
    from ens.coffre.errors import ContentDamaged
    from ens.coffre.sealing import LotSealer

    key, lot, usager = os.urandom(32), uuid.uuid4(), uuid.uuid4()
    sealed = LotSealer(lot, key).seal(usager.bytes, b"MARTIN", os.urandom(12))
    assert LotSealer(lot, key).open(usager, sealed) == b"MARTIN"
    for sealer, who in (
        (LotSealer(uuid.uuid4(), key), usager),
        (LotSealer(lot, os.urandom(32)), usager),
        (LotSealer(lot, key), uuid.uuid4()),
    ):
        with pytest.raises(ContentDamaged):
            sealer.open(who, sealed)
    with pytest.raises(ContentDamaged):
        LotSealer(lot, key).open(usager, b"\x01" + sealed[1:])
