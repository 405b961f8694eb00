"""Whether a stored resource meets criteria that the record's index does not hold: systems, names, ends of periods.

Source: FHIR R4, search.html; an element that is absent meets no criterion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from ens.interop.fhir.metadata import MHD
from ens.interop.fhir.search import Moment, Search, Token, interval

Resource = dict[str, Any]
_ARCHIVED = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived"
_URI = "urn:ietf:rfc:3986"


def matches(resource: Resource, search: Search) -> bool:
    """Whether the resource meets every criterion of the search."""
    return (
        all(_meets_token(resource, name, tokens) for name, tokens in search.tokens)
        and all(_meets_date(resource, name, moments) for name, moments in search.dates)
        and all(_meets_reference(resource, name, values) for name, values in search.references)
        and all(_meets_string(resource, name, modifier, values) for name, modifier, values in search.strings)
    )


# -- tokens ---------------------------------------------------------------------------------------------------
def _codings(concepts: Iterable[Resource]) -> Iterator[tuple[str, str]]:
    for concept in concepts:
        for coding in concept.get("coding", []):
            yield coding.get("system", ""), coding.get("code", "")


def _identifiers(identifiers: Iterable[Resource]) -> Iterator[tuple[str, str]]:
    for identifier in identifiers:
        yield identifier.get("system", ""), identifier.get("value", "")


def _one(resource: Resource, *path: str) -> list[Resource]:
    value: Any = resource
    for step in path:
        value = value.get(step, {})
    return value if isinstance(value, list) else [value] if value else []


def _extensions(resource: Resource, url: str, value: str) -> Iterator[Any]:
    """The values of that kind: what another kind would say cannot be compared."""
    for extension in resource.get("extension", []):
        if extension.get("url", "").lower() == url.lower() and value in extension:
            yield extension[value]


def _people(resource: Resource, references: list[Resource]) -> Iterator[tuple[str, Resource]]:
    """The references and the contained resources they lead to, one step further for a role."""
    contained = {one["id"]: one for one in resource.get("contained", [])}
    for reference in references:
        text = reference.get("reference", "")
        target = contained.get(text.removeprefix("#"), {}) if text.startswith("#") else {}
        yield text, {**target, "identifier": target.get("identifier", []) + _one(reference, "identifier")}
        yield from _people(resource, _one(target, "practitioner") + _one(target, "organization"))


def _author_identifiers(resource: Resource, element: str) -> Iterator[tuple[str, str]]:
    for _, person in _people(resource, _one(resource, element)):
        yield from _identifiers(person.get("identifier", []))


def _archived(resource: Resource) -> Iterator[tuple[str, str]]:
    yield "", "true" if True in _extensions(resource, _ARCHIVED, "valueBoolean") else "false"


TOKENS: dict[str, Callable[[Resource], Iterable[tuple[str, str]]]] = {
    "_id": lambda r: [("", r["id"])],
    "identifier": lambda r: _identifiers(_one(r, "masterIdentifier") + _one(r, "identifier")),
    "status": lambda r: [("", r["status"])],
    "type": lambda r: _codings(_one(r, "type")),
    "category": lambda r: _codings(_one(r, "category")),
    "facility": lambda r: _codings(_one(r, "context", "facilityType")),
    "setting": lambda r: _codings(_one(r, "context", "practiceSetting")),
    "event": lambda r: _codings(_one(r, "context", "event")),
    "format": lambda r: [(f.get("system", ""), f.get("code", "")) for c in r["content"] for f in _one(c, "format")],
    "security-label": lambda r: _codings(_one(r, "securityLabel")),
    "isArchived": _archived,
    "author.identifier": lambda r: _author_identifiers(r, "author"),
    "source.identifier": lambda r: _author_identifiers(r, "source"),
    "code": lambda r: _codings(_one(r, "code")),
    "designationType": lambda r: _codings(_extensions(r, MHD + "designationType", "valueCodeableConcept")),
    "sourceId": lambda r: _identifiers(_extensions(r, MHD + "sourceId", "valueIdentifier")),
}


def _meets_token(resource: Resource, name: str, tokens: tuple[Token, ...]) -> bool:
    known = list(TOKENS[name](resource))
    fixed = name in ("status", "_id", "isArchived")  # their system is fixed by FHIR, so never written
    return any(
        (token.code is None or token.code == code) and (token.system is None or fixed or token.system == system)
        for token in tokens
        for system, code in known
    )


# -- dates ----------------------------------------------------------------------------------------------------
DATES: dict[str, Callable[[Resource], tuple[str | None, str | None]]] = {
    "_lastUpdated": lambda r: (r["meta"]["lastUpdated"],) * 2,
    "date": lambda r: (r.get("date"),) * 2,
    "creation": lambda r: (r["content"][0]["attachment"].get("creation"),) * 2,
    "period": lambda r: (_bound(r, "start"), _bound(r, "end")),
    "period-start": lambda r: (_bound(r, "start"),) * 2,
    "period-end": lambda r: (_bound(r, "end"),) * 2,
}


def _bound(resource: Resource, name: str) -> str | None:
    found: str | None = resource.get("context", {}).get("period", {}).get(name)
    return found


def _meets_date(resource: Resource, name: str, moments: tuple[Moment, ...]) -> bool:
    start_text, end_text = DATES[name](resource)
    if start_text is None and end_text is None:
        return False
    start = interval(start_text)[0] if start_text else None
    end = interval(end_text)[1] if end_text else None
    return any(_compares(moment, start, end) for moment in moments)


def _compares(asked: Moment, start: datetime | None, end: datetime | None) -> bool:
    """The interval asked against the one known, ends excluded; None is without end. Source: search.html#prefix."""
    inside = (start is not None and start >= asked.start) and (end is not None and end <= asked.end)
    after = end is None or end > asked.end
    before = start is None or start < asked.start
    return {
        "eq": inside,
        "ne": not inside,
        "gt": after,
        "lt": before,
        "ge": after or inside,
        "le": before or inside,
        "sa": start is not None and start >= asked.end,
        "eb": end is not None and end <= asked.start,
    }[asked.prefix]


# -- references and strings ---------------------------------------------------------------------------------
def _meets_reference(resource: Resource, name: str, values: tuple[str, ...]) -> bool:
    if name == "relatesto":
        targets = {one["target"].get("reference", "") for one in resource.get("relatesTo", [])}
        return any(value in targets or f"DocumentReference/{value}" in targets for value in values)
    if name == "authorOrg":
        found = list(_people(resource, list(_extensions(resource, MHD + "authorOrg", "valueReference"))))
    else:
        found = list(_people(resource, _one(resource, name)))
    known = {text for text, _ in found if text}
    numbers = {f"{system}|{value}" for _, one in found for system, value in _identifiers(one.get("identifier", []))}
    return any(value in known or value in numbers for value in values)


def _meets_string(resource: Resource, name: str, modifier: str, values: tuple[str, ...]) -> bool:
    if name == "title":
        known = [resource.get("title", "")]
    else:
        part = name.rpartition(".")[2]
        people = [one for _, one in _people(resource, _one(resource, "author"))]
        names = [one for person in people if isinstance(person.get("name"), list) for one in person["name"]]
        known = [text for one in names for text in ([one.get(part, "")] if part == "family" else one.get(part, []))]
    return any(_text_meets(text, value, modifier) for text in known if text for value in values)


def _text_meets(text: str, value: str, modifier: str) -> bool:
    if modifier == "exact":
        return text == value
    text, value = text.casefold(), value.casefold()
    return value in text if modifier == "contains" else text.startswith(value)
