"""Is a line of a population file right? Plain Python: no database, no settings.

One expression over the whole line answers for nearly all of them (under a microsecond); only the others are looked at
field by field, cleaned where what was meant is plain (spaces, case), or refused with a stable reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from ens.identity.population.columns import ADDRESS, FIELDS, REQUIRED, SEPARATOR
from ens.identity.population.reasons import LineRefused
from ens.standards.departements import DEPARTEMENTS, departement_of
from ens.standards.ins import OIDS, REAL_OIDS

_MATRICULE = r"[1-478][0-9]{4}(?:[0-9]{5}|2[AB][0-9]{3})[0-9]{5}"
_OID = "(?:" + "|".join(re.escape(oid) for oid in OIDS) + ")"
_NAME = r"[^\x00-\x1f\x7f0-9@<>?:;/€*#|%~+£$!§¤,.\"\\(){}\[\]_=&^²]{1,120}"
_TEXT = r"[^\x00-\x1f\x7f]{0,120}"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Of each field: what it looks like, and the code of its refusal.
PATTERNS: dict[str, tuple[str, str]] = {
    "matricule": (_MATRICULE, "matricule_mal_forme"),
    "oid": (_OID, "oid_inconnu"),
    "nom_naissance": (_NAME, "nom_invalide"),
    "prenoms": (_NAME, "nom_invalide"),
    "date_naissance": (_DATE, "date_naissance_invalide"),
    "sexe": ("[MF]", "sexe_invalide"),
    "lieu_naissance": ("[0-9A-Z]{5}", "lieu_naissance_invalide"),
    "nom_utilise": (f"(?:{_NAME})?", "nom_invalide"),
    "prenom_utilise": (f"(?:{_NAME})?", "nom_invalide"),
    "matricule_assure": (f"(?:{_MATRICULE})?", "matricule_assure_invalide"),
    "email": (r"(?=[^\x1f]{0,254}\x1f)(?:[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+)?", "email_invalide"),
    "medecin_traitant": ("(?:[0-9]{8,12})?", "medecin_traitant_invalide"),
    "identite": ("(?:qualifiee|validee|recuperee|provisoire)?", "statut_invalide"),
    "autres_matricules": (f"(?:{_MATRICULE}/{_OID}(?: {_MATRICULE}/{_OID}){{0,4}})?", "autres_matricules_invalides"),
    "representants": (f"(?:{_MATRICULE}(?: {_MATRICULE}){{0,3}})?", "representants_invalides"),
    "telephone": (r"(?:\+?[0-9]{6,15})?", "telephone_invalide"),
    **{name: (_TEXT.replace("120", "38"), "adresse_trop_longue") for name in ADDRESS},
    "departement": ("(?:[0-9]{2,3}|2[AB])?", "departement_inconnu"),
    "dmp": ("(?:oui|non)?", "dmp_invalide"),
    "date_deces": (f"(?:{_DATE})?", "date_deces_invalide"),
    "gros_caracteres": ("(?:oui|non)?", "gros_caracteres_invalide"),
}
# A value holds no separator, so that the whole line is one text; the last field is followed by one too.
_WHOLE = re.compile(SEPARATOR.join(PATTERNS[name][0] for name in FIELDS) + SEPARATOR)
_ALONE = {name: re.compile(pattern + SEPARATOR) for name, (pattern, _) in PATTERNS.items()}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SAID_YES = {"o": "oui", "1": "oui", "true": "oui", "n": "non", "0": "non", "false": "non"}
_M, _OID_AT, _BORN = FIELDS.index("matricule"), FIELDS.index("oid"), FIELDS.index("date_naissance")
_ASSURE = FIELDS.index("matricule_assure")
_OTHERS, _REPRESENTATIVES = FIELDS.index("autres_matricules"), FIELDS.index("representants")
_ADDRESS_FIRST, _TOWN = FIELDS.index(ADDRESS[0]), FIELDS.index("adresse_6")
_ADDRESS_END = _ADDRESS_FIRST + len(ADDRESS)
_DEPARTEMENT, _DIED = FIELDS.index("departement"), FIELDS.index("date_deces")


def key_is_right(matricule: str) -> bool:
    """Whether the two last of fifteen characters are their key. Source: INSEE, key = 97 − (n mod 97)."""
    body = matricule[:13]
    if not body.isdigit():
        body = body.replace("2A", "19").replace("2B", "18")
    return 97 - int(body) % 97 == int(matricule[13:])


@lru_cache(maxsize=80_000)  # a century and a half of days, with room
def day(text: str) -> date | None:
    """The date AAAA-MM-JJ, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


class Judge:
    """Judges the lines of one import: ``today`` and whether test identities are welcome are those of the import."""

    def __init__(self, *, today: date, allow_test: bool) -> None:
        self._today = today
        self._allow_test = allow_test

    def judged(self, fields: Sequence[str]) -> Sequence[str]:
        """The fields of a right line, as they are to be kept. Errors: LineRefused."""
        if not _WHOLE.fullmatch(SEPARATOR.join(fields) + SEPARATOR):
            fields = self._cleaned(fields)
        matricule = fields[_M]
        if not key_is_right(matricule):
            raise LineRefused("cle_fausse")
        if not self._allow_test and fields[_OID_AT] not in REAL_OIDS:
            raise LineRefused("identite_de_test")
        born = day(fields[_BORN])
        if born is None:
            raise LineRefused("date_naissance_invalide")
        if born > self._today:
            raise LineRefused("date_naissance_future")
        if fields[_ASSURE] and not key_is_right(fields[_ASSURE]):
            raise LineRefused("matricule_assure_invalide")
        if fields[_OTHERS] or fields[_REPRESENTATIVES]:
            _check_numbers(matricule, fields[_OTHERS], fields[_REPRESENTATIVES])
        if fields[_DIED]:
            self._check_death(born, fields[_DIED])
        return _placed(fields)

    def _check_death(self, born: date, text: str) -> None:
        died = day(text)
        if died is None:
            raise LineRefused("date_deces_invalide")
        if died < born or died > self._today:
            raise LineRefused("dates_contradictoires")

    def _cleaned(self, fields: Sequence[str]) -> Sequence[str]:
        """Spaces around, case and separators of numbers put right; then each field against its pattern."""
        values = dict(zip(FIELDS, (value.strip() for value in fields), strict=True))
        if any(_CONTROL.search(value) for value in values.values()):
            raise LineRefused("caractere_interdit")
        for name in ("matricule", "matricule_assure"):
            values[name] = re.sub(r"\s", "", values[name]).upper()
        for name in ("autres_matricules", "representants"):
            values[name] = " ".join(values[name].upper().split())
        values["telephone"] = re.sub(r"[\s.\-]", "", values["telephone"])
        values["departement"] = values["departement"].upper().rjust(2, "0") if values["departement"] else ""
        values["sexe"] = values["sexe"].upper()
        values["identite"] = values["identite"].lower()
        for name in ("dmp", "gros_caracteres"):
            values[name] = _SAID_YES.get(values[name].lower(), values[name].lower())
        for name in REQUIRED:
            if not values[name]:
                raise LineRefused("champ_absent", name)
        for name, value in values.items():
            if not _ALONE[name].fullmatch(value + SEPARATOR):
                raise LineRefused(PATTERNS[name][1], name)
        return tuple(values.values())


def _check_numbers(matricule: str, others: str, representatives: str) -> None:
    for other in others.split():
        number = other.partition("/")[0]
        if number == matricule or not key_is_right(number):
            raise LineRefused("autres_matricules_invalides")
    for number in representatives.split():
        if number == matricule:
            raise LineRefused("representant_soi_meme")
        if not key_is_right(number):
            raise LineRefused("representants_invalides")


def _placed(fields: Sequence[str]) -> Sequence[str]:
    """The département checked, or taken from the town's line of the address."""
    known = fields[_DEPARTEMENT]
    if known:
        if known not in DEPARTEMENTS:
            raise LineRefused("departement_inconnu")
        has_address = fields[_TOWN]
    else:
        has_address = fields[_TOWN]
        if has_address:
            fields = (*fields[:_DEPARTEMENT], departement_of(has_address), *fields[_DEPARTEMENT + 1 :])
    if not has_address and any(fields[_ADDRESS_FIRST:_ADDRESS_END]):
        raise LineRefused("adresse_incomplete")
    return fields
