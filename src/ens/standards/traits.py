"""The five strict traits, compared as INSi does, and the INS datamatrix that carries them.

Source: Guide d'implémentation INS v3.0, profil lexical; ANS, « Format datamatrix INS » v2.2 (2023-09-26).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from ens.standards.errors import MalformedDatamatrix, MalformedTrait, StandardError
from ens.standards.ins import IdentityStatus, Ins, check_ins_may_leave

UNKNOWN_PLACE = "99999"
_LIGATURES = str.maketrans({"Œ": "OE", "Æ": "AE", "’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-"})
_ALLOWED = re.compile(r"[A-Z'][A-Z' -]*")
_PLACE = re.compile(r"[0-9][0-9AB][0-9]{3}")

_HEADER = "IS01" + "0" * 22
_GS = "\x1d"
# tag → (longest, may be shorter and then ends with GS)
_FIELDS = {
    "S1": (15, False),
    "S2": (20, True),
    "S3": (100, True),
    "S4": (100, True),
    "S5": (1, False),
    "S6": (10, False),
    "S7": (5, False),
}


def normalise_lexical(text: str, *, given_name: bool = False) -> str:
    """The form used to match names: A–Z, space, apostrophe, hyphen. What was given is what one stores.

    é becomes E, œ becomes OE; runs of spaces count as one. A digit or any other sign is an error, never dropped; two
    hyphens in a row are for birth names only; a given name ends with a letter. Errors: MalformedTrait.
    """
    decomposed = unicodedata.normalize("NFD", text.upper().translate(_LIGATURES))
    value = " ".join("".join(sign for sign in decomposed if not unicodedata.combining(sign)).split())
    if not _ALLOWED.fullmatch(value):
        raise MalformedTrait("un nom ne contient que des lettres, des espaces, des apostrophes et des traits d'union")
    if "---" in value or (given_name and "--" in value):
        raise MalformedTrait("un prénom n'a pas deux traits d'union de suite, un nom n'en a pas trois")
    if given_name and value[-1] in "-'":
        raise MalformedTrait("un prénom ne finit ni par un trait d'union ni par une apostrophe")
    return value


@dataclass(frozen=True, slots=True)
class Traits:
    """As given, not normalised. ``first_names`` is the list of birth, the first one at least."""

    birth_name: str
    first_names: str
    birth_date: date
    sex: str  # M or F
    birth_place: str = ""  # COG code of 5 characters, 99xxx abroad, 99999 unknown, empty when not given

    def differences(self, other: Traits) -> tuple[str, ...]:
        """Names of the fields that do not match; empty when the two are the same person's.

        Names as INSi compares them; one list of given names may be the start of the other, hyphen and apostrophe
        counting as a space; an unknown place matches any. Errors: MalformedTrait.
        """
        found = []
        if normalise_lexical(self.birth_name) != normalise_lexical(other.birth_name):
            found.append("birth_name")
        if not _one_starts_the_other(_words(self.first_names), _words(other.first_names)):
            found.append("first_names")
        if self.birth_date != other.birth_date:
            found.append("birth_date")
        if self.sex != other.sex:
            found.append("sex")
        places = {self.birth_place, other.birth_place}
        if len(places) == 2 and places.isdisjoint({"", UNKNOWN_PLACE}):
            found.append("birth_place")
        return tuple(found)

    def match(self, other: Traits) -> bool:
        """Errors: MalformedTrait."""
        return not self.differences(other)


def _words(names: str) -> list[str]:
    return re.split(r"[ '-]+", normalise_lexical(names, given_name=True))


def _one_starts_the_other(one: list[str], other: list[str]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def datamatrix(ins: Ins, traits: Traits, *, status: IdentityStatus) -> str:
    """The text of the datamatrix of a qualified identity. Errors: NotQualified, MalformedTrait."""
    check_ins_may_leave(status)
    if traits.sex not in ("M", "F"):
        raise MalformedTrait("le sexe est M ou F")
    if traits.birth_place and not _PLACE.fullmatch(traits.birth_place):
        raise MalformedTrait("le lieu de naissance est un code INSEE de 5 caractères")
    fields = {
        "S1": ins.matricule.value,
        "S2": ins.oid,
        "S3": normalise_lexical(traits.first_names, given_name=True),
        "S4": normalise_lexical(traits.birth_name),
        "S5": traits.sex,
        "S6": f"{traits.birth_date:%d-%m-}{traits.birth_date.year:04d}",
        "S7": traits.birth_place,
    }
    text, last = _HEADER, "S7" if traits.birth_place else "S6"
    for tag, value in fields.items():
        longest, variable = _FIELDS[tag]
        if len(value) > longest:
            raise MalformedTrait("un nom ou des prénoms dépassent 100 caractères")
        if value:
            text += tag + value + (_GS if variable and len(value) < longest and tag != last else "")
    return text


def read_datamatrix(text: str) -> tuple[Ins, Traits]:
    """The identity that a datamatrix carries. Errors: MalformedDatamatrix, and those of ``Ins.received``."""
    if not text.startswith(_HEADER):
        raise MalformedDatamatrix("l'en-tête du datamatrix INS est inconnu")
    fields = _read_fields(text[len(_HEADER) :])
    if missing := [tag for tag in _FIELDS if tag != "S7" and not fields.get(tag)]:
        raise MalformedDatamatrix(f"le datamatrix INS est incomplet ({', '.join(missing)})")
    if fields["S5"] not in ("M", "F") or not _PLACE.fullmatch(fields.get("S7", UNKNOWN_PLACE)):
        raise MalformedDatamatrix()
    try:
        day, month, year = fields["S6"].split("-")
        born = date(int(year), int(month), int(day))
        normalise_lexical(fields["S3"], given_name=True)
        normalise_lexical(fields["S4"])
    except StandardError:
        raise
    except ValueError as error:
        raise MalformedDatamatrix("la date de naissance du datamatrix INS est illisible") from error
    ins = Ins.received(fields["S1"], fields["S2"])
    return ins, Traits(fields["S4"], fields["S3"], born, fields["S5"], fields.get("S7", ""))


def _read_fields(rest: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    while rest:
        tag, rest = rest[:2], rest[2:]
        if tag not in _FIELDS or tag in fields:
            raise MalformedDatamatrix("le datamatrix INS porte un bloc inconnu ou répété")
        longest, variable = _FIELDS[tag]
        value = rest[:longest]
        if variable:
            value = value.partition(_GS)[0]
        elif len(value) != longest:
            raise MalformedDatamatrix("un bloc du datamatrix INS est trop court")
        fields[tag], rest = value, rest[len(value) :]
        rest = rest.removeprefix(_GS)
    return fields
