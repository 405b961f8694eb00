"""A page of the usager: the shared page with its rubric lit and the count of unread messages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from ens.journeys import profiles
from ens.messaging import services as messaging
from ens.web.common.pages import page


def usager_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    section: str,
    unread: int | None = None,
    status: int = 200,
) -> HttpResponse:
    """``unread``: given by pages that already know it, so that it is not asked twice."""
    if unread is None:
        unread = messaging.unread_count(request.usager_id, by=request.actor)
    shown = {"rubrique": section, "non_lus": unread}
    if request.actor.role:  # someone else's space: every screen says whose (S042)
        shown["profil_montre"] = profiles.name_of(request.usager_id, by=request.actor)
    return page(request, template, {**shown, **(context or {})}, status=status)
