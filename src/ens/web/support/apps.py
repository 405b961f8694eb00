"""The Django application that carries these pages and their templates."""

from __future__ import annotations

from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "ens.web.support"
    label = "support"
    verbose_name = "Pages du support"
