"""Addresses of steering, under ``/pilotage/``. All of them ask for an account that steers a territory today.

What is looked at (territory, day, cut) is in the address: it names nobody, and can be kept or sent.
"""

from __future__ import annotations

from django.urls import path

from ens.web.pilotage import views

app_name = "pilotage"

urlpatterns = [
    path("", views.ensemble, name="ensemble"),
    path("enrolement/", views.enrolement, name="enrolement"),
    path("calendrier/", views.calendrier, name="calendrier"),
]

ACCESS = {pattern.name: "pilotage" for pattern in urlpatterns}
