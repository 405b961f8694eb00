"""What is split at its boundaries at once is read as the library's parser reads it; the rest is left to it."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ens.messaging import bounds, ordinary
from tests.strategies.mime import broken_mails, mails

HEAD = b"From: <labo@operateur.example>\r\nSubject: x\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
TEXT = b"Content-Type: text/plain\r\n\r\nBonjour\r\n"
LINES = (
    b"--b",
    b"--b--",
    b"--b ",
    b"--bb",
    b"--c",
    b"--c--",
    b"",
    b"",
    b"Content-Type: text/plain",
    b"Content-Type: multipart/alternative; boundary=c",
    b"Content-Type: message/rfc822",
    b"Content-Transfer-Encoding: base64",
    b" suite",
    b"From x",
    b"Qm9uam91cg==",
    b"mot",
)


def told(message: Message) -> object:
    """All that a reader of the message may see."""
    payload = message.get_payload()
    inside = [told(one) for one in payload] if isinstance(payload, list) else payload
    around = message.preamble, message.epilogue, message.get_unixfrom(), message.get_default_type()
    return message.items(), around, sorted(type(one).__name__ for one in message.defects), inside


def check_alike(data: bytes) -> bool:
    """Whether it was split at once; it is then as the library says."""
    found = ordinary.read(data, Message)
    if found is not None:
        assert told(found) == told(BytesParser(Message, policy=compat32).parsebytes(data))
    return found is not None


@settings(max_examples=300)
@given(mails())
def test_a_message_in_order_is_read_as_the_library_reads_it(mail):
    check_alike(mail.data)


@settings(max_examples=300)
@given(broken_mails())
def test_a_broken_message_is_read_as_the_library_reads_it_or_left_to_it(data):
    try:
        bounds._checked_lines(data)
    except bounds.MessageMalformed:
        return
    check_alike(data)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(LINES), max_size=25), st.booleans())
def test_any_lines_between_boundaries_are_read_as_the_library_reads_them_or_left_to_it(lines, is_ended):
    check_alike(MIXED + b"\r\n".join(lines) + (b"\r\n--b--\r\n" if is_ended else b""))


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"\r\nBonjour\r\n",
        MIXED + b"--b\r\n" + TEXT + b"--b--\r\n",
        MIXED + b"--b\r\n" + TEXT + b"--b--",
        MIXED + b"avant\r\n--b  \r\n" + TEXT + b"--b\t\r\n" + TEXT + b"\r\n--b-- \r\n\r\napres",
        MIXED
        + b"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n"
        + TEXT
        + b"--c--\r\n--b\r\n"
        + TEXT
        + b"--b--\r\n",
    ],
    ids=["one text", "one part", "no last line end", "blanks, words around", "parts within a part"],
)
def test_the_ordinary_shapes_are_not_left_to_the_library(data):
    assert check_alike(data)


@pytest.mark.parametrize(
    "data",
    [
        MIXED + b"--b\r\n" + TEXT,
        MIXED + b"--b\r\nBonjour\r\n--b--\r\n",
        MIXED + b"--b\r\n" + TEXT + b"--bis\r\n--b--\r\n",
        MIXED + b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + TEXT + b"--b--\r\n",
        HEAD + b"Content-Type: multipart/mixed\r\n\r\n--b\r\n" + TEXT + b"--b--\r\n",
        HEAD + b"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n" + TEXT + b"--b--\r\n",
        MIXED + (b"--b\r\n" + TEXT) * 41 + b"--b--\r\n",
    ],
    ids=["cut short", "no headers", "a boundary that goes on", "a message", "no boundary", "a digest", "many parts"],
)
def test_other_shapes_are(data):
    assert not check_alike(data)
