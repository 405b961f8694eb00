"""Addresses of the support desk, under ``/support/``. All of them ask for an agent signed in.

No address names anyone: who is on the telephone is kept in the agent's session, for a quarter of an hour.
"""

from __future__ import annotations

from django.urls import path

from ens.web.support import signals, views

app_name = "support"

urlpatterns = [
    path("", views.recherche, name="recherche"),
    path("personne/", views.personne, name="personne"),
    path("personne/opposition/", views.opposition, name="opposition"),
    path("personne/changement/", views.changement, name="changement"),
    path("personne/code/", views.code, name="code"),
    path("personne/adresse/", views.adresse, name="adresse"),
    path("personne/courriers/", views.courriers, name="courriers"),
    path("signalements/", signals.signalements, name="signalements"),
    path("terminer/", views.terminer, name="terminer"),
]

ACCESS = {pattern.name: "support" for pattern in urlpatterns}
