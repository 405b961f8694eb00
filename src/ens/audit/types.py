"""A line of the trace, and its reading."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ens.kernel.actor import Actor

DONE = "fait"
REFUSED = "refuse"


class Event(StrEnum):
    """What can be traced. The French sentence of each is in ``audit.sentences``."""

    USAGER_REGISTERED = "usager_inscrit"
    PATIENT_LOOKED_UP = "patient_recherche"
    RECORD_OPENED = "dossier_ouvert"
    DOCUMENTS_SEARCHED = "documents_cherches"
    OWN_DEPOSITS_LISTED = "depots_listes"
    DOCUMENT_READ = "document_lu"
    DOCUMENT_DESCRIBED = "document_presente"
    DOCUMENT_DOWNLOADED = "document_telecharge"
    DOCUMENT_DEPOSITED = "document_depose"
    DOCUMENT_ADDED = "document_ajoute"
    DOCUMENT_REPLACED = "document_remplace"
    DOCUMENT_MASKED = "document_masque"
    DOCUMENT_UNMASKED = "document_demasque"
    SET_READ = "lot_lu"
    MESSAGES_LISTED = "messages_listes"
    MESSAGE_RECEIVED = "message_recu"
    MESSAGE_READ = "message_lu"
    MESSAGE_SENT = "message_envoye"
    MESSAGE_UNDELIVERED = "message_non_remis"
    CONVERSATION_TRASHED = "conversation_jetee"
    CONVERSATION_RESTORED = "conversation_reprise"
    CONVERSATION_DELETED = "conversation_supprimee"
    MESSAGES_EXPORTED = "messages_exportes"
    CONVERSATION_REPORTED = "conversation_signalee"
    EXCHANGE_ENDED = "echange_termine"
    EXCHANGE_REOPENED = "echange_rouvert"
    REPORT_READ = "signalement_lu"
    RECEIPT_SENT = "accuse_envoye"
    RECEIPT_DECLINED = "accuse_refuse"
    ATTACHMENT_READ = "piece_lue"
    ATTACHMENT_SAVED = "piece_enregistree"
    ACCESS_CONSENTED = "acces_consenti"
    ACCESS_AUTHORISED = "acces_autorise"
    ACCESS_BLOCKED = "acces_bloque"
    ACCESS_UNBLOCKED = "acces_debloque"
    HISTORY_READ = "historique_lu"
    RIGHTS_READ = "acces_lus"
    DOCUMENT_SENT = "document_envoye"
    READERS_READ = "lecteurs_demandes"
    PROFILE_READ = "profil_lu"
    CONTACT_CHANGED = "contact_change"
    # of the medical profile
    PROFILE_CONSULTED = "profil_medical_consulte"
    PROFILE_ITEM_READ = "profil_medical_element_lu"
    PROFILE_ITEM_ADDED = "profil_medical_ajout"
    PROFILE_ITEM_CHANGED = "profil_medical_modification"
    PROFILE_ITEM_REMOVED = "profil_medical_suppression"
    PROFILE_UNCONCERNED = "profil_medical_non_concerne"
    PROFILE_UNCONCERNED_NO_MORE = "profil_medical_reponse_reprise"
    SYNTHESIS_MADE = "synthese_preparee"
    SYNTHESIS_SENT = "synthese_envoyee"
    NOTICE_SENT = "avis_envoye"
    SPACE_DELETED = "espace_supprime"
    SIGNED_IN = "connexion"
    SIGNED_OUT_ELSEWHERE = "sessions_fermees"
    ACCOUNT_CREATED = "compte_cree"
    PASSWORD_CHANGED = "mot_de_passe_change"  # noqa: S105 - the name of an event
    PHONE_CHANGED = "telephone_change"
    SIGN_IN_CHANGED = "connexion_changee"
    REPRESENTATIVE_ATTACHED = "representant_rattache"
    TWIN_NAMED = "jumeaux_nommes"
    REPRESENTATIVE_INVITED = "representant_invite"
    REPRESENTATIVE_DECLINED = "invitation_refusee"
    INVITATION_WITHDRAWN = "invitation_annulee"
    REPRESENTATION_ENDED = "representation_finie"
    CHOICES_REVIEWED = "choix_relus"
    TERMS_ACCEPTED = "conditions_acceptees"
    PREFERENCES_CHOSEN = "choix_faits"
    CODE_ASKED = "code_demande"
    CODE_CHECKED = "code_verifie"
    DOCTOR_LEFT = "medecin_traitant_parti"
    IDENTITY_CORRECTED = "identite_corrigee"
    CONTACTS_DECLARED = "coordonnees_declarees"
    DOSSIERS_MERGED = "dossiers_reunis"
    DOSSIERS_SEPARATED = "dossiers_separes"
    # by an agent of the support, on the telephone
    IDENTITY_PROVED = "identite_prouvee"
    STANDING_READ = "situation_lue"
    OPPOSED_FOR = "opposition_assistee"
    MIND_CHANGED_FOR = "changement_assiste"
    ADDRESS_GIVEN_FOR = "adresse_donnee_support"
    CODE_SENT_FOR = "code_renvoye"
    LETTERS_SET = "courriers_regles"  # also by the person, on the site
    # of what the former DMP held
    DMP_RECEIVED = "dmp_recu"
    DMP_TAKEN = "dmp_repris"
    DMP_DROPPED = "dmp_ecarte"


@dataclass(frozen=True, slots=True)
class Line:
    """What a unit leaves: opaque ids in clear, the rest sealed under the usager's key."""

    event: Event
    object_id: UUID | None = None
    title: str = ""
    outcome: str = DONE
    code: str = ""  # the refusal's stable code
    by: Actor | None = None  # when it is not the unit's own actor
    facts: dict[str, Any] = field(default_factory=dict)  # sealed: counts, reasons typed, declared author

    def refused(self, code: str) -> Line:
        return replace(self, outcome=REFUSED, code=code)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line as the usager reads it."""

    number: int
    at: datetime
    event: Event
    actor_kind: str
    actor_id: str
    actor_name: str
    actor_role: str
    organisation: str
    mode: str
    outcome: str
    code: str
    object_id: UUID | None
    title: str
    sentence: str
    facts: dict[str, Any]

    @property
    def is_refusal(self) -> bool:
        return self.outcome == REFUSED


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which lines: by kind of actor, one object, a period (both included)."""

    actor_kinds: tuple[str, ...] = ()
    object_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    events: tuple[Event, ...] = ()
    before: int | None = None  # numbers below this one: the next page
    limit: int = 50


@dataclass(frozen=True, slots=True)
class History:
    lines: list[HistoryLine]
    total: int
    next_before: int | None
