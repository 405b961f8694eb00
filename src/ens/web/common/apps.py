"""The Django application that carries the shared templates, style sheets and template tags."""

from __future__ import annotations

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "ens.web.common"
    label = "common"
    verbose_name = "Éléments communs des pages"
