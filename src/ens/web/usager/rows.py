"""What a row shows beside the facts: icon, tint, words for the source. Source: the design system, sections 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ens.access.types import Answer, Outcome, RuleApplied
from ens.audit.types import Event, HistoryLine
from ens.kernel.actor import AccessMode, ActorKind
from ens.record.types import DocumentCard
from ens.web.common.categories import category
from ens.web.common.words import NBSP, typeset

SOURCE_ICONS = {
    "professionnel": "stethoscope-line",
    "etablissement": "hospital-line",
    "usager": "user-line",
    "message": "mail-line",
    "application": "smartphone-line",
}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A card with what its row draws; the card's own facts stay reachable by their names."""

    card: DocumentCard
    icone: str
    ton: str
    icone_source: str
    source_dite: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.card, name)


def document_row(card: DocumentCard) -> DocumentRow:
    known = category(card.category)
    tint = known.tint
    if card.source_kind == "usager":
        tint, said = "terre", _("Ajouté par vous")
    elif card.by_message:
        said = _("%(source)s, par message") % {"source": card.source_label}
    else:
        said = card.source_label
    source = "mail-line" if card.by_message else SOURCE_ICONS.get(card.source_kind, "stethoscope-line")
    return DocumentRow(card, known.icon, tint, source, said)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of the history as a sentence: who, did what, how."""

    numero: int
    at: Any
    nom: str
    role: str
    organisation: str
    phrase: str
    comment: str
    motif: str
    icone: str
    ton: str


def history_row(line: HistoryLine, *, reader_id: str) -> HistoryRow:
    """``reader_id``: whose history page it is; their own acts are told with « Vous »."""
    own = line.actor_kind == ActorKind.USAGER and line.actor_id == reader_id
    quoted = f"«{NBSP}{line.title}{NBSP}»"
    sentence = line.sentence.replace("'", "’").replace(f"« {line.title} »".replace("'", "’"), quoted)
    icon, tint = _icon(line, own)
    return HistoryRow(
        numero=line.number,
        at=line.at,
        nom=_("Vous") if own else line.actor_name,
        role="" if own or line.actor_kind == ActorKind.ETABLISSEMENT else line.actor_role,  # its name says it
        organisation="" if own or line.actor_name in line.organisation else line.organisation,
        phrase=as_you(sentence) if own else sentence,
        comment=_way(line),
        motif=str(line.facts.get("reason", "")),
        icone=icon,
        ton=tint,
    )


def as_you(sentence: str) -> str:
    """The sentence of an event, told to the person who did it: « a lu » becomes « avez lu »."""
    for third, second in (("a ", "avez "), ("s’est ", "vous êtes "), ("n’a ", "n’avez ")):
        if sentence.startswith(third):
            return second + sentence.removeprefix(third)
    return sentence


def _way(line: HistoryLine) -> str:
    if line.mode == AccessMode.BRIS_DE_GLACE:
        return _("consultation en urgence")
    if line.mode == AccessMode.CENTRE_15:
        return _("appel au centre 15")
    if line.actor_kind == ActorKind.PROFESSIONNEL and line.event in _READINGS:
        return _("consultation habituelle")
    return ""


_READINGS = (
    Event.DOCUMENT_READ,
    Event.DOCUMENT_DESCRIBED,
    Event.DOCUMENT_DOWNLOADED,
    Event.DOCUMENTS_SEARCHED,
    Event.OWN_DEPOSITS_LISTED,
    Event.SET_READ,
)


def _icon(line: HistoryLine, own: bool) -> tuple[str, str]:
    if line.mode != AccessMode.NORMAL:
        return "alarm-warning-line", "alerte"
    if line.is_refusal:
        return "lock-line", "gris"
    if own:
        return "user-line", "calme"
    if line.actor_kind == ActorKind.ETABLISSEMENT:
        return "hospital-line", "accent"
    if line.actor_kind == ActorKind.PROFESSIONNEL:
        return "stethoscope-line", "accent"
    if line.actor_kind == ActorKind.OPERATEUR:
        return "mail-line", "calme"
    return "settings-5-line", "gris"


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule as applied: whether it opened, closed, or let the next one speak."""

    phrase: str
    icone: str
    issue: str


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """Someone who could, or could not, read a document, and why."""

    nom: str
    role: str
    peut_lire: bool
    pourquoi: str
    raisons: list[Reason]


def reader_row(answer: Answer) -> ReaderRow:
    return ReaderRow(
        nom=answer.reader.name,
        role=answer.reader.role_label,
        peut_lire=answer.decision.allowed,
        pourquoi=typeset(answer.decision.sentence),
        raisons=[_reason(rule) for rule in answer.decision.rules],
    )


def _reason(rule: RuleApplied) -> Reason:
    icon = {Outcome.ALLOWS: "checkbox-circle-line", Outcome.REFUSES: "close-circle-line"}
    return Reason(typeset(rule.sentence), icon.get(rule.outcome, "subtract-line"), rule.outcome.value)


def format_said(media_type: str, pages: int = 0) -> str:
    """``PDF, 2 pages``: a file's format in words."""
    known = {
        "application/pdf": "PDF",
        "image/jpeg": _("image JPEG"),
        "image/png": _("image PNG"),
        "image/tiff": _("image TIFF"),
        "text/plain": _("texte"),
        "application/rtf": _("texte RTF"),
        "text/rtf": _("texte RTF"),
        "text/xml": _("document médical structuré"),
        "application/xml": _("document médical structuré"),
        "application/zip": _("dossier compressé"),
        "text/html": _("page HTML"),
    }
    said = known.get(media_type.split(";")[0].strip().lower(), _("fichier"))
    if pages > 1:
        return _("%(format)s, %(count)s\u00a0pages") % {"format": said, "count": pages}
    return said
