"""The Django application that carries these pages and their templates."""

from __future__ import annotations

from django.apps import AppConfig


class UsagerConfig(AppConfig):
    name = "ens.web.usager"
    label = "usager"
    verbose_name = "Pages de l’usager"
