"""The Django application that carries the shared templates, style sheets and template tags."""

from __future__ import annotations

from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "ens.web.common"
    label = "common"
    verbose_name = "Éléments communs des pages"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from ens.web.common import sessions

        user_logged_in.connect(sessions.note_new_session)
        user_logged_out.connect(sessions.note_end_of_session)
