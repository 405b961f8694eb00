"""What access can answer. Refused and absent look the same wherever a document or a block could be guessed."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict, Malformed, Refused


class NotVisible(Absent):
    """The document does not exist for this reader: gone, masked, held back, not authorised, blocked, matrix."""

    code = "document_absent"
    message = "Ce document n'existe pas, ou vous n'y avez pas accès."


class PersonRequired(Refused):
    """A software asked to read without naming the individual who reads (S107)."""

    code = "personne_requise"
    message = "Pour consulter un dossier, la personne qui consulte doit être identifiée individuellement (RPPS)."


class ModeNotOpen(Refused):
    """The record was asked for in an emergency mode that this space does not open yet."""

    code = "mode_non_ouvert"
    message = "Ce mode d'accès n'est pas ouvert : seul l'accès habituel l'est."


class RecordNotOpen(Absent):
    """No record this reader may open under that identity: unknown, opposed, closed, not authorised, blocked."""

    code = "dossier_absent"
    message = "Aucun dossier ne vous est ouvert sous ce matricule."


class TooManySearches(Refused):
    """A professional searched more often in an hour than ``ENS_PRO_SEARCHES_PER_HOUR``."""

    code = "trop_de_recherches"
    message = "Vous avez fait trop de recherches en une heure. Attendez avant de recommencer."


class DepositNotAllowed(Refused):
    """Only the usager, a professional or an establishment files documents."""

    code = "depot_refuse"
    message = "Seuls l'usager, un professionnel ou un établissement peuvent déposer un document."


class ChoiceNotYours(Absent):
    """Only the usager, or who acts for them, reads and changes their choices."""

    code = "choix_absent"
    message = "Cet élément n'existe pas, ou vous n'y avez pas accès."


class ConsentNotRecorded(Absent):
    """An oral consent could not be written down. One answer for every cause: no space, wrong traits, block."""

    code = "accord_impossible"
    message = "L'accord n'a pas pu être enregistré. Vérifiez le matricule et la date de naissance avec votre patient."


class BlockedFirst(Conflict):
    """The usager authorises someone they have blocked: unblocking is a choice of its own."""

    code = "acces_bloque"
    message = "Cet accès est bloqué. Débloquez-le d'abord, puis autorisez-le."


class WhomToChoose(Malformed):
    """A choice names one professional or one establishment, not both nor none."""

    code = "choix_incomplet"
    message = "Indiquez un professionnel (RPPS) ou un établissement (FINESS), et un seul."


class NoMandate(Absent):
    """The account steers nothing today, or not there: no page of steering exists for it."""

    code = "perimetre_absent"
    message = "Cette page n'existe pas, ou votre périmètre ne la comprend pas."


class MandateMalformed(Malformed):
    """A right to steer cannot be as described."""

    code = "perimetre_invalide"
    message = "Ce périmètre de pilotage ne peut pas être donné ainsi : {reason}."


class PreferencesContradict(Malformed):
    """An answer is missing, or two cannot go together (N085)."""

    code = "choix_incomplets"
    message = "Vos choix ne peuvent pas être enregistrés : {reason}."
