"""Addresses of the FHIR face, and of the tokens it asks for. Each with and without a final slash."""

from __future__ import annotations

from django.urls import re_path

from ens.interop.fhir import oauth, views

urlpatterns = [
    re_path(r"^fhir(?:/(?P<path>.*))?$", views.fhir, name="fhir"),
    re_path(r"^oauth2/token/?$", oauth.token, name="oauth2-token"),
]

ACCESS = {"fhir": "client", "oauth2-token": "client"}
