"""What identity can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict, Malformed, Refused, Unavailable


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


class ClientUnknown(Absent):
    """No software under that identifier."""

    code = "logiciel_inconnu"
    message = "Ce logiciel n'existe pas."


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


class SignInRefused(Refused):
    """No account opens with what was typed: unknown, wrong or closed, the same answer."""

    code = "connexion_refusee"
    message = "Cet identifiant et ce mot de passe ne vont pas ensemble. Vérifiez-les, puis recommencez."


class TooManyTries(Refused):
    """Too many failures under this identifier, for this proof or from this address: wait."""

    code = "trop_d_essais"
    message = "Trop d'essais en peu de temps. Attendez {minutes} minutes, puis recommencez."


class SecondFactorRefused(Refused):
    """The code of the application, or the recovery code, is not the one expected."""

    code = "second_facteur_refuse"
    message = "Ce code n'est pas le bon. Vérifiez-le, ou attendez le suivant."


class PasskeyRefused(Refused):
    """What the device answered proves nothing: another key, another site, another question."""

    code = "cle_d_acces_refusee"
    message = "Cette clé d'accès n'a pas été reconnue. Connectez-vous avec votre mot de passe."


class IdentifierRefused(Malformed):
    """The identifier does not follow the rules (N010)."""

    code = "identifiant_refuse"
    message = "Choisissez un autre identifiant : {reason}."


class IdentifierTaken(Conflict):
    """Somebody has this identifier."""

    code = "identifiant_deja_pris"
    message = "Cet identifiant est déjà pris. Choisissez-en un autre."


class AccountAlreadyThere(Conflict):
    """The person already has an account: they sign in."""

    code = "compte_deja_cree"
    message = "Vous avez déjà un compte. Connectez-vous, ou retrouvez votre identifiant."


class PasswordTooShort(Malformed):
    code = "mot_de_passe_trop_court"
    message = "Ce mot de passe est trop court : {shortest} caractères au moins."


class PasswordTooLong(Malformed):
    code = "mot_de_passe_trop_long"
    message = "Ce mot de passe est trop long : {longest} caractères au plus."


class PasswordIncomplete(Malformed):
    """Short of a phrase, and not of the four kinds of characters."""

    code = "mot_de_passe_incomplet"
    message = (
        "Ajoutez ce qui manque : une minuscule, une majuscule, un chiffre et un signe. "
        "Ou choisissez une phrase d'au moins 20 caractères."
    )


class PasswordTooCommon(Malformed):
    code = "mot_de_passe_trop_courant"
    message = "Ce mot de passe est trop courant : beaucoup de personnes le choisissent. Trouvez-en un autre."


class PasswordPersonal(Malformed):
    """It holds a name, the birth date, a number or the identifier of the person."""

    code = "mot_de_passe_personnel"
    message = "Ce mot de passe contient une information sur vous : nom, naissance, numéro ou identifiant. Retirez-la."


class PasswordReused(Malformed):
    code = "mot_de_passe_deja_utilise"
    message = "Vous avez déjà utilisé ce mot de passe. Choisissez-en un nouveau."


class PhoneMalformed(Malformed):
    """Not a mobile number (N015)."""

    code = "telephone_invalide"
    message = "Ce numéro de mobile n'est pas valide. Exemple : 06 12 34 56 78, ou +687 75 12 34."


class CardsUnavailable(Unavailable):
    """The service that knows the cartes Vitale does not answer, or none is set."""

    code = "cartes_indisponibles"
    message = "La vérification de la carte Vitale ne répond pas. Réessayez dans quelques minutes."


class IdentificationRefused(Refused):
    """The number, the card, the birth date and the code do not go together. One answer for every cause."""

    code = "identification_refusee"
    message = "Ces informations ne vont pas ensemble. Vérifiez votre saisie, puis recommencez."


class ChildHasNoAccount(Conflict):
    """A minor's space is shown by the account of their legal representative."""

    code = "compte_d_enfant"
    message = "L'espace d'un enfant s'ouvre depuis le compte de son représentant légal."


class NotAChild(Conflict):
    """Only a minor's space is shown by a representative's account."""

    code = "pas_un_enfant"
    message = "Cet espace n'est pas celui d'un enfant : la personne active elle-même le sien."


class TooManyManagers(Conflict):
    """Two accounts already show this child's space (N024)."""

    code = "trop_de_representants"
    message = "Deux comptes gèrent déjà l'espace de cet enfant. L'un d'eux doit d'abord s'en retirer."


class TooManyInvitations(Conflict):
    """Three invitations already wait for an answer, about one child."""

    code = "trop_d_invitations"
    message = "Trois invitations attendent déjà une réponse pour cet enfant. Annulez-en une d'abord."


class InvitationAbsent(Absent):
    """Of another account, answered, withdrawn, or its last day is over: not told apart."""

    code = "invitation_absente"
    message = "Cette invitation n'existe pas, ou n'attend plus de réponse."


class OwnSpaceNeeded(Conflict):
    """Whoever acts for a child beside somebody else has an open space of their own (N025)."""

    code = "espace_propre_requis"
    message = (
        "Quelqu'un gère déjà l'espace de cet enfant : pour le gérer aussi, il faut que votre propre espace soit ouvert."
    )


class ProviderUnavailable(Unavailable):
    """The identity provider does not answer, or not as the standard says."""

    code = "fournisseur_indisponible"
    message = "Ce service ne répond pas. Réessayez dans quelques minutes, ou connectez-vous avec votre identifiant."


class IdentityRefused(Refused):
    """What came back from the provider proves nothing: wrong signature, nonce, issuer, audience or date, used code."""

    code = "identite_refusee"
    message = "Votre identité n'a pas pu être vérifiée. Recommencez, ou connectez-vous avec votre identifiant."


class IdentityWithoutAccount(Refused):
    """No account here is of this identity. One answer, whoever it is and whatever their space."""

    code = "identite_sans_compte"
    message = "Aucun compte n'est relié à cette identité."


class IdentityOfAnother(Conflict):
    """The identity that came back is not that of the account's holder, or opens another account."""

    code = "identite_d_un_autre"
    message = "Cette identité n'est pas la vôtre, ou elle ouvre déjà un autre compte."
