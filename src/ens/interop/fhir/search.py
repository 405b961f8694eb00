"""Search parameters read strictly: types, prefixes, several values, paging. What is not offered is refused.

Source: FHIR R4, search.html; IHE MHD ITI-66 and ITI-67; PDSm, CapabilityStatement of the « gestionnaire de partage ».
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from ens.interop.fhir.errors import ParameterInvalid, ParameterUnknown, PatientRequired
from ens.interop.fhir.references import IdKey, InsKey, PatientKey, id_of, ins_of_token
from ens.interop.fhir.structure import is_date_time
from ens.kernel.clock import PARIS

MAX_COUNT = 200
DEFAULT_COUNT = 50
MAX_VALUES = 200  # of one parameter, between commas
_NAME = re.compile(r"[A-Za-z_][A-Za-z_.:-]{0,59}\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """``code``, ``system|code``, ``|code`` (system "": none) or ``system|`` (code None). System None: any."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Moment:
    """A comparison with the interval a date stands for: ``2026-03`` is the whole month, in Paris."""

    prefix: str  # eq ne gt lt ge le sa eb
    start: datetime
    end: datetime  # excluded


@dataclass(frozen=True, slots=True)
class Parameter:
    kind: str  # token, date, reference, string, patient, control
    documentation: str
    definition: str = ""
    aliases: tuple[str, ...] = ()


_HL7 = "http://hl7.org/fhir/SearchParameter/"
_MHD = "https://profiles.ihe.net/ITI/MHD/SearchParameter/"
_PDSM = "https://interop.esante.gouv.fr/ig/fhir/pdsm/SearchParameter/"

_PATIENT = {
    "patient": Parameter(
        "patient", "L'usager, par Patient/id ou par son INS (urn:oid:OID|matricule).", _HL7 + "clinical-patient"
    ),
    "subject": Parameter("patient", "Comme patient.", _HL7 + "DocumentReference-subject"),
    "patient.identifier": Parameter(
        "patient", "L'usager, par son INS : urn:oid:OID|matricule.", _HL7 + "clinical-patient"
    ),
    "subject.identifier": Parameter("patient", "Comme patient.identifier.", _HL7 + "DocumentReference-subject"),
}
_CONTROL = {
    name: Parameter("control", "")
    for name in ("_count", "_sort", "_summary", "_total", "_format", "_cursor", "_pretty")
}

PARAMETERS: dict[str, dict[str, Parameter]] = {
    "DocumentReference": {
        **_PATIENT,
        "_id": Parameter("token", "L'identifiant technique de la fiche.", _HL7 + "Resource-id"),
        "_lastUpdated": Parameter("date", "La dernière modification de la fiche.", _HL7 + "Resource-lastUpdated"),
        "identifier": Parameter("token", "L'identifiant unique donné par le producteur.", _HL7 + "clinical-identifier"),
        "status": Parameter("token", "current ou superseded.", _HL7 + "DocumentReference-status"),
        "type": Parameter("token", "Le type du document (J07).", _HL7 + "clinical-type"),
        "category": Parameter("token", "La classe du document (J06).", _HL7 + "DocumentReference-category"),
        "facility": Parameter("token", "Le secteur d'activité (J02).", _HL7 + "DocumentReference-facility"),
        "setting": Parameter("token", "Le cadre d'exercice (J04).", _HL7 + "DocumentReference-setting"),
        "format": Parameter("token", "Le format du document (J10).", _HL7 + "DocumentReference-format"),
        "event": Parameter("token", "Les actes et pathologies.", _HL7 + "DocumentReference-event"),
        "security-label": Parameter("token", "La confidentialité.", _HL7 + "DocumentReference-security-label"),
        "isArchived": Parameter("token", "Fiche archivée ou non.", _PDSM + "PDSm-isArchived", ("PDSm_isArchived",)),
        "author": Parameter("reference", "L'auteur déclaré, par identifiant.", _HL7 + "DocumentReference-author"),
        "author.identifier": Parameter("token", "L'identifiant de l'auteur.", _HL7 + "DocumentReference-author"),
        "author.family": Parameter("string", "Le nom de l'auteur.", _HL7 + "Practitioner-family"),
        "author.given": Parameter("string", "Le prénom de l'auteur.", _HL7 + "Practitioner-given"),
        "date": Parameter("date", "La date de la fiche.", _HL7 + "DocumentReference-date"),
        "creation": Parameter("date", "La création du document.", _MHD + "DocumentReference-Creation"),
        "period": Parameter("date", "La période de l'acte.", _HL7 + "DocumentReference-period"),
        "period-start": Parameter(
            "date",
            "Le début de l'acte.",
            _PDSM + "PDSm-DocumentReference-period-start",
            ("PDSm_DocumentReference_period-start",),
        ),
        "period-end": Parameter(
            "date",
            "La fin de l'acte.",
            _PDSM + "PDSm-DocumentReference-period-end",
            ("PDSm_DocumentReference_period-end",),
        ),
        "relatesto": Parameter("reference", "La fiche remplacée.", _HL7 + "DocumentReference-relatesto"),
        **_CONTROL,
    },
    "List": {
        **_PATIENT,
        "_id": Parameter("token", "L'identifiant technique du lot.", _HL7 + "Resource-id"),
        "_lastUpdated": Parameter("date", "La dernière modification du lot.", _HL7 + "Resource-lastUpdated"),
        "identifier": Parameter("token", "L'identifiant du lot.", _HL7 + "clinical-identifier"),
        "code": Parameter("token", "submissionset.", _HL7 + "clinical-code"),
        "status": Parameter("token", "current.", _HL7 + "List-status"),
        "date": Parameter("date", "La date de soumission.", _HL7 + "clinical-date"),
        "designationType": Parameter(
            "token", "Le type d'activité.", _MHD + "List-DesignationType", ("DesignationType", "designationtype")
        ),
        "sourceId": Parameter("token", "Le système émetteur.", _MHD + "List-SourceId", ("SourceId", "sourceid")),
        "source": Parameter("reference", "L'auteur du lot, par identifiant.", _HL7 + "List-source"),
        "source.identifier": Parameter("token", "L'identifiant de l'auteur du lot.", _HL7 + "List-source"),
        "authorOrg": Parameter(
            "reference", "L'organisation auteure.", _PDSM + "PDSm-List-authorOrg", ("PDSm_authorOrg",)
        ),
        "title": Parameter("string", "Le titre du lot.", _HL7 + "List-title"),
        "isArchived": Parameter("token", "Lot archivé ou non.", _PDSM + "PDSm-isArchived", ("PDSm_isArchived",)),
        **_CONTROL,
    },
}
# The record's one order: the date of the act for documents, of submission for sets.
SORTS: dict[str, tuple[str, ...]] = {"DocumentReference": ("date", "period"), "List": ("date",)}


@dataclass(slots=True)
class Search:
    """A search as understood. Several criteria are joined by AND, the values inside one by OR."""

    kind: str
    patient: PatientKey | None = None
    tokens: list[tuple[str, tuple[Token, ...]]] = field(default_factory=list)
    dates: list[tuple[str, tuple[Moment, ...]]] = field(default_factory=list)
    references: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    strings: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)  # name, modifier, values
    count: int = DEFAULT_COUNT
    sort: str = ""
    descending: bool = False
    only_count: bool = False
    with_total: bool = False
    cursor: str = ""
    understood: list[tuple[str, str]] = field(default_factory=list)  # for the self link, cursor left out
    ignored: list[str] = field(default_factory=list)  # names not offered, when the caller asked for lenience


def pairs_of(query: str) -> list[tuple[str, str]]:
    """The parameters of a query string, in order. Errors: ParameterInvalid."""
    try:
        return parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=100, errors="strict")
    except ValueError:
        raise ParameterInvalid(name="…", detail="l'adresse n'est pas lisible") from None


def shown(raw: str) -> str:
    """A parameter's name as an answer may repeat it: what is not shaped as one could be anything of anyone."""
    return raw if _NAME.match(raw) else "…"


def read_search(kind: str, query: str, fhir_base: str, *, lenient: bool = False) -> Search:
    """Read a query string. Errors: ParameterUnknown, ParameterInvalid, PatientRequired.

    ``lenient``: a parameter not offered is ignored, and told, as its caller asked. Source: FHIR R4, search.html#errors.
    """
    pairs = pairs_of(query)
    search, patients, unreadable = Search(kind), [], False
    for raw, value in pairs:
        try:
            name, modifier, parameter = _named(kind, raw)
        except ParameterUnknown:
            if not lenient:
                raise
            search.ignored.append(shown(raw))
            continue
        if not value or "\x00" in value:
            raise ParameterInvalid(name=name, detail="une valeur est attendue")
        if name != "_cursor":
            search.understood.append((raw, value))
        if parameter.kind == "patient":
            key = _patient(name, modifier, value, fhir_base)
            unreadable = unreadable or key is None
            patients.append(key)
        elif parameter.kind == "token":
            search.tokens.append((name, tuple(_token(part) for part in _split(name, value))))
        elif parameter.kind == "date":
            search.dates.append((name, tuple(read_moment(name, part) for part in _split(name, value))))
        elif parameter.kind == "reference":
            search.references.append((name, tuple(_split(name, value))))
        elif parameter.kind == "string":
            search.strings.append((name, modifier, tuple(_split(name, value))))
        else:
            _control(search, name, value)
    if not patients:
        raise PatientRequired()
    # Two patients at once, or an identifier that is not an INS, name nobody: the answer is empty, not an error.
    if not unreadable and len(set(patients)) == 1:
        search.patient = patients[0]
    return search


def _named(kind: str, raw: str) -> tuple[str, str, Parameter]:
    bare, _, modifier = raw.partition(":")
    known = PARAMETERS[kind]
    if modifier == "identifier" and bare in ("patient", "subject", "author", "source"):
        bare, modifier = bare + ".identifier", ""
    elif bare in ("patient", "subject") and modifier.startswith("Patient"):
        bare, modifier = bare + modifier.removeprefix("Patient"), ""
    for name, parameter in known.items():
        if bare == name or bare in parameter.aliases:
            if modifier and not (parameter.kind == "string" and modifier in ("exact", "contains")):
                break
            return name, modifier, parameter
    raise ParameterUnknown(name=shown(raw))


def _patient(name: str, modifier: str, value: str, fhir_base: str) -> PatientKey | None:
    if name.endswith(".identifier"):
        return ins_of_token(value)
    text = value.removeprefix("Patient?identifier=")
    ins: InsKey | None = ins_of_token(text)
    if ins is not None:
        return ins
    found = id_of(value, fhir_base) or _bare_id(value)
    return IdKey(found) if found else None


def _bare_id(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def _split(name: str, value: str) -> list[str]:
    """The values between commas, ``\\,`` being a comma of the value itself. Source: FHIR R4, search.html#escaping."""
    parts = re.split(r"(?<!\\),", value)
    if len(parts) > MAX_VALUES:
        raise ParameterInvalid(name=name, detail=f"{MAX_VALUES} valeurs au plus")
    return [re.sub(r"\\([,$|\\])", r"\1", part) for part in parts if part]


def _token(part: str) -> Token:
    system, bar, code = part.partition("|")
    if not bar:
        return Token(None, part)
    return Token(system, code or None)


def read_moment(name: str, text: str) -> Moment:
    """A date with its prefix, as the interval it stands for. Errors: ParameterInvalid."""
    prefix, value = (text[:2], text[2:]) if text[:2] in _PREFIXES else ("eq", text)
    value = value.replace(" ", "+")  # a plus sign that was not percent-encoded
    if re.search(r"T\d{2}:\d{2}(Z|[+-]|$)", value):  # FHIR permits a time without seconds in searches
        value = re.sub(r"(T\d{2}:\d{2})", r"\1:00", value)
    if re.search(r"T[\d:.]+\Z", value):
        value += datetime.fromisoformat(value).replace(tzinfo=PARIS).strftime("%z") if _is_naive(value) else ""
        value = re.sub(r"([+-]\d{2})(\d{2})\Z", r"\1:\2", value)
    if not is_date_time(value):
        raise ParameterInvalid(name=name, detail="une date est attendue : AAAA, AAAA-MM, AAAA-MM-JJ, ou avec une heure")
    return Moment(prefix, *interval(value))


_PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")


def _is_naive(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def interval(value: str) -> tuple[datetime, datetime]:
    """The first instant of a FHIR dateTime and the first one after it, in UTC; partial dates are Paris days.

    « 9999-12-31 » stands for « without end » in many a file: the edges of the calendar are kept within it.
    """
    if "T" in value:
        known = datetime.fromisoformat(value)
        start = _within_calendar(lambda: known.astimezone(UTC), early=known.year < 5000)
        step = timedelta(milliseconds=1) if "." in value else timedelta(seconds=1)
        return start, _within_calendar(lambda: start + step, early=False)
    year, month, day = (*(int(part) for part in value.split("-")), 0, 0)[:3]
    first = date(year, month or 1, day or 1)

    def after() -> date:
        if day:
            return first + timedelta(days=1)
        return date(year + month // 12, month % 12 + 1, 1) if month else date(year + 1, 1, 1)

    return (
        _within_calendar(lambda: _midnight(first), early=year < 5000),
        _within_calendar(lambda: _midnight(after()), early=year < 5000),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _within_calendar(made: Callable[[], datetime], *, early: bool) -> datetime:
    try:
        return made()
    except (ValueError, OverflowError):
        return _FIRST if early else _LAST


def _control(search: Search, name: str, value: str) -> None:
    if name == "_count":
        if not value.isascii() or not value.isdigit():
            raise ParameterInvalid(name=name, detail="un entier est attendu")
        search.count = min(int(value[:9]), MAX_COUNT)
        if search.count == 0:  # FHIR R4, search.html#count: as _summary=count
            search.only_count = True
    elif name == "_sort":
        field_name = value.removeprefix("-")
        if field_name not in SORTS[search.kind]:
            raise ParameterInvalid(name=name, detail="tris offerts : " + ", ".join(SORTS[search.kind]))
        search.sort, search.descending = field_name, value.startswith("-")
    elif name == "_summary":
        if value not in ("count", "false"):
            raise ParameterInvalid(name=name, detail="count ou false")
        search.only_count = value == "count"
    elif name == "_total":
        if value not in ("none", "estimate", "accurate"):
            raise ParameterInvalid(name=name, detail="none, estimate ou accurate")
        search.with_total = value != "none"
    elif name == "_cursor":
        search.cursor = value
