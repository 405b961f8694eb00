"""What identity can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict, Malformed


class IdentityMalformed(Malformed):
    """The matricule, its OID or a trait is not what the INS reference says."""

    code = "identite_invalide"
    message = "L'identité transmise n'est pas valide : {reason}."


class MatriculeTaken(Conflict):
    """Another usager already has this matricule."""

    code = "matricule_deja_inscrit"
    message = "Ce matricule est déjà inscrit."


class ProfessionalUnknown(Absent):
    """No active professional under that identifier in the directory."""

    code = "professionnel_inconnu"
    message = "Ce professionnel n'est pas dans l'annuaire, ou n'exerce plus."


class EstablishmentUnknown(Absent):
    """No establishment under that identifier in the directory."""

    code = "etablissement_inconnu"
    message = "Cet établissement n'est pas dans l'annuaire."


class AccountUnknown(Absent):
    """No account under that name."""

    code = "compte_inconnu"
    message = "Ce compte n'existe pas."


class EmailMalformed(Malformed):
    """Not an e-mail address."""

    code = "adresse_email_invalide"
    message = "Cette adresse e-mail n'est pas valide. Exemple : prenom.nom@exemple.fr."


class DoubtUnknown(Absent):
    """No such question in the queue, or it does not take this answer."""

    code = "doute_inconnu"
    message = "Cette question n'existe pas, ou n'attend pas cette réponse."


class AlreadyDecided(Conflict):
    """Somebody answered the question before."""

    code = "doute_deja_tranche"
    message = "Cette question a déjà reçu sa réponse."
