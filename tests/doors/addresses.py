"""What is at each address: its methods, whose it is, what reading it leaves in the trace. A new address needs a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.urls import reverse

from tests.doors.everyone import IN_HER_RECORD, READS, WITHOUT_SPACE, World

NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """``gives``: the status of a GET by who may; ``takes``: that of an empty POST by who may.

    ``about``: what the address names, in order: one of her documents, a thread… ``leaves``: the events that a GET by
    who may leaves in Inaya's trace; ``refusal``: the one left when what it names of hers is refused.
    """

    gives: int | None = None
    takes: int | None = None
    about: tuple[str, ...] = ()
    leaves: tuple[str, ...] = NOTHING
    refusal: str = ""
    is_file: bool = False
    reads_a_card: bool = False  # it may ask for the camera, alone with the others that say so

    @property
    def methods(self) -> set[str]:
        given = {"GET", "HEAD"} if self.gives else set()
        return given | ({"POST"} if self.takes else set())


# The reading of the count of unread messages, on each page of a usager, says nothing and leaves nothing.
ADDRESSES: dict[str, Row] = {
    # everybody
    "accueil_public": Row(200),
    "bienvenue": Row(200, takes=422),
    "nouveau_code": Row(200, takes=422),
    "recepisse": Row(404),  # nothing was proved in this session
    "connexion": Row(200, takes=422),
    "ancien_dmp": Row(404),  # no day is set for the former application
    "ancien_dmp_suite": Row(404),
    # without a password just given, back to the beginning
    "connexion_code": Row(302, takes=302),
    "connexion_renvoyer": Row(takes=302),
    "connexion_cle_question": Row(takes=404),  # a space reached by a bare network address has no passkey
    "connexion_cle": Row(takes=302),
    "connexion_fournisseur": Row(takes=404),  # no identity provider is set here
    "connexion_retour": Row(404),
    "connexion_sans_compte": Row(404),
    "oubli": Row(200),
    "oubli_identifiant": Row(200, takes=422),
    "oubli_mot_de_passe": Row(200, takes=422, reads_a_card=True),
    # without a card, back to the beginning
    "oubli_code": Row(302, takes=302),
    "oubli_renvoyer": Row(takes=302),
    "activation": Row(200, takes=422, reads_a_card=True),
    # without a proof, back to the beginning
    "activation_personne": Row(302, takes=302),
    "activation_coordonnees": Row(302, takes=302),
    "activation_code": Row(302, takes=302),
    "activation_compte": Row(302, takes=302),
    "activation_enfant": Row(302, takes=302),
    "activation_abandonner": Row(takes=302),
    "deconnexion": Row(takes=302),
    "plan_du_site": Row(200),
    "accessibilite": Row(200),
    "mentions_legales": Row(200),
    "donnees_personnelles": Row(200),
    "cookies": Row(200),
    "aide": Row(200),
    "courrier": Row(200),
    "raison_courrier": Row(200, about=("reason",)),
    "catalogue": Row(200),
    "indicateurs": Row(200),
    "fichier_indicateurs": Row(200, about=("form",)),
    "a_propos": Row(200),
    "healthz": Row(503),  # no mail door nor worker runs here
    "metrics": Row(200),
    # usagers
    "usager:accueil": Row(200, leaves=("documents_cherches", "messages_listes")),
    "usager:messages": Row(200, leaves=("messages_listes", "profil_lu")),
    "usager:adresse": Row(200, leaves=("profil_lu",)),
    "usager:nouveau_message": Row(200, takes=422, leaves=("messages_listes", "documents_cherches")),
    "usager:nouveau_brouillon": Row(takes=302),
    "usager:piece": Row(200, about=("attachment",), leaves=("piece_lue",), refusal="piece_lue", is_file=True),
    "usager:enregistrer_piece": Row(takes=302, about=("attachment",), refusal="piece_enregistree"),
    "usager:fil": Row(200, about=("thread",), leaves=("message_lu", "messages_listes"), refusal="message_lu"),
    "usager:accuse": Row(takes=404, about=("thread",), refusal="accuse_refuse"),  # of no message
    "usager:brouillon": Row(takes=302, about=("thread",), refusal="message_envoye"),
    "usager:jeter": Row(takes=302, about=("thread",), refusal="conversation_jetee"),
    "usager:reprendre": Row(takes=302, about=("thread",), refusal="conversation_reprise"),
    "usager:supprimer_fil": Row(takes=404, about=("thread",), refusal="conversation_supprimee"),  # not in the trash
    "usager:signaler": Row(
        200, takes=422, about=("thread",), leaves=("messages_listes",), refusal="conversation_signalee"
    ),
    "usager:finir_echange": Row(
        200, takes=422, about=("thread",), leaves=("messages_listes",), refusal="echange_termine"
    ),
    "usager:rouvrir_echange": Row(takes=302, about=("thread",), refusal="echange_termine"),
    "usager:exporter_fil": Row(
        200, about=("thread",), leaves=("messages_exportes",), refusal="messages_exportes", is_file=True
    ),
    "usager:joindre": Row(
        200, takes=422, about=("thread",), leaves=("documents_cherches",), refusal="documents_cherches"
    ),
    "usager:repondre": Row(takes=422, about=("thread",), refusal="message_envoye"),
    "usager:documents": Row(200, leaves=("documents_cherches",)),
    "usager:ajouter": Row(200, takes=422),
    "usager:lecteurs_choisis": Row(404),  # without a document chosen
    "usager:document": Row(200, about=("document",), leaves=("document_lu",), refusal="document_lu"),
    "usager:envoyer": Row(
        200, takes=422, about=("document",), leaves=("documents_cherches",), refusal="documents_cherches"
    ),
    "usager:lecteurs": Row(200, about=("document",), leaves=("lecteurs_demandes",), refusal="lecteurs_demandes"),
    "usager:telecharger": Row(
        200, about=("document",), leaves=("document_telecharge",), refusal="document_telecharge", is_file=True
    ),
    "usager:apercu": Row(200, about=("document", "page"), leaves=("document_lu",), refusal="document_lu"),
    "usager:masquer": Row(takes=302, about=("document",), refusal="document_demasque"),
    "usager:historique": Row(200, leaves=("historique_lu",)),
    "usager:ancien_dmp": Row(200, leaves=("historique_lu",)),
    "usager:confidentialite": Row(200, leaves=("acces_lus", "documents_cherches")),
    "usager:reglages": Row(200, takes=422, leaves=("acces_lus",)),
    "usager:conditions": Row(302, takes=302),  # accepted already
    "usager:choix_relus": Row(takes=302),
    "usager:choisir_acces": Row(takes=404),  # an empty form chooses nothing
    "usager:autoriser_acces": Row(takes=422),
    "usager:profil": Row(200, leaves=("profil_medical_consulte",)),
    "usager:synthese": Row(200, takes=422, leaves=("profil_medical_consulte",)),
    "usager:rubrique": Row(200, about=("rubric",), leaves=("profil_medical_consulte",)),
    "usager:ajouter_element": Row(200, takes=422, about=("rubric",)),
    "usager:non_concerne": Row(takes=302, about=("rubric",)),
    "usager:element": Row(
        200, takes=422, about=("item",), leaves=("profil_medical_element_lu",), refusal="profil_medical_element_lu"
    ),
    "usager:supprimer_element": Row(takes=302, about=("item",), refusal="profil_medical_suppression"),
    "usager:agenda": Row(200),
    "usager:applications": Row(200),
    "usager:parametres": Row(200, takes=422, leaves=("profil_lu",)),
    "usager:courriers": Row(takes=302),
    "usager:code_email": Row(302, takes=302),  # without a code on its way
    "usager:telephone": Row(200, takes=422),
    "usager:code_telephone": Row(302, takes=302),
    "usager:securite": Row(200),
    "usager:prouver": Row(200, takes=422),
    "usager:mot_de_passe": Row(404, takes=404),  # an account without a password has none to change
    "usager:application": Row(200, takes=422),
    "usager:retirer_application": Row(takes=302),
    "usager:codes_secours": Row(takes=302),
    "usager:relier_identite": Row(takes=404),  # no identity provider is set here
    "usager:delier_identite": Row(takes=302),
    "usager:cle": Row(302, takes=302),
    "usager:cle_question": Row(takes=404),
    "usager:retirer_cles": Row(takes=302),
    "usager:fermer_sessions": Row(takes=302),
    "usager:profils": Row(200, takes=404),  # nobody's profile is chosen
    "usager:representants": Row(404, takes=404),  # of a child's space only
    "usager:invitations": Row(200, takes=404),  # nobody invited them
    "usager:enfants": Row(200, takes=422),  # nobody is ticked
    "usager:menu": Row(200),
    # professionals
    "professionnel:recherche": Row(200, takes=422),
    "professionnel:ecrire": Row(200, takes=422),
    "professionnel:accord": Row(takes=422),
    "professionnel:ouvrir": Row(
        200, takes=422, about=("usager",), leaves=("patient_recherche",), refusal="patient_recherche"
    ),
    "professionnel:recents": Row(200),
    "professionnel:fermer": Row(takes=302),
    "professionnel:referme": Row(200),
    "professionnel:dossier": Row(200, about=("usager",), leaves=("documents_cherches",), refusal="patient_recherche"),
    "professionnel:document": Row(
        200, about=("usager", "document"), leaves=("document_lu",), refusal="patient_recherche"
    ),
    "professionnel:deposer": Row(200, takes=422, about=("usager",), refusal="patient_recherche"),
    "professionnel:telecharger": Row(
        200,
        about=("usager", "document"),
        leaves=("document_telecharge",),
        refusal="document_telecharge",
        is_file=True,
    ),
    "professionnel:apercu": Row(
        200, about=("usager", "document", "page"), leaves=("document_lu",), refusal="document_lu"
    ),
    "professionnel:depots": Row(200),
    # none of these filed her document by this door
    "professionnel:depot": Row(404, about=("document",), refusal="document_lu"),
    "professionnel:telecharger_depot": Row(404, about=("document",), refusal="document_lu"),
    "professionnel:apercu_depot": Row(404, about=("document", "page"), refusal="document_lu"),
    # those who steer
    "pilotage:ensemble": Row(200),
    "pilotage:enrolement": Row(200),
    "pilotage:calendrier": Row(200),
    "pilotage:ecrans": Row(200),
    "pilotage:exports": Row(200),
    "pilotage:etablissements": Row(200),
    "pilotage:site": Row(404, takes=404, about=("site",)),  # of no site
    "pilotage:action": Row(takes=404, about=("site",)),
    "pilotage:telecharger_sites": Row(200, about=("form",), is_file=True),
    "pilotage:evenements": Row(404),  # without a figure chosen
    "pilotage:telecharger_tableau": Row(200, about=("form",), is_file=True),
    "pilotage:telecharger_evenements": Row(404, about=("form",)),  # without a figure chosen
    # the support desk, nobody being on the telephone
    "support:recherche": Row(200, takes=422),
    "support:personne": Row(302),
    "support:opposition": Row(takes=302),
    "support:changement": Row(takes=302),
    "support:code": Row(takes=302),
    "support:adresse": Row(takes=302),
    "support:courriers": Row(takes=302),
    "support:terminer": Row(takes=302),
    "support:signalements": Row(200, takes=404),  # of no report
    # software: no session speaks for it
    "fhir": Row(401, takes=401),
    "oauth2-token": Row(takes=411),
    # the demonstration's door; « labo » has no account
    "demonstration:porte": Row(200),
    "demonstration:entrer": Row(takes=303, about=("persona",)),
    "demonstration:role": Row(200, about=("persona",)),
}

# An account outlives its space, and comes before it (N001).
OF_THE_ACCOUNT = frozenset(
    f"usager:{name}"
    for name in (
        "conditions", "code_email", "telephone", "code_telephone", "securite", "prouver", "mot_de_passe", "application",
        "retirer_application", "codes_secours", "cle", "cle_question", "retirer_cles", "fermer_sessions",
        "relier_identite", "delier_identite", "profils", "enfants", "invitations", "courriers",
    )
)  # fmt: skip
OF_NOBODY = ((), ("persona",), ("form",), ("site",), ("rubric",), ("reason",))  # what such an address names is nobody's
Ids = dict[str, Any]


def hers(world: World) -> Ids:
    return {
        "document": world.document, "thread": world.thread, "attachment": world.attachment,
        "usager": world.inaya.usager_id, "item": world.item, **_of_nobody(),
    }  # fmt: skip


def someone_elses(world: World) -> Ids:
    return {
        "document": world.others_document, "thread": world.others_thread, "attachment": world.others_attachment,
        "usager": world.other.usager_id, "item": world.others_item, **_of_nobody(),
    }  # fmt: skip


def nobodys(_: World) -> Ids:
    return {one: uuid4() for one in ("document", "thread", "attachment", "usager", "item")} | _of_nobody()


def _of_nobody() -> Ids:
    return {
        "rubric": "handicaps",
        "page": 1,
        "persona": "labo",
        "form": "csv",
        "site": uuid4(),
        "reason": "boite_absente",
    }


def path_of(name: str, ids: Ids) -> str:
    if name == "fhir":
        return "/fhir/DocumentReference"
    if name == "oauth2-token":
        return "/oauth2/token"
    if name == "ancien_dmp_suite":
        return "/dmp/dossier/"
    return reverse(name, args=[ids[one] for one in ADDRESSES[name].about])


def may(kind: str, name: str, *, document: str = "document") -> bool:
    """Whether what the address names of Inaya's is given to that person, once they are at an address of theirs."""
    row = ADDRESSES[name]
    if kind in WITHOUT_SPACE and name.startswith("usager:"):
        return name == "usager:lecteurs_choisis" or name in OF_THE_ACCOUNT  # the first only leads to another address
    if name.startswith("pilotage:"):
        return kind == "the steerer"
    if name.startswith("professionnel:"):
        if "document" in row.about:
            return kind in READS[document]
        return "usager" not in row.about or kind in IN_HER_RECORD
    if name.startswith("usager:") and row.about not in OF_NOBODY:
        return kind in ("the holder", "a representative")
    return True
