"""Each reason code that mail may be answered with, told to the professional who reads it: what happened, what to do.

The French sentence of a code is its error's; here are the English one, and a paragraph for its page and for reports.
What is said of a mailbox that is not there is true of every case, and tells none.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

REFUSED = "Votre message n'a pas été remis"
WAITING = "Votre message n'est pas encore remis"
ASIDE = "Votre message est remis, une pièce jointe est mise à part"


@dataclass(frozen=True, slots=True)
class Explained:
    english: str  # ASCII, one sentence, as in the SMTP reply
    happened: str  # French, for who wrote
    to_do: str
    title: str = REFUSED


LATER = "Rien : votre messagerie recommence d'elle-même. Si le cas dure plus d'une journée, prévenez votre opérateur."
OPERATOR = "Transmettez ce rapport à votre opérateur de messagerie : c'est à lui d'agir, pas à vous."
EDITOR = "Transmettez ce rapport à l'éditeur de votre logiciel ou à votre opérateur : le message est mal composé."

EXPLAINED = {
    "adresse_invalide": Explained(
        "A citizen's address is the 15-character INS number at our mail domain.",
        "L'adresse n'est pas celle d'un usager : elle n'a pas la forme attendue.",
        "Écrivez à « matricule INS de 15 caractères @ domaine », sans espace. Prenez le matricule d'une INS qualifiée.",
    ),
    "adresse_cle_invalide": Explained(
        "The key of the INS number is wrong: check the address.",
        "Les deux derniers chiffres du matricule (la clé) ne vont pas avec les treize premiers : une faute de frappe.",
        "Reprenez le matricule de l'INS qualifiée dans votre logiciel, sans le recopier à la main.",
    ),
    "fonction_arretee": Explained(
        "Mail reception is stopped for a moment: keep the message in your queue.",
        "La réception des messages est à l'arrêt pour le moment, pour tous.",
        "Rien à faire : votre opérateur garde le message et le présentera de nouveau.",
        WAITING,
    ),
    "boite_absente": Explained(
        "This mailbox does not exist or does not accept mail.",
        "Votre message ne peut être reçu par personne à cette adresse. La réponse est la même quelle qu'en soit la "
        "raison : elle ne dit rien de la personne, ni de ses choix.",
        "Vérifiez le matricule, puis transmettez le document autrement : en main propre, ou par courrier. Recommencer "
        "aussitôt donnera la même réponse.",
    ),
    "un_seul_usager": Explained(
        "One citizen per message: send one message each.",
        "Le message était adressé à plusieurs usagers à la fois.",
        "Envoyez un message par usager ; des confrères peuvent être en copie, par leur propre opérateur.",
    ),
    "test_non_reconnu": Explained(
        "This test address only answers messages with TEST in both subject and body.",
        "L'adresse de test n'est lue par personne et ne répond qu'aux tests.",
        "Mettez le mot TEST dans l'objet et dans le corps. Pour écrire à une personne, utilisez son adresse.",
    ),
    "trop_de_tests": Explained(
        "Too many test messages from this mailbox: try again later.",
        "Cette boîte a demandé beaucoup de réponses automatiques en peu de temps.",
        "Attendez quelques minutes. Un test suffit à vérifier une installation.",
        WAITING,
    ),
    "certificat_revoque": Explained(
        "The client certificate was revoked by its authority.",
        "Le certificat du serveur de votre opérateur a été révoqué : plus rien ne dit qui s'en sert.",
        OPERATOR,
    ),
    "operateur_en_test": Explained(
        "This operator is under test: it may write to the test address only.",
        "Votre opérateur est inscrit pour des essais : il ne peut pas encore écrire aux usagers.",
        "Écrivez à l'adresse de test. Pour écrire aux usagers, votre opérateur s'inscrit sur la liste nationale.",
    ),
    "operateur_inconnu": Explained(
        "The client certificate is not that of an allow-listed operator.",
        "Le serveur de votre opérateur n'est pas reconnu comme membre de l'espace de confiance.",
        OPERATOR,
    ),
    "domaine_non_autorise": Explained(
        "The sender's domain is not allow-listed for this operator.",
        "Le domaine de votre adresse n'est pas inscrit, pour cet opérateur, sur la liste de l'espace de confiance.",
        "Écrivez depuis votre boîte MSSanté. Si c'était le cas, transmettez ce rapport à votre opérateur.",
    ),
    "message_trop_grand": Explained(
        "The message is larger than 25 MB.",
        "Le message, pièces jointes comprises, dépasse 25 Mo.",
        "Envoyez les documents en plusieurs messages, ou réduisez les images.",
    ),
    "message_illisible": Explained(
        "The message cannot be read whole: it was refused, nothing was kept.",
        "Le message ou une de ses pièces est incomplet ou mal formé : le garder en partie serait dangereux.",
        EDITOR,
    ),
    "piece_autre_patient": Explained(
        "An attachment is about another patient than the addressee.",
        "Un document joint porte l'identité d'un autre patient que le destinataire. Rien n'a été remis.",
        "Vérifiez la pièce jointe et le destinataire, puis renvoyez le bon document à la bonne personne.",
    ),
    "piece_infectee": Explained(
        "The antivirus found malware in the message: nothing was kept.",
        "Une pièce jointe porte un programme malveillant. Le destinataire n'a rien reçu.",
        "Faites vérifier votre poste et le fichier d'origine avant tout nouvel envoi.",
    ),
    "antivirus_indisponible": Explained(
        "The antivirus does not answer: nothing was kept, try again later.",
        "Notre antivirus ne répond pas ; aucun message n'est gardé sans avoir été vérifié.",
        LATER,
        WAITING,
    ),
    "piece_protegee": Explained(
        "An attachment is protected by a password or in a closed format: it was set aside.",
        "Le message est remis, mais le destinataire ne peut ni ouvrir ni ranger cette pièce jointe.",
        "Renvoyez le document sans mot de passe, en PDF ou en image : la messagerie est déjà chiffrée.",
        ASIDE,
    ),
    "piece_dangereuse": Explained(
        "An attachment is a program, or holds one: it was set aside.",
        "Le message est remis, mais le destinataire ne peut ni ouvrir ni ranger cette pièce jointe.",
        "Renvoyez le document en PDF ou en image, sans macro ni programme.",
        ASIDE,
    ),
    "certificat_absent": Explained(
        "STARTTLS with an operator certificate is required.",
        "Le serveur qui a présenté votre message n'a pas montré de certificat d'opérateur.",
        OPERATOR,
    ),
    "commande_invalide": Explained(
        "The command is not understood, is too long, or asks for what is not offered.",
        "Les deux serveurs de messagerie ne se sont pas compris.",
        OPERATOR,
    ),
    "commande_hors_sequence": Explained(
        "Command out of sequence: PIPELINING is not offered, wait for each reply.",
        "Le serveur de votre opérateur n'a pas attendu les réponses du nôtre.",
        OPERATOR,
    ),
    "trop_de_refus": Explained(
        "Too many refusals in this session: try again later.",
        "Beaucoup d'envois de votre opérateur ont été refusés d'affilée ; le vôtre attend son tour.",
        LATER,
        WAITING,
    ),
    "trop_de_connexions": Explained(
        "Too many connections: try again later with fewer.", "Notre serveur est très sollicité.", LATER, WAITING
    ),
    "envoi_trop_lent": Explained(
        "The session was idle, or the message too slow: nothing was kept.",
        "La liaison entre les deux serveurs était trop lente.",
        LATER,
        WAITING,
    ),
    "session_sans_message": Explained(
        "No message for a long time in this session: come back when there is one.",
        "Le serveur de votre opérateur gardait une connexion ouverte sans rien envoyer ; la nôtre s'est refermée.",
        LATER,
        WAITING,
    ),
    "visite_seulement": Explained(
        "This space is for visits only: it takes no mail.",
        "Cet espace se visite, avec des personnes fictives : il ne reçoit aucun message.",
        "Écrivez à l'adresse que vous a donnée votre patient, dans le domaine de son espace.",
    ),
    "service_en_arret": Explained(
        "The service is stopping: try again later.", "Notre serveur redémarre.", LATER, WAITING
    ),
    "reception_saturee": Explained(
        "Too many messages are arriving at once: try again later.", "Notre serveur est très sollicité.", LATER, WAITING
    ),
    "service_indisponible": Explained(
        "Nothing was kept: try again later.",
        "Une panne passagère de notre côté a empêché de garder le message.",
        LATER,
        WAITING,
    ),
    "base_indisponible": Explained(
        "Nothing was kept: try again later.",
        "Une panne passagère de notre côté a empêché de garder le message.",
        LATER,
        WAITING,
    ),
    "stockage_indisponible": Explained(
        "Nothing was kept: try again later.",
        "Une panne passagère de notre côté a empêché de garder le message.",
        LATER,
        WAITING,
    ),
    "espace_occupe": Explained(
        "This mailbox is busy: try again later.",
        "Plusieurs messages arrivent en même temps dans cette boîte.",
        LATER,
        WAITING,
    ),
    "issue_inconnue": Explained(
        "The outcome is unknown: send the same message again, it will be kept once.",
        "Une panne est survenue au moment de garder le message : il l'est peut-être déjà.",
        "Rien : votre messagerie renvoie le même message, qui ne sera gardé qu'une fois.",
        WAITING,
    ),
}


def page_of(code: str) -> str:
    """The address of the page that tells it, open to everyone."""
    return f"{settings.ENS_BASE_URL}/aide/courrier/{code}/"
