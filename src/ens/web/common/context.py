"""What every template may show: the brand, the help line, who is signed in. No query is run here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ens.web.common.words import typeset


def page(request: HttpRequest) -> dict[str, Any]:
    return {
        "service": settings.ENS_SERVICE_NAME,
        "demonstration": settings.ENS_DEMONSTRATION,
        "visite": settings.ENS_VISITE,
        "visite_ailleurs": settings.ENS_VISITE_URL,
        "telephone_aide": settings.ENS_SUPPORT_PHONE,
        "conditions_publiees": settings.ENS_TERMS_PUBLISHED,
        "horaires_aide": typeset(settings.ENS_SUPPORT_HOURS),
        "sourds_aide": settings.ENS_SUPPORT_DEAF,
        "personne": getattr(request, "actor", None),
    }
