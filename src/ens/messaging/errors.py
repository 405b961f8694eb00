"""What messaging can answer. At the SMTP door each code has its reply (``interop/smtp/replies.py``)."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict, Malformed, Refused, Unavailable


class MailboxAbsent(Absent):
    """Unknown, never created, opposed, closed, deleted: one and the same answer, in words and in time."""

    code = "boite_absente"
    message = "Cette boîte n'existe pas ou n'accepte pas de message."


class AddressInvalid(Malformed):
    """Not a matricule of 15 characters at our domain."""

    code = "adresse_invalide"
    message = "L'adresse d'un usager est son matricule INS de 15 caractères, suivi du domaine de messagerie."


class AddressKeyWrong(Malformed):
    """Nobody under this matricule, and its key is wrong: a typing error."""

    code = "adresse_cle_invalide"
    message = "La clé du matricule INS est fausse : vérifiez l'adresse."


class OneUsagerPerMessage(Refused):
    code = "un_seul_usager"
    message = "Un message s'adresse à un seul usager : envoyez-en un par usager."


class TestNotRecognised(Malformed):
    """The test address is read by nobody: what it does not answer is refused, so that no message is lost there."""

    code = "test_non_reconnu"
    message = "Cette adresse de test ne répond qu'aux messages dont l'objet et le corps contiennent le mot TEST."


class TooManyTests(Unavailable):
    """This mailbox asked for too many answers of the test address."""

    code = "trop_de_tests"
    message = "Trop de messages de test en peu de temps depuis cette boîte : recommencez dans {minutes} minutes."


class OperatorUnknown(Refused):
    """The certificate is not that of an allow-listed operator."""

    code = "operateur_inconnu"
    message = "Le certificat présenté n'est pas celui d'un opérateur de la liste blanche."


class SenderNotAllowed(Refused):
    """The sender's domain is not allow-listed for this operator's certificate."""

    code = "domaine_non_autorise"
    message = "Le domaine de l'expéditeur n'est pas dans la liste blanche de cet opérateur."


class CertificateRevoked(Refused):
    """Its authority revoked the certificate: nobody may be sure of who holds its key."""

    code = "certificat_revoque"
    message = "Le certificat présenté a été révoqué par son autorité."


class TestOperatorApart(Refused):
    """An operator on the list of tests writes to the test address only."""

    code = "operateur_en_test"
    message = "Cet opérateur est en test : il n'écrit qu'à l'adresse de test, pas aux usagers."


class MessageTooLarge(Malformed):
    code = "message_trop_grand"
    message = "Le message dépasse {limit} octets."


class MessageMalformed(Malformed):
    """The message cannot be read whole: it is refused, never stored in part. ``reason``: one of ``unreadable``."""

    code = "message_illisible"
    message = "Le message ne peut pas être lu : {reason}."


class MessageInfected(Refused):
    """The antivirus named something in the message: nothing of it is kept."""

    code = "piece_infectee"
    message = "L'antivirus a reconnu un programme malveillant dans ce message : rien n'a été gardé."


class AntivirusSilent(Unavailable):
    """The antivirus does not answer, and nothing is kept that it has not seen (``ENS_CLAMD_ABSENT``)."""

    code = "antivirus_indisponible"
    message = "L'antivirus ne répond pas : rien n'a été gardé, recommencez plus tard."


class AttachmentProtected(Refused):
    """Kept aside: nobody can look inside it."""

    code = "piece_protegee"
    message = "Cette pièce jointe est protégée par un mot de passe ou dans un format fermé : elle est mise à part."


class AttachmentDangerous(Refused):
    """Kept aside: opening it would run it."""

    code = "piece_dangereuse"
    message = "Cette pièce jointe est un programme, ou en contient un : elle est mise à part."


class AttachmentOfAnother(Refused):
    """An archive in the message is about another patient than the addressee."""

    code = "piece_autre_patient"
    message = "Une pièce jointe concerne un autre patient que le destinataire."


class ThreadNotFound(Absent):
    code = "conversation_absente"
    message = "Cet élément n'existe pas, ou vous n'y avez pas accès."


class ReplyNotAllowed(Refused):
    """Nobody in this thread may be answered: none wrote, or all ended the exchange."""

    code = "reponse_impossible"
    message = "Vous ne pouvez pas répondre : ce correspondant a mis fin aux échanges ou n'accepte pas de réponse."


class ReplyEmpty(Malformed):
    code = "reponse_vide"
    message = "Écrivez votre message avant de l'envoyer."


class ReplyTooLarge(Malformed):
    code = "reponse_trop_grande"
    message = "Le message et ses pièces jointes dépassent 25 Mo. Retirez une pièce jointe."


class DraftElsewhere(Conflict):
    """What was begun was written on from another window since this page showed it: neither replaces the other."""

    code = "brouillon_ailleurs"
    message = "Ce brouillon a été modifié dans une autre fenêtre."


class DraftChanged(Conflict):
    """A file that the page showed is not in what was begun any more."""

    code = "brouillon_change"
    message = "Un document joint a été retiré dans une autre fenêtre. Vérifiez ceux qui restent, puis envoyez."


class TooManyFiles(Malformed):
    code = "trop_de_fichiers"
    message = "Un message porte {most} fichiers au plus. Retirez-en."


class FileRunsAlone(Refused):
    """Opening it would run it: who receives it could not, and should not, open it."""

    code = "fichier_dangereux"
    message = "Un des fichiers est un programme, ou en contient un : il ne peut pas être envoyé. Retirez-le."


class RelayAway(Unavailable):
    """The operator does not answer: the message stays queued."""

    code = "operateur_indisponible"
    message = "L'opérateur du destinataire ne répond pas : le message sera envoyé dès que possible."


class AuthoritiesMissing(Refused):
    """Nothing says whose signatures are believed."""

    code = "autorites_absentes"
    message = "ENS_SMTP_CA ne donne aucune autorité : rien ne peut être vérifié, rien n'a changé."


class TrustSignerUnknown(Refused):
    """Every operator has a certificate of the same authority: the list's keeper is known by name."""

    code = "signataire_absent"
    message = "Donnez dans {setting} le nom (DN) de qui signe cette liste : rien n'a changé."


class TrustFileRefused(Malformed):
    """What was published is not what it should be: the last valid one stays."""

    code = "liste_confiance_refusee"
    message = "Ce fichier est refusé, le précédent reste en vigueur : {reason}."


class TrustFileOlder(Refused):
    """No going back: an older list would put back who was taken off."""

    code = "liste_confiance_ancienne"
    message = "Ce fichier n'est pas plus récent que celui en vigueur, du {held} : rien n'a changé."


class TrustListTooShort(Malformed):
    code = "liste_confiance_courte"
    message = (
        "Cette liste ôterait {gone} domaines sur {known} : rien n'a changé. Si c'est voulu, recommencez avec "
        "--disparitions."
    )


class SignalPointless(Conflict):
    """Nobody stands behind a message of the service."""

    code = "signalement_sans_objet"
    message = "Personne n'a écrit dans cette conversation : il n'y a rien à signaler."


class TooManySignals(Refused):
    """This space reported as many conversations in a day as the support can look at."""

    code = "trop_de_signalements"
    message = (
        "Vous avez signalé {most} conversations en un jour : le support va les lire. "
        "Vous pourrez signaler celle-ci demain."
    )


class SignalNotFound(Absent):
    """No such report, or its usager is no more."""

    code = "signalement_absent"
    message = "Ce signalement n'existe pas."
