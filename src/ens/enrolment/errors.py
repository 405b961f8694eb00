"""What enrolment can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict, Malformed, Refused


class SpaceAbsent(Absent):
    """No open space: unknown, never created, opposed or closed. One answer for all, in words and in time."""

    code = "boite_absente"
    message = "Aucun espace santé n'est ouvert sous cette identité."


class MoveNotAllowed(Conflict):
    """The act does not apply to the space as it is now."""

    code = "etape_impossible"
    message = "Cette opération n'est pas possible dans l'état actuel de l'espace."


class LotUnknown(Absent):
    """No such lot of notices."""

    code = "lot_inconnu"
    message = "Ce lot de notifications n'existe pas."


class CampaignMalformed(Malformed):
    """A campaign, a wave or a model cannot be as described."""

    code = "campagne_invalide"
    message = "Cette campagne ne peut pas être faite ainsi : {reason}."


class CampaignUnknown(Absent):
    """No campaign, or no wave, of that name."""

    code = "campagne_inconnue"
    message = "Cette campagne ou cette vague n'existe pas."


class WaveCannotMove(Conflict):
    """The wave is over, stopped, or already so."""

    code = "vague_immobile"
    message = "Cette vague est {state} : l'opération n'est pas possible."


class TerritoryTaken(Conflict):
    """Another wave of the campaign notices the same département in the same days."""

    code = "territoire_deja_prevu"
    message = "Le département {departement} est déjà dans une autre vague aux mêmes dates."


class CodeMalformed(Malformed):
    """What was typed cannot be a provisional code: its length, or a character that no code has."""

    code = "code_provisoire_invalide"
    message = "{reason}"


class CodeRefused(Refused):
    """The code and the birth date do not go together. One answer for every cause, in words and in work.

    Wrong code or date, expired, revoked by another, spent, person deceased or registered twice.
    """

    code = "code_provisoire_refuse"
    message = "Ce code et cette date de naissance ne permettent pas de continuer."


class CodeSpent(Conflict):
    """The proof no longer holds: its code opened an account already, or was replaced by another."""

    code = "code_provisoire_utilise"
    message = "Ce code a déjà servi, ou un autre l'a remplacé."


class MergeImpossible(Conflict):
    """The one to absorb was opened once, is merged already, or is the same."""

    code = "reunion_impossible"
    message = "Ces deux inscriptions ne peuvent pas être réunies : l'une a déjà un espace, ou est déjà réunie."


class MergeUnknown(Absent):
    """No such merge, or it was undone."""

    code = "reunion_inconnue"
    message = "Cette réunion de deux inscriptions n'existe pas, ou a déjà été défaite."


class ReferenceUnknown(Absent):
    """No notice has this reference: mistyped, unreadable, or not ours."""

    code = "renvoi_inconnu"
    message = "Aucune notification n'a cette référence."
