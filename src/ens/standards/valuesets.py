"""The committed value sets (``valeurs/``, sources in ``SOURCES.md``), read once."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "valeurs"
OTHER = "AUTR_DOC"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type of document: its class (J57) and the category in which the usager finds it."""

    code: str
    system: str
    label: str
    class_code: str
    category: str
    usager: bool  # one of the types a usager files under
    plain: str  # what a citizen reads; ``label`` is the official one


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    label: str
    offered: bool  # when the usager adds a document


@dataclass(frozen=True, slots=True)
class Coded:
    code: str
    system: str
    label: str


@dataclass(frozen=True, slots=True)
class Profession:
    code: str
    label: str
    in_matrix: str  # oui, or inconnu: the list of the arrêté's 19 professions is not public in full


def _coded(name: str) -> dict[str, Coded]:
    return {row["code"]: Coded(row["code"], row["system"], row["label"]) for row in _rows(name)}


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@lru_cache(maxsize=1)
def document_types() -> dict[str, DocumentType]:
    """By type code. Source: JDV_J07, JDV_J66."""
    return {
        row["code"]: DocumentType(
            row["code"],
            row["system"],
            row["label"],
            row["class_code"],
            row["category"],
            row["usager"] == "oui",
            row["plain"] or row["label"],
        )
        for row in _rows("types")
    }


@lru_cache(maxsize=1)
def categories() -> dict[str, Category]:
    """By code, in the order they are shown."""
    return {row["code"]: Category(row["code"], row["label"], row["offered"] == "oui") for row in _rows("categories")}


@lru_cache(maxsize=1)
def class_labels() -> dict[str, str]:
    return {row["code"]: row["label"] for row in _rows("classes")}


@lru_cache(maxsize=1)
def confidentiality_systems() -> dict[str, str]:
    """Code to its code system's OID. Source: JDV_J08."""
    return {row["code"]: row["system"] for row in _rows("confidentialites")}


@lru_cache(maxsize=1)
def format_codes() -> dict[str, str]:
    """Template of a CDA model to its format code. Source: ASS_A11."""
    return {row["template"]: row["format_code"] for row in _rows("formats")}


@lru_cache(maxsize=1)
def format_labels() -> dict[str, str]:
    """Labels of the main format codes; informative. Source: JDV_J60, extract."""
    return {row["code"]: row["label"] for row in _rows("formats_libelles")}


@lru_cache(maxsize=1)
def facilities() -> dict[str, Coded]:
    """Kinds of structures, by code. Source: JDV_J02."""
    return _coded("lieux")


@lru_cache(maxsize=1)
def practice_settings() -> dict[str, Coded]:
    """Settings of practice, by code. Source: JDV_J04."""
    return _coded("cadres")


@lru_cache(maxsize=1)
def confidentialities() -> dict[str, Coded]:
    """By code. Source: JDV_J08."""
    return _coded("confidentialites")


@lru_cache(maxsize=1)
def professions() -> dict[str, Profession]:
    """Health professions, by code of TRE_G15. Source: JDV_J01."""
    return {row["code"]: Profession(row["code"], row["label"], row["matrice"]) for row in _rows("professions")}


def is_known_type(code: str) -> bool:
    return code in document_types()


def type_label(code: str) -> str:
    """What a citizen reads; an unknown code is itself."""
    known = document_types().get(code)
    return known.plain if known else code


def official_label(code: str) -> str:
    """The label of the nomenclature, for coded fields; an unknown code is itself."""
    known = document_types().get(code)
    return known.label if known else code


def class_of(type_code: str) -> str:
    """Derived from the type (ASS_X16); empty for the few types without class."""
    known = document_types().get(type_code)
    return known.class_code if known else ""


@lru_cache(maxsize=1)
def _categories_of_classes() -> dict[str, str]:
    return {row["code"]: row["category"] for row in _rows("classes")}


def category_of(type_code: str, class_code: str = "") -> str:
    """Where the usager finds a document: by its type, else by its class, else with the others."""
    known = document_types().get(type_code)
    return known.category if known else _categories_of_classes().get(class_code, OTHER)


def category_label(code: str) -> str:
    known = categories().get(code)
    return known.label if known else categories()[OTHER].label
