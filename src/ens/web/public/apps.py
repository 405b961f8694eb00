"""The Django application that carries these pages and their templates."""

from __future__ import annotations

from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "ens.web.public"
    label = "public"
    verbose_name = "Pages ouvertes à tous"
