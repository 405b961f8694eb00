"""A patient's record: the documents the rules allow, one of them, its file. Nothing hints at the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from ens.persistence.locator import locate
from ens.record import services as record
from ens.record.types import OpenedDocument, Preview
from ens.web.common.files import file_response, inline_image
from ens.web.common.pages import UNAVAILABLE, page
from ens.web.common.paging import page_number, pages_around
from ens.web.professionnel.filters import RecordFilters
from ens.web.professionnel.openings import of_an_open_record, shown
from ens.web.professionnel.patients import patient_of

PER_PAGE = 50


@require_safe
@of_an_open_record
def dossier(request: HttpRequest, usager_id: UUID) -> HttpResponse:
    """The list, newest first."""
    who, number = patient_of(request, usager_id, traced=False), page_number(request)
    filters = RecordFilters(request)
    which = filters.asked(offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    found = record.list_documents(usager_id, which, by=request.actor)
    if number > 1 and not found.cards:
        raise Http404
    context = {
        "patient": who,
        **shown(request),
        "documents": found.cards,
        "total": found.total,
        **filters.shown(found),
        **pages_around(request, number, last=-(-found.matching // PER_PAGE)),
    }
    return page(request, "professionnel/dossier/detail.html", context)


@require_safe
@of_an_open_record
def document(request: HttpRequest, usager_id: UUID, document_id: UUID) -> HttpResponse:
    """The preview and the facts of a document; its reading is in the patient's history."""
    who = patient_of(request, usager_id, traced=False)
    _check_whose(usager_id, document_id)
    opened = record.open_document(document_id, by=request.actor)
    context = {
        "patient": who,
        **shown(request),
        **shown_document(opened),
        "lien_telecharger": reverse("professionnel:telecharger", args=(usager_id, document_id)),
        "versions": [version for version in opened.versions if version.id != document_id],
        **preview_of(
            request, opened.preview, lambda page: reverse("professionnel:apercu", args=(usager_id, document_id, page))
        ),
    }
    status = UNAVAILABLE if opened.preview.is_withheld else 200
    return page(request, "professionnel/documents/detail.html", context, status=status)


def shown_document(opened: OpenedDocument) -> dict[str, Any]:
    """The facts of a document, for its page."""
    return {
        "document": opened.card,
        "auteur": opened.author_label,
        "organisation": opened.organisation_label,
        "differences": opened.differences,
        "taille": opened.size,
    }


def preview_of(request: HttpRequest, preview: Preview, picture: Callable[[int], str]) -> dict[str, Any]:
    """What ``common/components/apercu.html`` shows; ``picture`` gives the address of a page of the preview."""
    number = min(_number(request, "page") or 1, max(preview.pages, 1))
    readable_as_text = preview.kind == "images" and bool(preview.text or preview.text_html)
    return {
        "apercu": preview,
        "lisible_en_texte": readable_as_text,
        "lien_image": "?",
        "en_texte": readable_as_text and request.GET.get("lire") == "texte",
        "numero_page": number,
        "image": picture(number),
        "page_precedente": f"?page={number - 1}" if number > 1 else "",
        "page_suivante": f"?page={number + 1}" if number < preview.pages else "",
    }


@require_safe
@of_an_open_record
def apercu(request: HttpRequest, usager_id: UUID, document_id: UUID, number: int) -> HttpResponse:
    """One page of the preview, as a picture."""
    _check_whose(usager_id, document_id)
    return inline_image(record.preview_page(document_id, number, by=request.actor))


@require_safe
@of_an_open_record
def telecharger(request: HttpRequest, usager_id: UUID, document_id: UUID) -> HttpResponse:
    """The file as it was filed, traced as a download."""
    _check_whose(usager_id, document_id)
    return file_response(record.open_content(document_id, by=request.actor))


def _check_whose(usager_id: UUID, document_id: UUID) -> None:
    """The address of another patient's document does not exist under this one."""
    if locate(document_id) != usager_id:
        raise Http404


def _number(request: HttpRequest, name: str) -> int | None:
    """A positive number of the address. Anything else is an address that does not exist."""
    value = request.GET.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise Http404
    return int(value) or None
