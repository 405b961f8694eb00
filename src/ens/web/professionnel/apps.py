"""The Django application that carries these pages and their templates."""

from __future__ import annotations

from django.apps import AppConfig


class ProfessionnelConfig(AppConfig):
    name = "ens.web.professionnel"
    label = "professionnel"
    verbose_name = "Pages du professionnel"
