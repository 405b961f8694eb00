"""What someone does on several pages, by their forms alone."""

from __future__ import annotations

from tests.browser.watching import Window


def write_the_profile(window: Window) -> None:
    """Something written in a rubric, changed and taken away; « non concerné »; the synthesis filed."""
    page = window.page
    window.open("/profil/")
    page.click("a:has-text('Compléter Allergies')")
    page.click("button:has-text('Enregistrer')")
    page.wait_for_selector("text=Indiquez à quoi vous êtes allergique.")
    page.fill("#id_allergene", "Pénicilline")
    page.click("button:has-text('Enregistrer')")
    page.click("text=Pénicilline")
    page.fill("#id_allergene", "Amoxicilline")
    page.click("button:has-text('Enregistrer')")
    page.click("text=Amoxicilline")
    page.click("summary:has-text('Supprimer')")
    page.click("text=Supprimer cette information")
    page.click("main >> button:has-text('Non concerné')")
    page.click("text=Préparer la synthèse")
    page.click("text=Enregistrer dans mes documents")
    page.wait_for_selector("h1:has-text('Synthèse du profil médical')")
