"""What people copy by hand from paper: letters and figures that are never taken for one another.

The alphabet is that of RFC 4648's base 32 habit of leaving look-alikes out, taken further: no 0 nor O, no 1, I nor L.
"""

from __future__ import annotations

from ens.enrolment.errors import CodeMalformed

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUP = 4
SEPARATORS = frozenset(" -\u2010\u2011\u2012\u2013\u2014\u00a0\u202f\t\r\n._")


def written(digest: bytes, length: int) -> str:
    """The digest's first characters; of 256 bits, for twelve, none is likelier than another by 2**-196."""
    number = int.from_bytes(digest)
    found = []
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        found.append(ALPHABET[place])
    return "".join(found)


def grouped(text: str) -> str:
    """As it is printed: « K7RM 4TXP 9HVN »."""
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def normalised(typed: str, length: int) -> str:
    """The ``length`` characters that were meant: case, spaces and dashes are ignored. Errors: CodeMalformed."""
    text = "".join(one for one in typed[:200].upper() if one not in SEPARATORS)
    foreign = sorted({one for one in text if one not in ALPHABET})
    if foreign and len(text) <= length * 2:
        lookalikes = [one for one in foreign if one in "01OIL"]
        if lookalikes:
            raise CodeMalformed(
                reason=f"Aucun code ne contient « {lookalikes[0]} ». Vérifiez ce caractère : "
                "les codes n'ont ni 0 ni O, ni 1, ni I, ni L."
            )
        raise CodeMalformed(reason=f"Aucun code ne contient « {foreign[0]} » : il a des lettres et des chiffres.")
    missing = length - len(text)
    if missing:
        count = "un caractère" if abs(missing) == 1 else f"{abs(missing)} caractères"
        if missing > 0:
            verb = "Il manque" if text else "Saisissez le code : il manque"
            raise CodeMalformed(reason=f"{verb} {count} : le code en compte {length}.")
        raise CodeMalformed(reason=f"Il y a {count} de trop : le code en compte {length}.")
    return text
