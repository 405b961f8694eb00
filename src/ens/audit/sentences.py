"""One French sentence per event, for the usager's history. Plain words, no code (DESIGN-SYSTEM 4)."""

from __future__ import annotations

from typing import Any

from ens.audit.types import REFUSED, Event

_DONE: dict[Event, str] = {
    Event.USAGER_REGISTERED: "a préparé votre espace.",
    Event.SIGNED_IN: "s'est connecté à l'espace.",
    Event.SIGNED_OUT_ELSEWHERE: "a déconnecté d'autres appareils.",
    Event.ACCOUNT_CREATED: "a créé le compte de l'espace.",
    Event.PASSWORD_CHANGED: "a changé le mot de passe.",
    Event.PHONE_CHANGED: "a changé le numéro de téléphone.",
    Event.SIGN_IN_CHANGED: "a changé la façon de se connecter : {title}.",
    Event.REPRESENTATIVE_ATTACHED: "a rattaché cet espace à son compte, comme représentant légal.",
    Event.TWIN_NAMED: "a vu votre nom, parmi ceux des personnes de la carte Vitale nées le même jour.",
    Event.REPRESENTATIVE_INVITED: "a invité un autre représentant légal à gérer cet espace.",
    Event.REPRESENTATIVE_DECLINED: "a refusé de gérer cet espace.",
    Event.INVITATION_WITHDRAWN: "a annulé l'invitation d'un autre représentant légal.",
    Event.REPRESENTATION_ENDED: "a mis fin à l'accès de {title}, votre représentant : vous avez 18 ans.",
    Event.CHOICES_REVIEWED: "a relu ce qui avait été décidé avant ses 18 ans.",
    Event.TERMS_ACCEPTED: "a accepté les conditions d'utilisation.",
    Event.PREFERENCES_CHOSEN: "a choisi qui voit les nouveaux documents, et qui consulte le dossier en urgence.",
    Event.CODE_ASKED: "a demandé un code par e-mail.",
    Event.CODE_CHECKED: "a tapé un code reçu par e-mail : {title}.",
    Event.PATIENT_LOOKED_UP: "a vérifié que vous avez un espace.",
    Event.RECORD_OPENED: "a ouvert votre dossier, {told}.",
    Event.DOCUMENTS_SEARCHED: "a consulté la liste des documents.",
    Event.DOCUMENT_READ: "a lu {title}.",
    Event.DOCUMENT_DOWNLOADED: "a téléchargé {title}.",
    Event.DOCUMENT_DEPOSITED: "a déposé {title}.",
    Event.DOCUMENT_ADDED: "a ajouté {title}.",
    Event.DOCUMENT_REPLACED: "a remplacé {title} par une nouvelle version.",
    Event.DOCUMENT_MASKED: "a masqué {title}.",
    Event.DOCUMENT_UNMASKED: "a rendu visible {title}.",
    Event.SET_READ: "a consulté un envoi de documents.",
    Event.MESSAGES_LISTED: "a consulté la liste des messages.",
    Event.MESSAGE_RECEIVED: "a remis {title}.",
    Event.MESSAGE_READ: "a lu {title}.",
    Event.MESSAGE_SENT: "a envoyé {title}.",
    Event.MESSAGE_UNDELIVERED: "n'a pas pu remettre {title}.",
    Event.CONVERSATION_TRASHED: "a mis {title} à la corbeille.",
    Event.CONVERSATION_RESTORED: "a repris {title} de la corbeille.",
    Event.CONVERSATION_DELETED: "a supprimé {title} de la corbeille.",
    Event.MESSAGES_EXPORTED: "a exporté {title}.",
    Event.CONVERSATION_REPORTED: "a signalé {title} au support.",
    Event.EXCHANGE_ENDED: "a mis fin à l’échange avec {name}.",
    Event.EXCHANGE_REOPENED: "a rouvert l’échange avec {name}.",
    Event.REPORT_READ: "a lu votre signalement.",
    Event.RECEIPT_SENT: "a envoyé un accusé de lecture de {title}.",
    Event.RECEIPT_DECLINED: "n'a pas voulu d'accusé de lecture pour {title}.",
    Event.ATTACHMENT_READ: "a ouvert {title}.",
    Event.ATTACHMENT_SAVED: "a enregistré {title} dans les documents.",
    Event.ACCESS_CONSENTED: "a noté que vous l'autorisez à consulter vos documents.",
    Event.ACCESS_AUTHORISED: "a autorisé {name}.",
    Event.ACCESS_BLOCKED: "a bloqué {name}.",
    Event.ACCESS_UNBLOCKED: "a débloqué {name}.",
    Event.HISTORY_READ: "a consulté l'historique.",
    Event.RIGHTS_READ: "a consulté la liste des professionnels autorisés.",
    Event.DOCUMENT_SENT: "a envoyé {title} à {name}.",
    Event.READERS_READ: "a demandé qui pourrait lire {title}.",
    Event.PROFILE_READ: "a consulté les informations du profil.",
    Event.CONTACT_CHANGED: "a changé l'adresse e-mail des avis.",
    Event.DOCTOR_LEFT: "a noté que vous n'avez plus de médecin traitant déclaré.",
    Event.IDENTITY_CORRECTED: "a corrigé les informations de votre identité.",
    Event.CONTACTS_DECLARED: "a mis à jour vos coordonnées.",
    Event.DOSSIERS_MERGED: "a réuni deux inscriptions faites à votre nom.",
    Event.DOSSIERS_SEPARATED: "a séparé deux inscriptions réunies par erreur.",
    Event.IDENTITY_PROVED: "a vérifié votre identité au téléphone.",
    Event.STANDING_READ: "a consulté où en est votre espace, sans rien de votre santé.",
    Event.OPPOSED_FOR: "a enregistré votre opposition, à votre demande.",
    Event.MIND_CHANGED_FOR: "a enregistré que vous voulez un espace, à votre demande.",
    Event.ADDRESS_GIVEN_FOR: "a enregistré votre adresse e-mail, sur présentation d'une pièce d'identité.",
    Event.CODE_SENT_FOR: "vous a envoyé un nouveau code provisoire, à votre demande.",
    Event.LETTERS_SET: "a réglé la taille des caractères de vos courriers, à votre demande.",
    Event.DMP_RECEIVED: "a reçu le contenu de votre ancien DMP, gardé fermé jusqu'à l'ouverture de votre espace.",
    Event.DMP_TAKEN: "a repris le contenu de votre ancien DMP dans votre espace.",
    Event.DMP_DROPPED: "a effacé ce qui était gardé de votre ancien DMP : votre espace n'est pas ouvert.",
    Event.NOTICE_SENT: "vous a envoyé un avis par e-mail.",
    Event.SPACE_DELETED: "a supprimé votre espace et tout ce qu'il contenait.",
}
_REFUSED: dict[Event, str] = {
    Event.DMP_RECEIVED: "n'a pas pu recevoir votre ancien DMP : vous n'avez pas voulu d'espace.",
    Event.IDENTITY_PROVED: "a reçu un appel à votre sujet, sans que l'identité soit prouvée.",
    Event.PATIENT_LOOKED_UP: "a cherché votre dossier, sans y avoir accès.",
    Event.RECORD_OPENED: "a voulu ouvrir votre dossier, sans y avoir accès.",
    Event.DOCUMENTS_SEARCHED: "a demandé la liste des documents : refusé.",
    Event.DOCUMENT_READ: "a demandé à lire {title} : refusé.",
    Event.DOCUMENT_DOWNLOADED: "a demandé à télécharger {title} : refusé.",
    Event.DOCUMENT_DEPOSITED: "a voulu déposer {title} : refusé.",
    Event.READERS_READ: "a demandé qui pourrait lire {title} : refusé.",
    Event.DOCUMENT_SENT: "a voulu envoyer {title} : refusé.",
    Event.MESSAGE_SENT: "a voulu envoyer {title} : refusé.",
}
_THING: dict[Event, str] = {
    Event.MESSAGE_RECEIVED: "un message",
    Event.MESSAGE_READ: "un message",
    Event.MESSAGE_SENT: "un message",
    Event.MESSAGE_UNDELIVERED: "un message",
    Event.CONVERSATION_TRASHED: "une conversation",
    Event.CONVERSATION_RESTORED: "une conversation",
    Event.CONVERSATION_DELETED: "une conversation",
    Event.MESSAGES_EXPORTED: "une conversation",
    Event.CONVERSATION_REPORTED: "une conversation",
    Event.RECEIPT_SENT: "un message",
    Event.RECEIPT_DECLINED: "un message",
    Event.ATTACHMENT_READ: "une pièce jointe",
    Event.ATTACHMENT_SAVED: "une pièce jointe",
}


def sentence(event: Event, outcome: str, title: str, facts: dict[str, Any]) -> str:
    """What the actor did, to follow their name."""
    if outcome == REFUSED:
        pattern = _REFUSED.get(event, "a demandé une opération : refusée.")
    else:
        pattern = _DONE[event]
    thing = f"« {title} »" if title else _THING.get(event, "un document")
    return pattern.format(title=thing, name=facts.get("name") or "un professionnel", told=facts.get("told", ""))
