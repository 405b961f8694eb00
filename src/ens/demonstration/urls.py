"""The demonstration's door. Registered in the demonstration only."""

from __future__ import annotations

from django.urls import path

from ens.demonstration import views

app_name = "demonstration"
urlpatterns = [
    path("", views.door, name="porte"),
    path("entrer/<slug:key>/", views.enter, name="entrer"),
    path("roles/<slug:key>/", views.role, name="role"),
]
ACCESS = {"porte": "demonstration", "entrer": "demonstration", "role": "demonstration"}
