"""Matricules as the State gives them, as people type them, and what only looks like one."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from ens.standards.ins import OIDS, Ins, Matricule

_DIGITS = "0123456789"


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text(_DIGITS, min_size=count, max_size=count)


THIRTEENS = st.builds(
    lambda sex, born, place, order: sex + born + place + order,
    st.sampled_from("123478"),
    _digits(4),
    st.one_of(_digits(5), st.builds(lambda letter, town: f"2{letter}{town}", st.sampled_from("AB"), _digits(3))),
    _digits(3),
)
MATRICULES = THIRTEENS.map(Matricule.with_key)
INSES = st.builds(Ins, MATRICULES, st.sampled_from(OIDS))


@st.composite
def spellings(draw: st.DrawFn, matricule: str) -> str:
    """The same matricule as someone may type it: spaces between any two characters, Corsica's letter small."""
    blanks = st.sampled_from(["", "", "", " ", "  ", "\u00a0", "\t"])
    return "".join(draw(blanks) + (letter.lower() if draw(st.booleans()) else letter) for letter in matricule)


@st.composite
def mistypings(draw: st.DrawFn, matricule: str) -> str:
    """Another text than this matricule, one fault away: a character changed, lost, added, or two exchanged."""
    place = draw(st.integers(0, len(matricule) - 1))
    other = draw(st.sampled_from(string.digits + "ABab ²é-"))
    kinds = {
        "changed": matricule[:place] + other + matricule[place + 1 :],
        "lost": matricule[:place] + matricule[place + 1 :],
        "added": matricule[:place] + other + matricule[place:],
        "exchanged": matricule[:place] + matricule[place : place + 2][::-1] + matricule[place + 2 :],
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]
