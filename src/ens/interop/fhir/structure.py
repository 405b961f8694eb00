"""A strict checker of resources: names, cardinalities, primitive values, told with the place of each fault.

It knows the resources the door receives and nothing else: an element it does not know is refused, because
keeping what nobody checked would be vouching for it. Source: FHIR R4 (4.0.1), json.html and datatypes.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ens.interop.fhir.errors import StructureInvalid
from ens.interop.fhir.narrative import is_safe_xhtml

MAX_DEPTH = 24
MAX_FAULTS = 20

MAX_TEXT = 1 << 20  # characters of a string. Source: FHIR R4, datatypes.html#string
_EXACT = 1 << 53  # the first whole number that a double no longer tells from the next

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NAME = re.compile(r"_?[a-z][A-Za-z0-9]{0,39}\Z")
_CODE = re.compile(r"[^\s]+( [^\s]+)*\Z")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z")
_URI = re.compile(r"\S+\Z")
_DATE_TIME = re.compile(
    r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}))?)?)?\Z",
)


def is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and bool(value.strip()) and not _CONTROL.search(value)


def shown(name: str) -> str:
    """The name of an element as an answer may repeat it: what is not shaped as one could be anything of anyone."""
    return name if _NAME.match(name) else "…"


def is_date_time(value: Any) -> bool:
    """A FHIR dateTime: partial, or complete with a time zone."""
    if not isinstance(value, str) or not _DATE_TIME.match(value):
        return False
    try:
        if "T" in value:
            whole, _, fraction = value.partition(".")
            if fraction:
                zone = re.search(r"Z|[+-]", fraction)
                whole += fraction[zone.start() :] if zone else ""
            datetime.fromisoformat(whole)
        else:
            date.fromisoformat((value + "-01-01")[:10] if len(value) < 10 else value)
    except ValueError:
        return False
    return True


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


PRIMITIVES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (is_text, "une chaîne non vide, sans caractère de contrôle"),
    "markdown": (is_text, "une chaîne non vide, sans caractère de contrôle"),
    "xhtml": (is_safe_xhtml, "un fragment XHTML sans rien d'actif"),
    "code": (lambda v: is_text(v) and bool(_CODE.match(v)), "un code"),
    "id": (
        lambda v: isinstance(v, str) and bool(_ID.match(v)),
        "un identifiant technique (A-Z a-z 0-9 - . ; 64 au plus)",
    ),
    "uri": (lambda v: is_text(v) and bool(_URI.match(v)), "une URI sans espace"),
    "dateTime": (is_date_time, "une date FHIR, avec fuseau si elle porte une heure"),
    "instant": (lambda v: is_date_time(v) and "T" in v, "un instant complet avec fuseau"),
    "date": (lambda v: is_date_time(v) and "T" not in v, "une date"),
    "boolean": (lambda v: isinstance(v, bool), "true ou false"),
    "unsignedInt": (_is_whole, "un entier positif ou nul"),
    # The content itself is decoded once, by who files it; here only its kind.
    "base64Binary": (lambda v: isinstance(v, str) and bool(v), "une chaîne en base64"),
}


@dataclass(frozen=True, slots=True)
class Element:
    kind: str
    required: bool
    many: bool


def _elements(text: str) -> dict[str, Element]:
    """``name kind`` pairs; the mark before the kind: ``!`` required, ``*`` any number, ``+`` one or more."""
    found: dict[str, Element] = {}
    for pair in text.split(","):
        name, mark_kind = pair.split()
        mark, kind = (mark_kind[0], mark_kind[1:]) if mark_kind[0] in "!*+" else ("", mark_kind)
        found[name] = Element(kind, mark in ("!", "+"), mark in ("*", "+"))
    return found


_RESOURCE = "resourceType !code,id id,meta Meta,language code,text Narrative,contained *Contained,extension *Extension,"
_PERSON = (
    "identifier *Identifier,active boolean,name *HumanName,telecom *Open,address *Open,gender code,birthDate date,"
)

KINDS: dict[str, dict[str, Element]] = {
    name: _elements(text)
    for name, text in {
        "Meta": "versionId id,lastUpdated instant,source uri,profile *uri,security *Coding,tag *Coding",
        "Narrative": "status !code,div !xhtml",
        "Coding": "system uri,version string,code code,display string,userSelected boolean",
        "CodeableConcept": "coding *Coding,text string",
        "Identifier": "use code,type CodeableConcept,system uri,value string,period Period,assigner Reference",
        "Reference": "reference string,type uri,identifier Identifier,display string",
        "Period": "start dateTime,end dateTime",
        "HumanName": "use code,text string,family string,given *string,prefix *string,suffix *string,period Period",
        "Attachment": "contentType code,language code,data base64Binary,url uri,size unsignedInt,hash base64Binary,"
        "title string,creation dateTime",
        "DocumentContent": "attachment !Attachment,format Coding",
        "DocumentRelation": "code !code,target !Reference",
        "DocumentContext": "encounter *Reference,event *CodeableConcept,period Period,facilityType CodeableConcept,"
        "practiceSetting CodeableConcept,sourcePatientInfo Reference,related *Reference",
        "DocumentReference": _RESOURCE
        + "masterIdentifier Identifier,identifier *Identifier,status !code,docStatus code,"
        "type CodeableConcept,category *CodeableConcept,subject Reference,date instant,author *Reference,"
        "authenticator Reference,custodian Reference,relatesTo *DocumentRelation,description string,"
        "securityLabel *CodeableConcept,content +DocumentContent,context DocumentContext",
        "ListEntry": "flag CodeableConcept,deleted boolean,date dateTime,item !Reference",
        "List": _RESOURCE + "identifier *Identifier,status !code,mode !code,title string,code CodeableConcept,"
        "subject Reference,encounter Reference,date dateTime,source Reference,orderedBy CodeableConcept,"
        "note *Open,entry *ListEntry,emptyReason CodeableConcept",
        "Binary": "resourceType !code,id id,meta Meta,language code,contentType !code,securityContext Reference,"
        "data base64Binary",
        "BundleRequest": "method !code,url !uri",
        "BundleEntry": "link *Open,fullUrl uri,resource !Resource,request !BundleRequest",
        "Bundle": "resourceType !code,id id,meta Meta,language code,identifier Identifier,type !code,timestamp instant,"
        "link *Open,entry +BundleEntry,signature Open",
        # Contained people and organisations: what the space reads of them is checked, the rest only walked.
        "Patient": _RESOURCE + _PERSON + "deceasedBoolean boolean,deceasedDateTime dateTime,maritalStatus Open,"
        "multipleBirthBoolean boolean,multipleBirthInteger unsignedInt,contact *Open,communication *Open,"
        "generalPractitioner *Reference,managingOrganization Reference,link *Open,photo *Open",
        "Practitioner": _RESOURCE + _PERSON + "qualification *Open,communication *CodeableConcept,photo *Open",
        "RelatedPerson": _RESOURCE
        + _PERSON
        + "patient Reference,relationship *CodeableConcept,period Period,photo *Open,"
        "communication *Open",
        "PractitionerRole": _RESOURCE + "identifier *Identifier,active boolean,period Period,practitioner Reference,"
        "organization Reference,code *CodeableConcept,specialty *CodeableConcept,location *Reference,"
        "healthcareService *Reference,telecom *Open,availableTime *Open,notAvailable *Open,"
        "availabilityExceptions string,endpoint *Reference",
        "Organization": _RESOURCE + "identifier *Identifier,active boolean,type *CodeableConcept,name string,"
        "alias *string,telecom *Open,address *Open,partOf Reference,contact *Open,endpoint *Reference",
        "Device": _RESOURCE + "identifier *Identifier,definition Reference,udiCarrier *Open,status code,"
        "statusReason *CodeableConcept,distinctIdentifier string,manufacturer string,manufactureDate dateTime,"
        "expirationDate dateTime,lotNumber string,serialNumber string,deviceName *Open,modelNumber string,"
        "partNumber string,type CodeableConcept,specialization *Open,version *Open,property *Open,patient Reference,"
        "owner Reference,contact *Open,location Reference,url uri,note *Open,safety *CodeableConcept,parent Reference",
    }.items()
}
_VALUES = ("Attachment", "CodeableConcept", "Coding", "HumanName", "Identifier", "Meta", "Period", "Reference")
CONTAINABLE = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Device", "RelatedPerson"})
_COMMON = {"id": Element("string", False, False), "extension": Element("Extension", False, True)}


def _kind_of_value(name: str) -> str:
    """What ``value…`` holds: « valueCodeableConcept », a CodeableConcept; nothing for the kinds only walked."""
    kind = name.removeprefix("value")
    if kind in _VALUES:
        return kind
    primitive = kind[:1].lower() + kind[1:]
    return primitive if primitive in PRIMITIVES else ""


@dataclass(slots=True)
class Checker:
    """Collects the faults of one body; ``raise_faults`` refuses it when there are any."""

    faults: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, where: str, what: str) -> None:
        self.faults.append((where, what))
        if len(self.faults) >= MAX_FAULTS:
            raise StructureInvalid(self.faults)

    def raise_faults(self) -> None:
        if self.faults:
            raise StructureInvalid(self.faults)

    def check(self, value: Any, kind: str, where: str, depth: int = 0) -> None:
        """Check ``value`` against the kind of that name, a complex type or a resource."""
        if not isinstance(value, dict):
            return self.fault(where, "un objet est attendu")
        if depth > MAX_DEPTH:
            return self.fault(where, "l'imbrication est trop profonde")
        known = KINDS[kind]
        for name, child in value.items():
            element = known.get(name) or _COMMON.get(name)
            if element is not None:
                self._child(child, element, f"{where}.{name}", depth)
            elif name[:1] == "_" and name[1:] in known and known[name[1:]].kind in PRIMITIVES:
                self.open(child, f"{where}.{name}", depth + 1)
            else:
                self.fault(f"{where}.{shown(name)}", "cet élément n'est pas connu ou pas pris en charge ici")
        for name, element in known.items():
            if element.required and name not in value:
                self.fault(f"{where}.{name}", "cet élément est obligatoire")
        return None

    def _child(self, child: Any, element: Element, where: str, depth: int) -> None:
        if not element.many:
            return self._one(child, element.kind, where, depth)
        if not isinstance(child, list) or not child:
            return self.fault(where, "une liste non vide est attendue")
        for index, item in enumerate(child):
            self._one(item, element.kind, f"{where}[{index}]", depth)
        return None

    def _one(self, value: Any, kind: str, where: str, depth: int) -> None:
        primitive = PRIMITIVES.get(kind)
        if primitive is not None:
            if not primitive[0](value):
                self.fault(where, f"{primitive[1]} est attendu{'e' * primitive[1].startswith('une')}")
        elif kind == "Extension":
            self._extension(value, where, depth + 1)
        elif kind == "Contained":
            self._contained(value, where, depth + 1)
        elif kind in ("Open", "Resource"):
            self.open(value, where, depth + 1, root=kind == "Resource")
        else:
            self.check(value, kind, where, depth + 1)

    def _extension(self, value: Any, where: str, depth: int) -> None:
        if not isinstance(value, dict) or not is_text(value.get("url")):
            return self.fault(where, "une extension porte une url")
        values = [name for name in value if name.startswith("value")]
        if len(values) + ("extension" in value) != 1:
            return self.fault(where, "une extension porte soit une valeur, soit des extensions")
        if depth > MAX_DEPTH:
            return self.fault(where, "l'imbrication est trop profonde")
        for name, child in value.items():
            if name == "extension":
                self._child(child, _COMMON["extension"], f"{where}.extension", depth)
            elif name in values and (kind := _kind_of_value(name)):
                self._one(child, kind, f"{where}.{name}", depth)  # searches read it as what it says it is
            else:
                self.open(child, f"{where}.{shown(name)}", depth + 1)
        return None

    def _contained(self, value: Any, where: str, depth: int) -> None:
        kind = value.get("resourceType") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in CONTAINABLE:
            return self.fault(where, "cette ressource contenue n'est pas prise en charge")
        if "id" not in value:
            self.fault(f"{where}.id", "cet élément est obligatoire")
        if "contained" in value:
            self.fault(f"{where}.contained", "une ressource contenue n'en contient pas d'autre")
        return self.check(value, kind, where, depth)

    def open(self, value: Any, where: str, depth: int, *, root: bool = False) -> None:
        """Walk what the space keeps without reading it: no control character, nothing empty, a depth that ends."""
        if root:
            if not isinstance(value, dict):
                self.fault(where, "un objet est attendu")
        elif depth > MAX_DEPTH:
            self.fault(where, "l'imbrication est trop profonde")
        elif isinstance(value, dict | list):
            if not value:
                self.fault(where, "un élément vide n'est pas permis")
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, child in pairs:
                self.open(child, f"{where}[{key}]" if isinstance(key, int) else f"{where}.{shown(key)}", depth + 1)
        elif isinstance(value, str) and not is_text(value):
            self.fault(where, "une chaîne non vide, sans caractère de contrôle, est attendue")
        elif isinstance(value, float) and abs(value) >= _EXACT:
            self.fault(where, "ce nombre est trop grand pour être gardé tel quel")
