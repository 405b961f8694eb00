"""Addresses of steering, under ``/pilotage/``. All of them ask for an account that steers a territory today.

What is looked at (territory, day, cut) is in the address: it names nobody, and can be kept or sent.
"""

from __future__ import annotations

from django.urls import path

from ens.web.pilotage import exports, sites, views

app_name = "pilotage"

urlpatterns = [
    path("", views.ensemble, name="ensemble"),
    path("enrolement/", views.enrolement, name="enrolement"),
    path("evenements/", exports.evenements, name="evenements"),
    path("exports/", exports.liste, name="exports"),
    path("telecharger/tableau.<slug:forme>", exports.tableau, name="telecharger_tableau"),
    path("telecharger/evenements.<slug:forme>", exports.telecharger_evenements, name="telecharger_evenements"),
    path("etablissements/", views.etablissements, name="etablissements"),
    path("etablissements/<uuid:site_id>/", sites.site, name="site"),
    path("etablissements/actions/<uuid:action_id>/", sites.action, name="action"),
    path("telecharger/etablissements.<slug:forme>", exports.sites, name="telecharger_sites"),
    path("ecrans/", views.ecrans, name="ecrans"),
    path("calendrier/", views.calendrier, name="calendrier"),
]

ACCESS = {pattern.name: "pilotage" for pattern in urlpatterns}
