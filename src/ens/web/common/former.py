"""The names of the former DMP, once they lead here: whoever comes by one is brought to the page that tells (S017)."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port


class FormerHostMiddleware:
    """Whatever was asked: no address of the former application is one of ours, and what is sent to it is not taken.

    Never permanent: browsers would keep it, and the switch may be put back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.ENS_DMP_HOSTS or split_domain_port(request.get_host())[0] not in settings.ENS_DMP_HOSTS:
            return self.get_response(request)
        if request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(f"{settings.ENS_BASE_URL}/dmp/")
        return HttpResponse(status=410)
