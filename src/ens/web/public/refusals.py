"""Why a message to a usager came back, told to the professional who wrote it: a page a code, open to everyone (B13).

The SMTP reply ends with its address, which the report of their own operator quotes.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ens.messaging.explained import EXPLAINED, Explained
from ens.web.common.pages import page
from ens.web.common.words import typeset


@require_safe
def courrier(request: HttpRequest) -> HttpResponse:
    """Every reason, by what became of the message."""
    titles = dict.fromkeys(one.title for one in EXPLAINED.values())
    groups = [
        {
            "titre": typeset(title),
            "raisons": [_said(code, one) for code, one in EXPLAINED.items() if one.title == title],
        }
        for title in titles
    ]
    return page(request, "public/courrier/liste.html", {"groupes": groups})


@require_safe
def raison(request: HttpRequest, code: str) -> HttpResponse:
    found = EXPLAINED.get(code)
    if found is None:
        raise Http404
    return page(request, "public/courrier/detail.html", {"raison": _said(code, found)})


def _said(code: str, one: Explained) -> dict[str, Any]:
    return {
        "code": code,
        "titre": typeset(one.title),
        "passe": typeset(one.happened),
        "faire": typeset(one.to_do),
        "anglais": one.english,
    }
