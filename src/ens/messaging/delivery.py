"""Why a message was not delivered, in the usager's words: never the operator's, which may quote an address."""

from __future__ import annotations

import re

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")

ADDRESS = "La boîte de votre correspondant n'existe plus."
FULL = "La boîte de votre correspondant est pleine."
TOO_LARGE = "Votre message est trop gros pour la boîte de votre correspondant."
LATE = "L'opérateur de votre correspondant n'a pas pu remettre ce message à temps."
REFUSED = "L'opérateur de votre correspondant a refusé ce message."
UNREACHABLE = "Votre correspondant n'est plus joignable dans l'espace de confiance."
SILENT = "L'opérateur de votre correspondant ne répond pas depuis deux jours."
WORDS = {
    **dict.fromkeys(("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.0", "2.1", "550", "551", "553"), ADDRESS),
    **dict.fromkeys(("2.2", "452"), FULL),
    **dict.fromkeys(("2.3", "3.4", "552"), TOO_LARGE),
}


def explanation(text: str, code: int = 0) -> str:
    """From an enhanced status (RFC 3463) if the text holds one, else from the reply's code (RFC 5321, 4.2.3)."""
    found = _STATUS.search(text)
    status = f"{found.group(2)}.{found.group(3)}" if found else str(code)
    return WORDS.get(status, LATE if status.startswith("4.") else REFUSED)


CAUSES = {
    ADDRESS: "boite_inconnue",
    FULL: "boite_pleine",
    TOO_LARGE: "trop_gros",
    LATE: "trop_tard",
    REFUSED: "refus_de_l_operateur",
    UNREACHABLE: "hors_de_l_espace",
    SILENT: "operateur_muet",
}


def cause(explained: str) -> str:
    """The short name of an explanation, for the ledger."""
    return CAUSES.get(explained, CAUSES[REFUSED])
