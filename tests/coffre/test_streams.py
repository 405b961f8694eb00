"""A long file sealed in pieces opens whole, or not at all."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.coffre.errors import ContentDamaged
from ens.coffre.streams import MARK, PIECE, TAG, SealingWriter, opened

KEY = b"k" * 32
LENGTHS = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 77]


def sealed(data: bytes, name: str = "table", step: int = 300_000) -> bytes:
    out = io.BytesIO()
    with SealingWriter(out, KEY, name) as writer:
        for place in range(0, len(data), step):
            writer.write(data[place : place + step])
    return out.getvalue()


def read(value: bytes, name: str = "table", key: bytes = KEY) -> bytes:
    return b"".join(opened(io.BytesIO(value), key, name))


@pytest.mark.parametrize("length", LENGTHS)
def test_what_was_written_is_read_whatever_its_length(length):
    data = bytes(range(251)) * (length // 251 + 1)
    assert read(sealed(data[:length])) == data[:length]


def test_nothing_of_it_is_in_clear():
    assert b"biologie" not in sealed(b"biologie" * 10_000)


@given(st.integers(0, 10**9), st.integers(1, 255))
def test_a_changed_byte_is_seen_anywhere(place, change):
    value = bytearray(sealed(b"un texte assez long " * 40))
    value[place % len(value)] ^= change
    with pytest.raises(ContentDamaged):
        read(bytes(value))


def test_a_stream_cut_between_two_pieces_is_seen():
    value = sealed(bytes(2 * PIECE + 5))
    for end in (len(MARK), len(MARK) + PIECE + TAG, len(MARK) + 2 * (PIECE + TAG), len(value) - 1, 0):
        with pytest.raises(ContentDamaged):
            read(value[:end])


def test_pieces_in_another_order_or_added_are_seen():
    value = sealed(bytes(2 * PIECE + 5))
    one, two = len(MARK), len(MARK) + PIECE + TAG
    swapped = value[:one] + value[two : two + PIECE + TAG] + value[one:two] + value[two + PIECE + TAG :]
    for changed in (swapped, value + value[-21:]):
        with pytest.raises(ContentDamaged):
            read(changed)


def test_a_stream_opens_under_its_own_name_and_key_only():
    value = sealed(b"lignes")
    for name, key in (("autre", KEY), ("table", b"x" * 32)):
        with pytest.raises(ContentDamaged):
            read(value, name, key)


def test_a_writer_left_by_an_error_leaves_nothing_that_opens():
    out = io.BytesIO()
    with pytest.raises(OSError), SealingWriter(out, KEY, "table") as writer:
        writer.write(b"lignes")
        raise OSError
    with pytest.raises(ContentDamaged):
        read(out.getvalue())
