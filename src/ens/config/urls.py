"""Every address of the space. The demonstration's are registered in the demonstration only."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from ens.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("ens.interop.fhir.urls")),
    path("", include("ens.web.public.urls")),
    path("", include("ens.web.usager.urls")),
    path("pro/", include("ens.web.professionnel.urls")),
    path("support/", include("ens.web.support.urls")),
    path("pilotage/", include("ens.web.pilotage.urls")),
]
if settings.ENS_DEMONSTRATION:
    urlpatterns.append(path("demonstration/", include("ens.demonstration.urls")))

ACCESS = {"healthz": "public", "metrics": "public"}

handler400 = "ens.web.common.errors.bad_request"
handler403 = "ens.web.common.errors.not_found"  # refused and absent look the same
handler404 = "ens.web.common.errors.not_found"
handler500 = "ens.web.common.errors.server_error"
