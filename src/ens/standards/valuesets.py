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


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    label: str
    offered: bool  # when the usager adds a document


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@lru_cache(maxsize=1)
def document_types() -> dict[str, DocumentType]:
    """By type code. Source: JDV_J07, JDV_J66."""
    return {
        row["code"]: DocumentType(
            row["code"], row["system"], row["label"], row["class_code"], row["category"], row["usager"] == "oui"
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
def format_suffixes() -> dict[str, str]:
    """Template of a CDA model to the suffix of its format code. Source: ASS_A11."""
    return {row["template"]: row["suffix"] for row in _rows("formats")}


def is_known_type(code: str) -> bool:
    return code in document_types()


def type_label(code: str) -> str:
    """What a citizen reads; an unknown code is itself."""
    known = document_types().get(code)
    return known.label if known else code


def class_of(type_code: str) -> str:
    """Derived from the type (ASS_X16); empty for the few types without class."""
    known = document_types().get(type_code)
    return known.class_code if known else ""


def category_of(type_code: str) -> str:
    known = document_types().get(type_code)
    return known.category if known else OTHER


def category_label(code: str) -> str:
    known = categories().get(code)
    return known.label if known else categories()[OTHER].label
