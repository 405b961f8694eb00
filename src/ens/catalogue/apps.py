"""The Django application of the catalogue."""

from __future__ import annotations

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "ens.catalogue"
    label = "catalogue"
    verbose_name = "Catalogue"
