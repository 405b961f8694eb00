"""When a space that starts can serve, by what /healthz says of its parts."""

from __future__ import annotations

import json

import pytest

from ens.cli.up import can_serve, unwell

WELL = {"database": "ok", "store": "ok", "smtp": "ok", "worker": "ok"}


@pytest.mark.parametrize(
    ("parts", "full"),
    [
        ({}, []),
        ({"demonstration": "unavailable"}, []),  # its people are about to be made
        ({"store": "full", "demonstration": "unavailable"}, ["store"]),  # what is there is read
        ({"database": "full"}, ["database"]),
        ({"antivirus": "not_configured", "demonstration": "unavailable"}, []),
        ({"antivirus": "unavailable"}, []),  # what arrives waits or is kept aside
        ({"smtp": "unavailable"}, None),
        ({"store": "full", "database": "unavailable"}, None),
    ],
)
def test_a_space_serves_once_every_part_answers_even_short_of_room(parts, full):
    assert can_serve(json.dumps({"status": "unavailable", "parts": WELL | parts}).encode()) == full


def test_what_keeps_it_from_serving_is_named():
    parts = WELL | {"store": "unavailable", "smtp": "unavailable", "database": "full"}
    assert unwell(json.dumps({"parts": parts}).encode()) == "store : unavailable, smtp : unavailable"


def test_an_answer_that_is_not_ours_says_nothing():
    assert unwell(b"<html>") == ""
    assert can_serve(b"<html>") is None
    assert can_serve(b'{"status": "unavailable"}') is None
