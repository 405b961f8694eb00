"""« Mes dépôts »: what the professional filed lately, whoever their patients are, and one of these documents.

A document is read in the record when its depositor may open it, by the door and the reason of every record; who is only
its author reaches it by itself. Nothing says what a patient did with it since.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ens.kernel import clock
from ens.record import services as record
from ens.record.types import OwnFilter
from ens.web.common.files import file_response, inline_image
from ens.web.common.pages import UNAVAILABLE, page
from ens.web.common.paging import page_number, pages_around
from ens.web.professionnel.patients import patient
from ens.web.professionnel.views.records import preview_of, shown_document

DAYS = 90  # how far back « lately » goes
WEEK = 7
PER_PAGE = 20  # each patient's space is a unit of its own
WAITS = "a_annoncer"


@require_safe
def depots(request: HttpRequest) -> HttpResponse:
    """The list, newest first; a choice that is none is as if it were absent."""
    number, waits = page_number(request), request.GET.get("etat") == WAITS
    is_week = request.GET.get("periode") == str(WEEK) and not waits
    since = clock.today() - timedelta(days=WEEK if is_week else DAYS)
    which = OwnFilter(since, waits=waits, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    found = record.own_deposits(which, by=request.actor)
    last = -(-found.matching // PER_PAGE)
    if number > max(last, 1):
        raise Http404
    context = {
        "lignes": [{"depot": one, "patient": patient(one.usager_id, one.patient)} for one in found.deposits],
        "jours": DAYS,
        "a_annoncer": waits,
        "restreint": waits or is_week,
        "choix": [
            {"libelle": _("Tous"), "lien": "?", "courant": not waits and not is_week},
            {"libelle": _("Sept derniers jours"), "lien": f"?periode={WEEK}", "courant": is_week},
            {"libelle": _("À annoncer"), "lien": f"?etat={WAITS}", "courant": waits},
        ],
        **pages_around(request, number, last=last),
    }
    return page(request, "professionnel/depots/liste.html", context)


@require_safe
def depot(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document: in its record, when its depositor may open it."""
    place = record.own_place(document_id, by=request.actor)
    if place.opens_record:
        return redirect("professionnel:document", place.usager_id, document_id)
    opened = record.open_document(document_id, by=request.actor)
    context: dict[str, Any] = {
        "patient": patient(place.usager_id, place.patient),
        **shown_document(opened),
        "lien_telecharger": reverse("professionnel:telecharger_depot", args=(document_id,)),
        **preview_of(request, opened.preview, lambda number: _picture(document_id, number)),
    }
    status = UNAVAILABLE if opened.preview.is_withheld else 200
    return page(request, "professionnel/depots/detail.html", context, status=status)


def _picture(document_id: UUID, number: int) -> str:
    return reverse("professionnel:apercu_depot", args=(document_id, number))


@require_safe
def apercu_depot(request: HttpRequest, document_id: UUID, number: int) -> HttpResponse:
    """One page of its preview, as a picture."""
    place = record.own_place(document_id, by=request.actor)
    if place.opens_record:
        return redirect("professionnel:apercu", place.usager_id, document_id, number)
    return inline_image(record.preview_page(document_id, number, by=request.actor))


@require_safe
def telecharger_depot(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The file as it was filed, traced as a download."""
    place = record.own_place(document_id, by=request.actor)
    if place.opens_record:
        return redirect("professionnel:telecharger", place.usager_id, document_id)
    return file_response(record.open_content(document_id, by=request.actor))
