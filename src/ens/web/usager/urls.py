"""Addresses of the usager's pages. All of them ask for a usager signed in."""

from __future__ import annotations

from django.urls import path

from ens.web.usager.views import (
    access,
    account,
    beginning,
    choices,
    documents,
    history,
    home,
    joining,
    messages,
    profiles,
    security,
    soon,
)

app_name = "usager"

urlpatterns = [
    path("accueil/", home.accueil, name="accueil"),
    path("messages/", messages.liste, name="messages"),
    path("messages/adresse/", messages.adresse, name="adresse"),
    path("messages/nouveau/", beginning.nouveau, name="nouveau_message"),
    path("messages/pieces/<uuid:attachment_id>/", messages.piece, name="piece"),
    path("messages/pieces/<uuid:attachment_id>/enregistrer/", messages.enregistrer_piece, name="enregistrer_piece"),
    path("messages/<uuid:thread_id>/", messages.fil, name="fil"),
    path("messages/<uuid:thread_id>/accuse/", messages.accuse, name="accuse"),
    path("messages/<uuid:thread_id>/brouillon/", messages.brouillon, name="brouillon"),
    path("messages/<uuid:thread_id>/corbeille/", messages.jeter, name="jeter"),
    path("messages/<uuid:thread_id>/reprendre/", messages.reprendre, name="reprendre"),
    path("messages/<uuid:thread_id>/supprimer/", messages.supprimer, name="supprimer_fil"),
    path("messages/<uuid:thread_id>/exporter/", messages.exporter, name="exporter_fil"),
    path("messages/<uuid:thread_id>/documents/", joining.joindre, name="joindre"),
    path("messages/<uuid:thread_id>/repondre/", messages.repondre, name="repondre"),
    path("documents/", documents.liste, name="documents"),
    path("documents/ajouter/", documents.ajouter, name="ajouter"),
    path("documents/lecteurs/", documents.lecteurs_choisis, name="lecteurs_choisis"),
    path("documents/<uuid:document_id>/", documents.detail, name="document"),
    path("documents/<uuid:document_id>/lecteurs/", documents.lecteurs, name="lecteurs"),
    path("documents/<uuid:document_id>/envoyer/", documents.envoyer, name="envoyer"),
    path("documents/<uuid:document_id>/telecharger/", documents.telecharger, name="telecharger"),
    path("documents/<uuid:document_id>/page-<int:number>.png", documents.apercu, name="apercu"),
    path("documents/<uuid:document_id>/masquer/", documents.masquer, name="masquer"),
    path("historique/", history.liste, name="historique"),
    path("confidentialite/", access.detail, name="confidentialite"),
    path("confidentialite/reglages/", choices.reglages, name="reglages"),
    path("conditions/", choices.conditions, name="conditions"),
    path("confidentialite/choisir/", access.choisir, name="choisir_acces"),
    path("confidentialite/autoriser/", access.autoriser, name="autoriser_acces"),
    path("profil/", soon.profil, name="profil"),
    path("agenda/", soon.agenda, name="agenda"),
    path("applications/", soon.applications, name="applications"),
    path("parametres/", account.parametres, name="parametres"),
    path("parametres/email/", security.code_email, name="code_email"),
    path("parametres/telephone/", security.telephone, name="telephone"),
    path("parametres/telephone/code/", security.code_telephone, name="code_telephone"),
    path("parametres/connexion/", security.detail, name="securite"),
    path("parametres/connexion/prouver/", security.prouver, name="prouver"),
    path("parametres/connexion/mot-de-passe/", security.mot_de_passe, name="mot_de_passe"),
    path("parametres/connexion/application/", security.application, name="application"),
    path("parametres/connexion/application/retirer/", security.retirer_application, name="retirer_application"),
    path("parametres/connexion/codes-de-secours/", security.codes_secours, name="codes_secours"),
    path("parametres/connexion/cle/", security.cle, name="cle"),
    path("parametres/connexion/cle/question/", security.question_cle, name="cle_question"),
    path("parametres/connexion/cle/retirer/", security.retirer_cles, name="retirer_cles"),
    path("parametres/connexion/identite/relier/", security.relier_identite, name="relier_identite"),
    path("parametres/connexion/identite/retirer/", security.delier_identite, name="delier_identite"),
    path("parametres/connexion/appareils/", security.fermer_sessions, name="fermer_sessions"),
    path("profils/", profiles.profils, name="profils"),
    path("menu/", account.menu, name="menu"),
]

ACCESS = {pattern.name: "usager" for pattern in urlpatterns}
