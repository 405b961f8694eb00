"""The columns of a population file, and a declaration: what one of its lines says. Plain Python.

UTF-8, ``;`` or ``,`` between values, header compulsory, one line a person. A column that is not there says nothing;
one that is there and empty says that there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

REQUIRED = ("matricule", "oid", "nom_naissance", "prenoms", "date_naissance", "sexe", "lieu_naissance")
ADDRESS = tuple(f"adresse_{number}" for number in range(2, 8))  # NF Z10-011: line 1 is the name, line 6 the town
OPTIONAL = (
    "nom_utilise",
    "prenom_utilise",
    "matricule_assure",
    "email",
    "medecin_traitant",
    "identite",
    "autres_matricules",  # « matricule/oid », separated by spaces
    "representants",  # matricules of the legal representatives, separated by spaces
    "telephone",
    *ADDRESS,
    "departement",
    "dmp",  # oui when a former DMP exists
    "date_deces",
    "gros_caracteres",  # oui when their letters come in large print
)
FIELDS = REQUIRED + OPTIONAL
SEPARATOR = "\x1f"  # between the fields of a declaration kept sealed: no value may hold it
VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field is in a file's lines."""

    delimiter: str
    width: int  # columns of the file
    places: tuple[int, ...]  # of each of FIELDS; a missing one points to the empty value added at the end
    ignored: tuple[str, ...]
    given: tuple[str, ...]

    @classmethod
    def of(cls, header: str) -> Layout | tuple[str, ...]:
        """The layout a header gives, or the compulsory columns it lacks."""
        delimiter = ";" if header.count(";") >= header.count(",") else ","
        names = [name.strip().strip('"').strip() for name in header.strip().split(delimiter)]
        missing = tuple(name for name in REQUIRED if name not in names)
        if missing:
            return missing
        width = len(names)
        return cls(
            delimiter,
            width,
            tuple(names.index(name) if name in names else width for name in FIELDS),
            tuple(name for name in names if name and name not in FIELDS),
            tuple(name for name in FIELDS if name in names),
        )

    def picker(self) -> Callable[[Sequence[str]], Sequence[str]]:
        """Takes the fields, in our order, out of a line's values followed by an empty one."""
        return itemgetter(*self.places)


def joined(fields: Sequence[str]) -> str:
    """A declaration as it is kept and digested. The last field came later: unsaid, a line is what it was before it."""
    return SEPARATOR.join(fields if fields[-1] else fields[:-1])


class Declaration(dict[str, str]):
    """What a line says of a person: each of FIELDS, or nothing."""

    @classmethod
    def of(cls, fields: Sequence[str]) -> Declaration:
        return cls(zip(FIELDS, fields, strict=True))

    @classmethod
    def unpacked(cls, kept: bytes) -> Declaration:
        """From the bytes that ``packed`` gave. Errors: ValueError for another version."""
        if kept[:1] != VERSION:
            raise ValueError("a declaration of another version")
        fields = kept[1:].decode().split(SEPARATOR)
        return cls.of([*fields, ""] if len(fields) == len(FIELDS) - 1 else fields)

    def packed(self) -> bytes:
        return VERSION + joined([self[name] for name in FIELDS]).encode()

    @property
    def address(self) -> tuple[str, ...]:
        """The lines under the name, as they are printed."""
        return tuple(self[name] for name in ADDRESS if self[name])

    @property
    def other_matricules(self) -> list[tuple[str, str]]:
        """(matricule, OID) of each other number of the same person."""
        pairs = (pair.partition("/") for pair in self["autres_matricules"].split())
        return [(matricule, oid) for matricule, _, oid in pairs]

    @property
    def representatives(self) -> list[str]:
        return self["representants"].split()
