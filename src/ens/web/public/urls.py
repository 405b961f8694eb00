"""Addresses open to everyone."""

from __future__ import annotations

from django.urls import path

from ens.web.public import activation, catalogue, federated, indicators, recovery, refusals, signing_in, views, welcome

urlpatterns = [
    path("", views.accueil, name="accueil_public"),
    path("bienvenue/", welcome.bienvenue, name="bienvenue"),
    path("bienvenue/nouveau-code/", welcome.nouveau_code, name="nouveau_code"),
    path("bienvenue/recepisse/", welcome.recepisse, name="recepisse"),
    path("connexion/", signing_in.connexion, name="connexion"),
    path("connexion/code/", signing_in.code, name="connexion_code"),
    path("connexion/code/renvoyer/", signing_in.renvoyer, name="connexion_renvoyer"),
    path("connexion/cle/question/", signing_in.question_cle, name="connexion_cle_question"),
    path("connexion/cle/", signing_in.cle, name="connexion_cle"),
    path("connexion/fournisseur/", federated.fournisseur, name="connexion_fournisseur"),
    path("connexion/retour/", federated.retour, name="connexion_retour"),
    path("connexion/sans-compte/", federated.sans_compte, name="connexion_sans_compte"),
    path("connexion/oubli/", recovery.oubli, name="oubli"),
    path("connexion/oubli/identifiant/", recovery.identifiant, name="oubli_identifiant"),
    path("connexion/oubli/mot-de-passe/", recovery.mot_de_passe, name="oubli_mot_de_passe"),
    path("connexion/oubli/code/", recovery.code, name="oubli_code"),
    path("connexion/oubli/code/renvoyer/", recovery.renvoyer, name="oubli_renvoyer"),
    path("activation/", activation.activation, name="activation"),
    path("activation/personne/", activation.personne, name="activation_personne"),
    path("activation/coordonnees/", activation.coordonnees, name="activation_coordonnees"),
    path("activation/code/", activation.code, name="activation_code"),
    path("activation/compte/", activation.compte, name="activation_compte"),
    path("activation/enfant/", activation.enfant, name="activation_enfant"),
    path("activation/abandonner/", activation.abandonner, name="activation_abandonner"),
    path("deconnexion/", views.deconnexion, name="deconnexion"),
    path("dmp/", views.ancien_dmp, name="ancien_dmp"),
    path("dmp/<path:reste>", views.ancien_dmp, name="ancien_dmp_suite"),
    path("plan-du-site/", views.plan_du_site, name="plan_du_site"),
    path("accessibilite/", views.accessibilite, name="accessibilite"),
    path("mentions-legales/", views.mentions_legales, name="mentions_legales"),
    path("donnees-personnelles/", views.donnees_personnelles, name="donnees_personnelles"),
    path("cookies/", views.cookies, name="cookies"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("indicateurs/", indicators.page_of_indicators, name="indicateurs"),
    path("indicateurs/indicateurs.<slug:forme>", indicators.file_of_indicators, name="fichier_indicateurs"),
    path("aide/", views.aide, name="aide"),
    path("aide/courrier/", refusals.courrier, name="courrier"),
    path("aide/courrier/<slug:code>/", refusals.raison, name="raison_courrier"),
    path("a-propos/", views.a_propos, name="a_propos"),
]

ACCESS = {pattern.name: "public" for pattern in urlpatterns}
