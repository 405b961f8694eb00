"""The categories of documents as pages show them, in the order of their menu.

Source: production's contract of documents: fifteen categories, twelve of them shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Category:
    code: str
    label: str
    short: str
    icon: str
    tint: str  # accent: health; calme: paper
    offered: bool = True  # to a usager who adds a document
    of_patient: str = ""  # its name for a professional, when the usager's is said by them


OTHER = "AUTR_DOC"


@cache
def shown_categories() -> tuple[Category, ...]:
    return (
        Category("BIOLOGIE", _("Résultats de biologie"), _("Biologie"), "test-tube-line", "accent"),
        Category("RADIO_SC", _("Radio, écho, scanner, IRM"), _("Imagerie"), "image-line", "accent"),
        Category("CPT_REND", _("Comptes rendus"), _("Comptes rendus"), "file-text-line", "calme"),
        Category("ORD_SOIN", _("Ordonnances et soins"), _("Ordonnances"), "capsule-line", "calme"),
        Category("DEPISTAG", _("Prévention et dépistages"), _("Prévention"), "shield-line", "calme"),
        Category(
            "SYNTHESE", _("Ma santé en résumé"), _("Résumé"), "health-book-line", "accent", of_patient=_("Synthèses")
        ),
        Category("CERT_MED", _("Certificats médicaux"), _("Certificats"), "survey-line", "calme"),
        Category("DOC_ADM", _("Pièces administratives"), _("Administratif"), "file-line", "calme"),
        Category("CAR_VAC", _("Carnet de vaccination"), _("Vaccins"), "syringe-line", "accent", offered=False),
        Category("VDP", _("Entourage et volontés"), _("Volontés"), "user-heart-line", "accent", offered=False),
        Category("DIR_ANT", _("Directives anticipées"), _("Directives"), "user-heart-line", "accent", offered=False),
        Category("REMB", _("Remboursements"), _("Remboursements"), "money-euro-circle-line", "calme", offered=False),
        Category("QUEST_SANTE", _("Questionnaires"), _("Questionnaires"), "todo-line", "calme", offered=False),
        Category("SYNTH_PML", _("Synthèse du profil"), _("Profil"), "health-book-line", "accent", offered=False),
        Category(OTHER, _("Autres documents"), _("Autres"), "folder-2-line", "calme"),
    )


@cache
def _by_code() -> dict[str, Category]:
    return {found.code: found for found in shown_categories()}


def category(code: str) -> Category:
    """The category, or « Autres documents » for a code not known."""
    return _by_code().get(code, _by_code()[OTHER])


def own_categories() -> list[tuple[str, str]]:
    """What a usager may choose for a document of theirs: code and label."""
    return [(found.code, found.label) for found in shown_categories() if found.offered]


def menu(
    counts: Mapping[str, int], total: int, *, chosen: str, link: Callable[[str | None], str], own: bool = True
) -> list[dict[str, Any]]:
    """All, then each category that holds something or is chosen, for ``components/menu_categories.html``.

    ``link``: the address of a category, or of all. ``own``: shown to whose documents they are.
    """
    everything = {
        "libelle": _("Tous les documents"),
        "court": _("Tous"),
        "icone": "archive-line",
        "nombre": total,
        "courante": not chosen,
        "lien": link(None),
    }
    shown = [
        {
            "libelle": known.label if own else known.of_patient or known.label,
            "court": known.short,
            "icone": known.icon,
            "nombre": counts.get(known.code, 0),
            "courante": known.code == chosen,
            "lien": link(known.code),
        }
        for known in shown_categories()
        if counts.get(known.code) or known.code == chosen
    ]
    return [everything, *shown]
