"""A lot's letters drawn by typst: PDF/UA-1, A4, address in the window, folds, two QR codes.

The QR code of the site is the same for everyone; that of the slip says its reference and nothing else.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pikepdf
import segno

from ens.enrolment.notices import Notice, Told, in_words
from ens.kernel.clock import PARIS
from ens.standards import paper

_HERE = Path(__file__).parent
SLIP = "COUPON ENS "  # what the slip's QR code says before its reference: alphanumeric, so a small drawing
CHOICES = (
    ("J’active mon espace", "Munissez-vous de votre carte Vitale. Votre espace est ouvert tout de suite."),
    ("Je m’oppose à sa création", "Aucun espace n’est créé. Vos soins et vos remboursements ne changent pas."),
)
RIGHTS = "Vos données sont hébergées en France. Vos droits et comment les exercer :"
KEEP_IT = (
    "Ne donnez votre code à personne : aucun agent ne vous le demandera par téléphone sans que vous l’ayez appelé."
)
SLIP_IS_FOR = (
    "Ce coupon sert à refuser la création de l’espace **sans internet ni téléphone**. Ne le renvoyez pas si un espace "
    "vous convient."
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose letters they are. ``address``: where slips and undelivered letters go back, line by line."""

    service: str
    address: tuple[str, ...]
    mention: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """``pages``: of each letter, in the order of its notices."""

    pdf: bytes
    pages: tuple[int, ...]


def draw(told: Told, sender: Sender) -> Printed:
    """One file for everyone of the lot."""
    at = datetime.combine(told.sent_on, time(), PARIS)
    pdf = paper.draw(_HERE / "lettre.typ", described(told, sender), at=at)
    return Printed(pdf, _pages(pdf, len(told.notices)))


def described(told: Told, sender: Sender) -> dict[str, Any]:
    """What the template is given: everything it says is here, so that the same is drawn the same."""
    last_day = in_words(told.last_day, with_weekday=True)
    return {
        "titre": told.subject,
        "service": sender.service,
        "mention": sender.mention,
        "expediteur": list(sender.address),
        "marque": (_HERE / "marque.svg").read_text("utf-8"),
        "date": in_words(told.sent_on),
        "lien": told.link,
        "qr_site": _qr(told.link),
        "choix": [{"titre": title, "texte": text} for title, text in CHOICES],
        "signature": f"L’équipe de {sender.service}",
        "pied": [f"{RIGHTS} {told.link.removesuffix('bienvenue/')}donnees-personnelles/.", KEEP_IT],
        "coupon": [
            SLIP_IS_FOR,
            f"Il compte s’il nous parvient au plus tard le **{last_day}** ; après, appelez le {told.phone}.",
        ],
        "lettres": [_letter(told, one) for one in told.notices],
    }


def _letter(told: Told, one: Notice) -> dict[str, Any]:
    of_child = one.about_child
    return {
        "reference": one.reference,
        "gros_caracteres": one.large_print,
        "lignes": list(one.lines),
        "civilite": one.greeting,
        "code": one.code,
        "dit_code": f"Code provisoire de {of_child}" if of_child else "Votre code provisoire, personnel",
        "dit_coupon": f"Je m’oppose à la création de l’espace santé de {of_child}."
        if of_child
        else "Je m’oppose à la création de mon espace santé.",
        "qr_coupon": _qr(SLIP + one.reference),
        "blocs": list(_blocks(told, one)),
    }


def _blocks(told: Told, one: Notice) -> list[dict[str, str]]:
    """The model's paragraphs; the code framed where it is first said, the two choices under the last day."""
    found: list[dict[str, str]] = []
    if one.about_child:
        found.append(
            _paragraph(f"Ce courrier concerne **{one.about_child}**, que vous représentez : le code est le sien.")
        )
    is_framed = are_shown = False
    last_day = in_words(told.last_day, with_weekday=True)
    for text in one.paragraphs:
        if one.code in text and not is_framed:
            found.append({"genre": "code", "texte": text})
            is_framed = True
        else:
            found.append(_paragraph(text))
        if last_day in text and is_framed and not are_shown:
            found.append({"genre": "choix"})
            are_shown = True
    if not are_shown:
        found.append({"genre": "choix"})
    opened, whose = in_words(told.opens_on), "son" if one.about_child else "votre"
    found.append(
        _paragraph(
            f"**Sans réponse de votre part**, {whose} espace sera créé automatiquement le {opened}. Vous pourrez "
            "toujours l’activer ou le fermer, à tout moment."
        )
    )
    found.append(
        _paragraph("Assurez-vous que l’autre parent est d’accord avec votre choix.")
        if one.about_child
        else _paragraph("**Vous avez un enfant mineur ?** Vous recevez un courrier et un code pour lui.")
    )
    found.append(
        _paragraph(
            f"**Sans internet ?** Appelez le **{told.phone}**, {told.hours} : un conseiller enregistre votre choix "
            "avec vous. Vous pouvez aussi renvoyer le coupon joint. Ce courrier existe en gros "
            "caractères : demandez-le au même numéro."
        )
    )
    return found


def _paragraph(text: str) -> dict[str, str]:
    return {"genre": "texte", "texte": text}


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", border=0, xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


def _pages(pdf: bytes, letters: int) -> tuple[int, ...]:
    """How many pages each letter has: its first one is where the outline's next title of level 1 points."""
    with pikepdf.open(io.BytesIO(pdf)) as opened, opened.open_outline() as outline:
        ranks = {page.objgen: rank for rank, page in enumerate(opened.pages)}
        starts = [ranks[_target(opened, one).objgen] for one in outline.root]
        total = len(opened.pages)
    if len(starts) != letters:
        raise ValueError("a letter without its title")
    return tuple(after - start for start, after in zip(starts, [*starts[1:], total], strict=True))


def _target(pdf: pikepdf.Pdf, item: Any) -> Any:
    where = item.destination if item.destination is not None else item.action.D
    return where[0]


def letters_of(pages: Sequence[int]) -> list[tuple[int, int]]:
    """(first page, pages) of each letter, pages counted from 1."""
    found, first = [], 1
    for count in pages:
        found.append((first, count))
        first += count
    return found
