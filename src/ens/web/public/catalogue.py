"""The catalogue of listed applications and sites, the same for everyone."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ens.catalogue import register
from ens.catalogue.register import Status
from ens.web.common.pages import page


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """By category; what is suspended is said so, and leads nowhere."""
    found = [(one, one.status is Status.SUSPENDED) for one in register.shown()]
    groups = [(category, list(those)) for category, those in groupby(found, key=lambda pair: pair[0].category)]
    return page(request, "public/catalogue.html", {"categories": groups})
