"""Labels of professions, as the usager reads them. Source: TRE_G15-ProfessionSante (ANS)."""

from __future__ import annotations

LABELS = {
    "10": "médecin",
    "21": "pharmacien",
    "26": "audioprothésiste",
    "28": "opticien-lunetier",
    "31": "assistant dentaire",
    "32": "physicien médical",
    "40": "chirurgien-dentiste",
    "50": "sage-femme",
    "60": "infirmier",
    "69": "infirmier psychiatrique",
    "70": "masseur-kinésithérapeute",
    "80": "pédicure-podologue",
    "81": "orthoprothésiste",
    "82": "podo-orthésiste",
    "83": "orthopédiste-orthésiste",
    "84": "oculariste",
    "85": "épithésiste",
    "86": "technicien de laboratoire médical",
    "91": "orthophoniste",
    "92": "orthoptiste",
    "93": "psychologue",
    "94": "ergothérapeute",
    "95": "diététicien",
    "96": "psychomotricien",
    "98": "manipulateur d'électroradiologie médicale",
}


def label(code: str) -> str:
    return LABELS.get(code, "professionnel de santé")


def styled_name(civility: str, profession: str, last_name: str, first_name: str) -> str:
    """« Docteur Dupond » for physicians, « Christelle Thomas » for the others."""
    name = last_name.title() if last_name.isupper() else last_name
    if profession == "10" or civility.upper() in ("DR", "DOC"):
        return f"Docteur {name}" if not first_name else f"Docteur {first_name} {name}"
    return f"{first_name} {name}".strip()
