"""Deposits as softwares write them: whole and right ones, and the same with one thing changed."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from ens.standards import valuesets

Json = dict[str, Any]
MHD = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\x7f"),
    min_size=1,
    max_size=40,
).filter(lambda text: bool(text.strip()))
CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij0123456789-._", min_size=1, max_size=20)
ADDRESSES = st.sampled_from(["http://loinc.org", "http://snomed.info/sct", "urn:oid:1.2.250.1.213.1.1.4.9"])
CONTENTS = st.one_of(
    st.binary(min_size=1, max_size=400).map(lambda data: b"%PDF-1.7\n" + data),
    st.binary(min_size=1, max_size=400).map(lambda data: b"\xff\xd8\xff" + data),
    WORDS.map(str.encode).filter(lambda data: not data.lstrip().startswith(b"<")),
)
MEDIA_TYPES = st.sampled_from(["application/pdf", "image/jpeg", "text/plain", "application/octet-stream"])
INSTANTS = st.builds(
    lambda moment, zone: moment.strftime("%Y-%m-%dT%H:%M:%S") + zone,
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),
    st.sampled_from(["Z", "+01:00", "+02:00", "-03:00", ".123+01:00", ".123456789Z"]),
)
MOMENTS = st.one_of(INSTANTS, INSTANTS.map(lambda text: text[:10]), INSTANTS.map(lambda text: text[:7]))
TYPES = st.sampled_from(sorted(code for code in valuesets.document_types() if code[-2] == "-"))  # LOINC: doctors read


def _codings(code: st.SearchStrategy[str]) -> st.SearchStrategy[Json]:
    one = st.fixed_dictionaries({"system": ADDRESSES, "code": code}, optional={"display": WORDS})
    return st.fixed_dictionaries({"coding": st.lists(one, min_size=1, max_size=2)}, optional={"text": WORDS})


CONCEPTS = _codings(CODES)
EXTENSIONS = st.recursive(
    st.builds(
        lambda url, value: {"url": f"urn:x:{url}", **value},
        CODES,
        st.one_of(
            st.builds(lambda text: {"valueString": text}, WORDS),
            st.builds(lambda flag: {"valueBoolean": flag}, st.booleans()),
            st.builds(lambda whole: {"valueInteger": whole}, st.integers(-(2**31), 2**31 - 1)),
            st.builds(lambda concept: {"valueCodeableConcept": concept}, CONCEPTS),
            st.builds(lambda when: {"valueDateTime": when}, MOMENTS),
        ),
    ),
    lambda inner: st.builds(
        lambda url, children: {"url": f"urn:x:{url}", "extension": children},
        CODES,
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
TEXTS = st.sampled_from(["", "<p>Bilan <b>normal</b></p>", "<table><tr><td>1</td></tr></table>"]).map(
    lambda inside: {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>'}
)


def naming(matricule: str, oid: str, usager_id: str) -> st.SearchStrategy[Json]:
    """A Reference to the patient, in every form of the guide."""
    identifier = {"system": f"urn:oid:{oid}", "value": matricule}
    return st.sampled_from(
        [
            {"reference": f"Patient?identifier=urn:oid:{oid}|{matricule}"},
            {"reference": f"Patient?identifier=urn%3Aoid%3A{oid}%7C{matricule}"},
            {"reference": f"Patient/{usager_id}"},
            {"reference": "#patient"},
            {"identifier": identifier},
            {"reference": "#patient", "identifier": identifier, "display": "La patiente"},
        ]
    )


@st.composite
def _people(draw: st.DrawFn, matricule: str, oid: str) -> tuple[list[Json], list[Json]]:
    """The contained resources, and the authors among them."""
    patient = {
        "resourceType": "Patient",
        "id": "patient",
        "identifier": [{"system": f"urn:oid:{oid}", "value": matricule}],
    }
    if draw(st.booleans()):
        patient["identifier"].append({"system": "urn:oid:1.2.3.4", "value": draw(CODES)})  # the hospital's own number
    person = {
        "resourceType": "Practitioner",
        "id": "personne",
        "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "899700218896"}],
        "name": [{"family": draw(WORDS), "given": [draw(WORDS)]}],
    }
    place = {"resourceType": "Organization", "id": "lieu", "name": draw(WORDS)}
    role = {
        "resourceType": "PractitionerRole",
        "id": "role",
        "practitioner": {"reference": "#personne"},
        "organization": {"reference": "#lieu"},
    }
    device = {"resourceType": "Device", "id": "appareil", "deviceName": [{"name": draw(WORDS), "type": "model-name"}]}
    choices: list[tuple[list[Json], list[Json]]] = [
        ([person], [{"reference": "#personne"}]),
        ([person, place, role], [{"reference": "#role"}]),
        ([place], [{"reference": "#lieu"}]),
        ([device], [{"reference": "#appareil"}]),
        ([person, place], [{"reference": "#personne"}, {"reference": "#lieu"}]),
        ([], [{"display": draw(WORDS)}]),
    ]
    contained, authors = draw(st.sampled_from(choices))
    return [patient, *contained], authors


@st.composite
def sheets(draw: st.DrawFn, matricule: str, oid: str, usager_id: str, data: bytes, url: str = "") -> Json:
    """A DocumentReference; the document is inside when there is no ``url``."""
    contained, authors = draw(_people(matricule, oid))
    media_type = draw(MEDIA_TYPES)
    attachment: Json = {
        "contentType": media_type,
        "size": len(data),
        "hash": base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode(),
        "title": draw(WORDS),
    }
    attachment |= {"url": url} if url else {"data": base64.b64encode(data).decode()}
    attachment |= draw(st.fixed_dictionaries({}, optional={"creation": MOMENTS, "language": st.just("fr-FR")}))
    context = draw(
        st.fixed_dictionaries(
            {"period": st.fixed_dictionaries({"start": MOMENTS}, optional={"end": MOMENTS})},
            optional={
                "event": st.lists(CONCEPTS, min_size=1, max_size=2),
                "facilityType": CONCEPTS,
                "practiceSetting": CONCEPTS,
                "sourcePatientInfo": st.just({"reference": "#patient"}),
            },
        )
    )
    found = {
        "resourceType": "DocumentReference",
        "contained": contained,
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"},
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": draw(TYPES)}]},
        "subject": draw(naming(matricule, oid, usager_id)),
        "date": draw(INSTANTS),
        "author": authors,
        "content": [{"attachment": attachment}],
        "context": context,
    }
    return found | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "category": st.lists(CONCEPTS, min_size=1, max_size=2),
                "description": WORDS,
                "docStatus": st.just("final"),
                "extension": st.lists(EXTENSIONS, min_size=1, max_size=2),
                "identifier": st.lists(
                    st.fixed_dictionaries({"value": CODES.map("urn:x:{}".format)}), min_size=1, max_size=2
                ),
                "text": TEXTS,
            },
        )
    )


@st.composite
def bundles(draw: st.DrawFn, matricule: str, oid: str, usager_id: str, *, most: int = 3) -> Json:
    """An ITI-65 transaction that is right in every way: sets of one to a few documents, entries in any order."""
    entries, places = [], []
    for data in draw(st.lists(CONTENTS, min_size=1, max_size=most)):
        place, binary = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
        inline = draw(st.booleans())
        sheet = draw(sheets(matricule, oid, usager_id, data, "" if inline else binary))
        places.append(place)
        entries.append(_entry(place, sheet))
        if not inline:
            media_type = sheet["content"][0]["attachment"]["contentType"]
            content = base64.b64encode(data).decode()
            entries.append(_entry(binary, {"resourceType": "Binary", "contentType": media_type, "data": content}))
    contained, authors = draw(_people(matricule, oid))
    listed = draw(st.permutations(places))
    whole: Json = {
        "resourceType": "List",
        "contained": contained,
        "extension": [{"url": MHD + "designationType", "valueCodeableConcept": draw(CONCEPTS)}],
        "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid4()}"}],
        "status": "current",
        "mode": "working",
        "code": {"coding": [{"code": "submissionset"}]},
        "subject": draw(naming(matricule, oid, usager_id)),
        "date": draw(INSTANTS),
        "source": authors[0],
        "entry": [{"item": {"reference": place}} for place in listed],
    }
    whole |= draw(st.fixed_dictionaries({}, optional={"title": WORDS}))
    entries.append(_entry(f"urn:uuid:{uuid4()}", whole))
    return {"resourceType": "Bundle", "type": "transaction", "entry": draw(st.permutations(entries))}


def _entry(url: str, resource: Json) -> Json:
    return {"fullUrl": url, "resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}}


# -- one thing changed --------------------------------------------------------------------------------------------
Place = tuple[Any, ...]
NAMING = ("subject", "reference", "identifier", "value", "source", "author")
STRANGE: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(""),
    st.just([]),
    st.just({}),
    st.text(max_size=30).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text)),
    st.lists(st.text("ab", max_size=3), max_size=3),
    st.dictionaries(CODES, st.integers(), max_size=3),
    st.sampled_from(
        ["#patient", "#personne", "current", "urn:uuid:x", "9999-12-31", "0001", "<script>", "\x00", "../.."]
    ),
)


def places_of(value: Any, here: Place = ()) -> Iterator[Place]:
    """Where each value stands, the deepest first."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places_of(child, (*here, key))
        yield (*here, key)


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _nudged(draw: st.DrawFn, value: Any) -> Any:
    """A value of the same kind, beside this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + draw(st.sampled_from([-1, 1, 1000]))
    if isinstance(value, str) and value:
        place = draw(st.integers(0, len(value) - 1))
        return value[:place] + draw(st.sampled_from("0123456789ABCDEFab.-|/:# ")) + value[place + 1 :]
    return value


@st.composite
def mutations(draw: st.DrawFn, bundle: Json, others: list[Any]) -> tuple[Json, str]:
    """The bundle with one thing changed, and what was. ``others``: values of someone else to put anywhere."""
    changed = copy.deepcopy(bundle)
    how = draw(st.sampled_from(["nudged", "removed", "strange", "other", "twice", "renamed", "exchanged"]))
    places = sorted(places_of(changed), key=str)
    if how == "other":  # where somebody is named
        places = [place for place in places if place[-1] in NAMING]
    place = draw(st.sampled_from(places))
    holder, key = at(changed, place[:-1]), place[-1]
    if how == "removed":
        del holder[key]
    elif how == "strange":
        holder[key] = draw(STRANGE)
    elif how == "nudged":
        holder[key] = _nudged(draw, holder[key])
    elif how == "other":
        holder[key] = draw(st.sampled_from(others))
    elif how == "twice":
        if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            holder[key] = [copy.deepcopy(holder[key])] * 2
    elif how == "renamed" and isinstance(holder, dict):
        holder[draw(st.sampled_from(["id", "extension", "reference", "value", "data", "inconnu", "_date"]))] = (
            holder.pop(key)
        )
    else:
        elsewhere = draw(st.sampled_from(sorted(places_of(changed), key=str)))
        if place[: len(elsewhere)] != elsewhere and elsewhere[: len(place)] != place:
            other_holder, other_key = at(changed, elsewhere[:-1]), elsewhere[-1]
            holder[key], other_holder[other_key] = other_holder[other_key], holder[key]
    return changed, f"{how} {place}"
