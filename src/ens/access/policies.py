"""Who may read, decided on facts alone: no database, no request.

One chain of rules, in order; the first that allows or refuses settles. The chain is the explanation: it answers
the usager's « qui pourrait lire ce document ? » and a refusal alike (B03, S111).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from ens.access import matrice
from ens.access.errors import DepositNotAllowed, ModeNotOpen, NotVisible, PersonRequired, RecordNotOpen
from ens.access.types import (
    DELETED,
    Answer,
    Cell,
    Decision,
    DocumentFacts,
    KnownReader,
    Outcome,
    ReaderFacts,
    RuleApplied,
)
from ens.kernel.actor import AccessMode, Actor, ActorKind
from ens.kernel.clock import PARIS
from ens.kernel.errors import EnsError

ALLOWS, REFUSES, PASSES = Outcome.ALLOWS, Outcome.REFUSES, Outcome.PASSES
Rule = Callable[[ReaderFacts, DocumentFacts], RuleApplied]

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


# -- the rules, each with its reason --------------------------------------------------------------------------


def _is_on_record(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    if document.status == DELETED:
        return RuleApplied("document_supprime", "Ce document a été supprimé : plus personne ne le lit.", REFUSES)
    return RuleApplied("document_present", "Ce document est dans le dossier.", PASSES)


def _usager(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """The usager reads everything of theirs, except what waits for its announcement (R1111-53)."""
    if not reader.is_usager:
        return RuleApplied("pas_l_usager", "Cette personne n'est pas le titulaire du dossier.", PASSES)
    if is_held_back(document, today=reader.today):
        return RuleApplied(
            "annonce_attendue",
            "Un professionnel doit d'abord vous présenter ce document lors d'une consultation.",
            REFUSES,
        )
    if document.is_hidden_from_representatives and reader.is_representative:  # R1111-50, a minor's secret acts
        return RuleApplied("secret_du_mineur", "Ce document n'est pas montré aux représentants légaux.", REFUSES)
    return RuleApplied("titulaire", "Vous lisez vos propres documents.", ALLOWS)


def _individual(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """No anonymous or shared account: an establishment's software names the individual (S107)."""
    if reader.kind is ActorKind.ETABLISSEMENT or (reader.kind is ActorKind.PROFESSIONNEL and not reader.rpps):
        return RuleApplied(
            "personne_requise",
            "Un logiciel ne lit pas de document : une personne identifiée doit le demander.",
            REFUSES,
        )
    if reader.kind is not ActorKind.PROFESSIONNEL:
        return RuleApplied("acteur_sans_lecture", "Seuls vous et des professionnels lisent vos documents.", REFUSES)
    return RuleApplied("personne_identifiee", "La personne est identifiée individuellement.", PASSES)


def _mode(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """Depends on the request alone, so that its refusal says nothing of the usager's choices."""
    if reader.mode is not AccessMode.NORMAL:
        return RuleApplied("mode_non_ouvert", "L'accès en urgence n'est pas ouvert dans cet espace.", REFUSES)
    return RuleApplied("acces_habituel", "L'accès est demandé dans les conditions habituelles.", PASSES)


def _block(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """Stronger than everything below: authorship, médecin traitant, any authorisation. It stays private."""
    if reader.blocked_since:
        return RuleApplied("bloque", f"Vous avez bloqué cet accès depuis le {_said(reader.blocked_since)}.", REFUSES)
    return RuleApplied("non_bloque", "Vous n'avez pas bloqué cet accès.", PASSES)


def _author(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """The declared author, signed in under that identity (R1111-49)."""
    if reader.rpps and reader.rpps == document.declared_author_rpps:
        return RuleApplied("auteur", "Cette personne a écrit ce document.", ALLOWS)
    return RuleApplied("pas_l_auteur", "Cette personne n'a pas écrit ce document.", PASSES)


def _medecin_traitant(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """L1111-19: reads everything, masked documents included."""
    if reader.is_medecin_traitant:
        return RuleApplied("medecin_traitant", "Votre médecin traitant lit tous vos documents.", ALLOWS)
    return RuleApplied("pas_medecin_traitant", "Cette personne n'est pas votre médecin traitant.", PASSES)


def _mask(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """The usager's choice about one document; the rights of an administrator reach it (N086)."""
    if not document.is_masked:
        return RuleApplied("non_masque", "Vous n'avez pas masqué ce document.", PASSES)
    if reader.is_administrator:
        return RuleApplied(
            "masque_administrateur", "Vous avez masqué ce document, sauf pour vos administrateurs.", PASSES
        )
    return RuleApplied(
        "masque", "Vous avez masqué ce document : seuls vous, votre médecin traitant et son auteur le lisez.", REFUSES
    )


def _authorisation(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    if reader.authorised_since is None:
        return RuleApplied("non_autorise", "Vous n'avez pas autorisé cette personne.", REFUSES)
    return RuleApplied("autorise", f"Vous autorisez cet accès depuis le {_said(reader.authorised_since)}.", PASSES)


def _matrix(reader: ReaderFacts, document: DocumentFacts) -> RuleApplied:
    """The cell of the profession and the type. Source: ``matrice.VERSION``."""
    cell = matrice.cell(reader.profession, document.type_code)
    if cell is Cell.YES:
        return RuleApplied("matrice_oui", "Sa profession peut lire ce type de document.", ALLOWS)
    if cell is Cell.NO:
        return RuleApplied("matrice_non", "Sa profession ne peut pas lire ce type de document.", REFUSES)
    return RuleApplied(
        "matrice_a_completer",
        "La règle pour sa profession et ce type de document est à compléter : en attendant, l'accès est refusé.",
        REFUSES,
    )


READING: tuple[Rule, ...] = (
    _is_on_record,
    _usager,
    _individual,
    _mode,
    _block,
    _author,
    _medecin_traitant,
    _mask,
    _authorisation,
    _matrix,
)
# Refusals that depend on the request alone: they may be told. All the others are NotVisible.
_TOLD: dict[str, type[EnsError]] = {"personne_requise": PersonRequired, "mode_non_ouvert": ModeNotOpen}

_NOTHING = DocumentFacts(type_code="")  # for rules that look at the reader alone


# -- reading --------------------------------------------------------------------------------------------------


def decide_read(reader: ReaderFacts, document: DocumentFacts) -> Decision:
    """Apply the rules in order until one settles; the chain applied is in the answer."""
    chain: list[RuleApplied] = []
    for rule in READING:
        applied = rule(reader, document)
        chain.append(applied)
        if applied.outcome is not PASSES:
            break
    return Decision(chain[-1].outcome is ALLOWS, tuple(chain))


def can_read(reader: ReaderFacts, document: DocumentFacts) -> bool:
    return decide_read(reader, document).allowed


def check_can_read(reader: ReaderFacts, document: DocumentFacts) -> None:
    """Errors: PersonRequired and ModeNotOpen, which depend on the request alone; NotVisible for all the rest.

    Source: L1111-19, R1111-46 to R1111-53; matrice d'habilitation, version named in ``matrice``.
    """
    decision = decide_read(reader, document)
    if not decision.allowed:
        raise _TOLD.get(decision.deciding.code, NotVisible)()


def check_is_individual(by: Actor) -> None:
    """The refusals that depend on the request alone, to be raised before looking for anyone: so that the answer
    to an establishment's software is the same for a person who has a space and for one who has none.

    Errors: PersonRequired, ModeNotOpen.
    """
    facts = ReaderFacts(kind=by.kind, rpps=by.rpps, mode=by.mode)
    if by.kind is ActorKind.USAGER:
        return
    for rule in (_individual, _mode):
        applied = rule(facts, _NOTHING)
        if applied.outcome is REFUSES:
            raise _TOLD.get(applied.code, NotVisible)()


# -- opening a record -----------------------------------------------------------------------------------------

OPENING: tuple[Rule, ...] = (_individual, _mode, _block, _medecin_traitant, _authorisation)


def decide_open(reader: ReaderFacts) -> Decision:
    """Whether a professional enters the record at all: what they read inside is decided document by document.

    Who is only the author of a document reaches that document, not the record.
    """
    chain: list[RuleApplied] = []
    for rule in OPENING:
        applied = rule(reader, _NOTHING)
        chain.append(applied)
        if applied.outcome is not PASSES:
            break
    return Decision(chain[-1].outcome is not REFUSES, tuple(chain))


def can_open(reader: ReaderFacts) -> bool:
    return decide_open(reader).allowed


def check_can_open(reader: ReaderFacts) -> None:
    """Errors: PersonRequired, ModeNotOpen; RecordNotOpen for all the rest."""
    decision = decide_open(reader)
    if not decision.allowed:
        raise _TOLD.get(decision.deciding.code, RecordNotOpen)()


# -- what is told ---------------------------------------------------------------------------------------------


def told_to_reader(decision: Decision) -> str:
    """What a refused reader may know: a refusal that depends on their request alone, else the uniform sentence."""
    if decision.allowed:
        return ""
    return _TOLD.get(decision.deciding.code, NotVisible).message


def explain(document: DocumentFacts, readers: Iterable[KnownReader]) -> list[Answer]:
    """« Qui pourrait lire ce document ? », before anyone tries: each known reader, with the rules that would apply."""
    return [Answer(reader, decide_read(reader.facts, document)) for reader in readers]


# -- held back until the announcement -------------------------------------------------------------------------


def release_date(held_back_since: date) -> date:
    """The day a held-back document opens by itself to the usager: one month later. Source: R1111-53."""
    year, month = held_back_since.year + held_back_since.month // 12, held_back_since.month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(held_back_since.day, last))


def is_held_back(document: DocumentFacts, *, today: date | None) -> bool:
    """Whether the usager must not see it yet. Without its date or today's, it stays held back."""
    if not document.is_held_back:
        return False
    if document.held_back_since is None or today is None:
        return True
    return today < release_date(document.held_back_since)


# -- filing ---------------------------------------------------------------------------------------------------


def decide_deposit(depositor: ReaderFacts) -> Decision:
    """Authorisations and blocks count for reading only: care data is never lost (N083).

    That the space is open is enrolment's rule, asked by whoever files.
    """
    if depositor.is_usager:
        rule = RuleApplied("titulaire", "Vous ajoutez vos propres documents.", ALLOWS)
    elif depositor.kind in (ActorKind.PROFESSIONNEL, ActorKind.ETABLISSEMENT):
        sentence = "Un professionnel peut toujours déposer un document, même si son accès est bloqué."
        rule = RuleApplied("depot_de_soins", sentence, ALLOWS)
    else:
        rule = RuleApplied("acteur_sans_depot", DepositNotAllowed.message, REFUSES)
    return Decision(rule.outcome is ALLOWS, (rule,))


def can_deposit(depositor: ReaderFacts) -> bool:
    return decide_deposit(depositor).allowed


def check_can_deposit(depositor: ReaderFacts) -> None:
    """Errors: DepositNotAllowed."""
    if not decide_deposit(depositor).allowed:
        raise DepositNotAllowed()


def _said(moment: datetime) -> str:
    day = moment.astimezone(PARIS).date()
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"
