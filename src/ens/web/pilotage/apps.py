"""The Django application that carries these pages and their templates."""

from __future__ import annotations

from django.apps import AppConfig


class PilotageConfig(AppConfig):
    name = "ens.web.pilotage"
    label = "pilotage"
    verbose_name = "Pages de pilotage"
