"""Mobile numbers of France and of its overseas territories, by their prefixes; other countries as they are.

Source: plan national de numérotation (Arcep); UIT-T E.164.
"""

from __future__ import annotations

import re

from ens.standards.errors import MalformedPhone

# Country code → what follows it in a mobile number, and how many digits in all follow the country code.
MOBILE: dict[str, tuple[str, int]] = {
    "33": (r"[67]", 9),
    "262": (r"639|69[23]", 9),  # La Réunion, Mayotte
    "508": (r"55", 6),  # Saint-Pierre-et-Miquelon
    "590": (r"690|691(?:2[2-9]|3[0-4])", 9),  # Guadeloupe, Saint-Martin, Saint-Barthélemy
    "594": (r"694", 9),  # Guyane
    "596": (r"69[67]", 9),  # Martinique
    "681": (r"40|8[023]", 6),  # Wallis-et-Futuna
    "687": (r"5[0-4]|7\d|8[0-79]|9\d", 6),  # Nouvelle-Calédonie
    "689": (r"8[79]", 8),  # Polynésie française
}
# Written without a country code, from France, La Réunion, Guadeloupe, Guyane, Martinique.
_NATIONAL = {"06": "33", "07": "33", "0639": "262", "0692": "262", "0693": "262", "0690": "590", "0691": "590",
             "0694": "594", "0696": "596", "0697": "596"}  # fmt: skip


def normalise(typed: str) -> str:
    """``+33612345678`` from what people type: spaces, dots, dashes, 00 or a national form.

    A number of another country is kept as it is, eight to fifteen digits. Errors: MalformedPhone.
    """
    digits = re.sub(r"[\s.\-()/\u00a0\u202f]", "", typed)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        known = max((prefix for prefix in _NATIONAL if digits.startswith(prefix)), key=len, default="")
        if not known or len(digits) != 10:
            raise MalformedPhone()
        digits = f"+{_NATIONAL[known]}{digits[1:]}"
    if not re.fullmatch(r"\+[1-9]\d{7,14}", digits):
        raise MalformedPhone()
    country = next((code for code in MOBILE if digits[1:].startswith(code)), "")
    if country:
        prefixes, length = MOBILE[country]
        rest = digits[1 + len(country) :]
        if len(rest) != length or not re.match(prefixes, rest):
            raise MalformedPhone()
    return digits


def masked(number: str) -> str:
    """Its two last digits."""
    return f"•• •• •• •• {number[-2:]}" if number else ""
