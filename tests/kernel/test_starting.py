"""How a process begins: nothing is collected while modules load, everything is afterwards as before."""

from __future__ import annotations

import gc

import pytest

from ens.kernel.starting import sparing_the_collector


def test_the_collector_rests_then_works_again():
    with sparing_the_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_fails_while_it_rests_leaves_it_working():
    with pytest.raises(ImportError), sparing_the_collector():
        raise ImportError
    assert gc.isenabled()


def test_who_had_stopped_it_finds_it_stopped():
    gc.disable()
    try:
        with sparing_the_collector():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
