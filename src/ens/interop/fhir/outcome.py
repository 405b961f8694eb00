"""Errors of the product told as FHIR: an HTTP status and an OperationOutcome, from one table."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from ens.interop.fhir.errors import StructureInvalid
from ens.kernel.errors import EnsError, Family, named_errors

CODE_SYSTEM = "urn:ens:codes"

# Family → (HTTP status, FHIR issue type). Source: FHIR R4, http.html#Status-Codes and valueset-issue-type.
FAMILIES: dict[Family, tuple[int, str]] = {
    Family.ABSENT: (404, "not-found"),
    Family.REFUSED: (403, "forbidden"),
    Family.CONFLICT: (409, "conflict"),
    Family.MALFORMED: (422, "processing"),
    Family.UNAVAILABLE: (503, "transient"),
}

# Where a code says more than its family.
CODES: dict[str, tuple[int, str]] = {
    "json_illisible": (400, "structure"),
    "structure_invalide": (400, "structure"),
    "lot_invalide": (400, "invariant"),
    "reference_non_resolue": (400, "invalid"),
    "patient_absent_du_depot": (400, "required"),
    "patient_requis": (400, "required"),
    "parametre_inconnu": (400, "not-supported"),
    "parametre_invalide": (400, "value"),
    "curseur_invalide": (400, "value"),
    "corps_trop_volumineux": (413, "too-long"),
    "document_trop_grand": (413, "too-long"),
    "patient_different": (422, "business-rule"),
    "format_non_disponible": (406, "not-supported"),
    "type_de_corps_non_pris_en_charge": (415, "not-supported"),
    "methode_non_offerte": (405, "not-supported"),
    "jeton_absent": (401, "login"),
    "jeton_invalide": (401, "login"),
    "trop_de_refus": (429, "throttled"),
    "erreur_interne": (500, "exception"),
}


def status_of(error: EnsError) -> int:
    """The HTTP status this error answers with."""
    return CODES.get(error.code, FAMILIES[error.family])[0]


def issue_type_of(error: EnsError) -> str:
    """The FHIR issue type this error answers with."""
    return CODES.get(error.code, FAMILIES[error.family])[1]


@lru_cache(maxsize=256)
def _named(code: str) -> type[EnsError]:
    return next(error for error in named_errors() if error.code == code)


def answer_of(code: str) -> tuple[int, str]:
    """The HTTP status and the FHIR issue type of a code; the module of its error must have been imported."""
    return CODES.get(code) or FAMILIES[_named(code).family]


def sentence_of(code: str) -> str:
    """The French sentence of a code, its facts in braces."""
    return _named(code).message


def operation_outcome(error: EnsError) -> bytes:
    """The OperationOutcome of an error: stable code, French sentence, and the faulty elements when they are known."""
    kind = issue_type_of(error)
    if isinstance(error, StructureInvalid):
        issues = [_issue(kind, error.code, f"{where} : {what}", [where]) for where, what in error.faults]
    else:
        expression = error.facts.get("expression", ())
        where = [expression] if isinstance(expression, str) else list(expression)
        issues = [_issue(kind, error.code, error.sentence, where)]
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": issues})


def all_is_well(sentence: str) -> bytes:
    """An informational OperationOutcome, given to who asks for one with Prefer: return=OperationOutcome."""
    issue = {"severity": "information", "code": "informational", "diagnostics": sentence}
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})


def ignored_parameters(names: list[str]) -> bytes:
    """What a lenient search did not take into account. Source: FHIR R4, search.html#errors."""
    sentence = "Paramètres non pris en charge, donc ignorés : " + ", ".join(dict.fromkeys(names)) + "."
    issue = {**_issue("not-supported", "parametre_inconnu", sentence), "severity": "warning"}
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})


def _issue(kind: str, code: str, sentence: str, expression: list[str] | None = None) -> dict[str, Any]:
    issue: dict[str, Any] = {
        "severity": "error",
        "code": kind,
        "details": {"coding": [{"system": CODE_SYSTEM, "code": code}]},
        "diagnostics": sentence,
    }
    if expression:
        issue["expression"] = expression
    return issue
