"""Rules of identifiers and passwords, on facts: no database. A message says which one was not met.

Source: rules seen in the production service; CNIL, délibération 2022-100, mots de passe (case with attempts bounded).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.contrib.auth.password_validation import CommonPasswordValidator

from ens.identity.errors import (
    IdentifierRefused,
    PasswordIncomplete,
    PasswordPersonal,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from ens.standards.errors import StandardError
from ens.standards.ins import Matricule

IDENTIFIER_LENGTH = (8, 100)
PASSWORD_LENGTH = (9, 128)
OURS = {"motdepasse", "azertyuiop", "monespacesante", "espacesante", "mutuelle", "cartevitale"}
PHRASE = 20  # from this length on, the kinds of characters do not matter
_IDENTIFIER = re.compile(r"[0-9a-z_.-]+")
_IBAN = re.compile(r"fr\d{2}[0-9a-z]{10,30}")


@dataclass(frozen=True, slots=True)
class Personal:
    """What a person's password must not hold."""

    names: tuple[str, ...] = ()
    birth_date: date | None = None
    numbers: tuple[str, ...] = ()
    identifier: str = ""


def check_identifier(identifier: str) -> None:
    """8 to 100 characters of a small set; not a matricule, an IBAN nor an e-mail. Errors: IdentifierRefused."""
    shortest, longest = IDENTIFIER_LENGTH
    if "@" in identifier:
        raise IdentifierRefused(reason="une adresse e-mail ne peut pas servir d'identifiant")
    if not shortest <= len(identifier) <= longest:
        raise IdentifierRefused(reason=f"il compte de {shortest} à {longest} caractères")
    if not _IDENTIFIER.fullmatch(identifier):
        raise IdentifierRefused(reason="seulement des minuscules sans accent, des chiffres, « _ », « - » et « . »")
    bare = re.sub(r"[_.-]", "", identifier)
    if _is_matricule(bare):
        raise IdentifierRefused(reason="un numéro de sécurité sociale ne peut pas servir d'identifiant")
    if _IBAN.fullmatch(bare):
        raise IdentifierRefused(reason="un numéro de compte bancaire ne peut pas servir d'identifiant")


def _is_matricule(text: str) -> bool:
    if re.fullmatch(r"[12]\d{12}", text):
        return True  # without its key
    try:
        Matricule.parse(text)
    except StandardError:
        return False
    return True


def suggestions(first_name: str, last_name: str) -> Iterator[str]:
    """Identifiers made from a name, without end; none says when someone was born."""
    first, last = _plain(first_name), _plain(last_name)
    for shape in dict.fromkeys((f"{first}.{last}", f"{first}-{last}", f"{last}.{first}")):
        if IDENTIFIER_LENGTH[0] <= len(shape) <= IDENTIFIER_LENGTH[1]:
            yield shape
    base = f"{first}.{last}"[:90].strip(".") or "usager"
    number = 1
    while True:
        number += 1
        suffix = str(number)
        yield f"{base}.{suffix.rjust(max(1, IDENTIFIER_LENGTH[0] - len(base) - 1), '0')}"


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", "-", bare).strip("-")  # a digit in a name would make it look like a number


def check_password(password: str, about: Personal) -> None:
    """Long enough, of several kinds of characters unless it is a phrase, not common, nothing of the person.

    Errors: PasswordTooShort, PasswordTooLong, PasswordIncomplete, PasswordTooCommon, PasswordPersonal.
    """
    shortest, longest = PASSWORD_LENGTH
    if len(password) < shortest:
        raise PasswordTooShort(shortest=shortest)
    if len(password) > longest:
        raise PasswordTooLong(longest=longest)
    kinds = (str.islower, str.isupper, str.isdigit, lambda sign: not sign.isalnum() or not sign.isascii())
    if len(password) < PHRASE and not all(any(kind(sign) for sign in password) for kind in kinds):
        raise PasswordIncomplete()
    if _is_common(password):
        raise PasswordTooCommon()
    if any(part in _folded(password) for part in _parts(about)):
        raise PasswordPersonal()


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def _parts(about: Personal) -> set[str]:
    words: set[str] = set()
    for name in about.names:
        words |= set(re.split(r"[^a-z0-9]+", _folded(name)))
    if about.birth_date is not None:
        day = about.birth_date
        words |= {f"{day:%d%m%Y}", f"{day:%d%m%y}", f"{day:%Y%m%d}", f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}"}
    for number in about.numbers:
        words |= {_folded(number), _folded(number)[:13]}
    if about.identifier:
        words.add(_folded(about.identifier))
    return {word for word in words if len(word) >= 4}


def _is_common(password: str) -> bool:
    """In the list of what people choose most, or that with something around it."""
    folded = _folded(password)
    undone = folded.translate(str.maketrans("@401358$!", "aaoiesbsi"))
    tried = {folded, undone, *_stripped(folded), *_stripped(undone)}
    return any(one in _common() for one in tried if len(one) >= 6) or len(set(folded)) <= 3


def _stripped(text: str) -> Iterable[str]:
    return {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text), re.sub(r"[\W_]+", "", text)}


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | OURS
