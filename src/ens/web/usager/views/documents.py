"""The usager's documents: list and filters, one document, adding, masking."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ens import journeys
from ens.kernel.errors import Conflict, Malformed, Refused
from ens.record import services as record
from ens.web.common import words
from ens.web.common.files import file_response, inline_image
from ens.web.common.pages import UNAVAILABLE
from ens.web.usager.filters import DocumentFilters
from ens.web.usager.forms import AddDocumentForm
from ens.web.usager.message_forms import SendDocumentForm
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import document_row, format_said, history_row, reader_row

READERS_SHOWN = 5


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """By month of the act; filters live in the address, so that it can be kept and shared."""
    filters = DocumentFilters(request.GET)
    found = record.list_documents(request.usager_id, filters.asked(), by=request.actor)
    rows = [document_row(card) for card in filters.shown(found)]
    months = [
        {"cle": f"{year}-{month:02d}", "premier": group[0].act_date, "documents": group}
        for (year, month), group in _by_month(rows)
    ]
    context = {
        "total": found.total,
        "trouves": found.matching,
        "mois": months,
        "categories": filters.categories(found),
        "filtres": filters.chosen(),
        "filtres_dits": filters.said(),
        "filtres_ouverts": filters.is_open,
        "lien_filtres": filters.toggle_link(),
        "formulaire_filtres": filters.form,
        **filters.pages(found),
    }
    return usager_page(request, "usager/documents/liste.html", context, section="documents")


def _by_month(rows: list[Any]) -> list[tuple[tuple[int, int], list[Any]]]:
    return [(key, list(group)) for key, group in groupby(rows, key=lambda row: (row.act_date.year, row.act_date.month))]


@require_safe
def detail(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The preview, who reads it, who read it, its versions."""
    opened = record.open_document(document_id, by=request.actor)
    preview = opened.preview
    number = min(max(_number(request, "page") or 1, 1), max(preview.pages, 1))
    as_text = request.GET.get("lire") == "texte" and bool(preview.text_html or preview.text)
    readings = [history_row(line, reader_id=request.actor.id) for line in opened.readers if not line.is_refusal]
    context = {
        "document": document_row(opened.card),
        "differences": opened.differences,
        "auteur": opened.author_label,
        "organisation": opened.organisation_label,
        "description": opened.description
        if opened.description not in (opened.card.type_label, opened.card.title)
        else "",
        "versions": opened.versions,
        "lectures": readings[:READERS_SHOWN],
        "fichier_dit": format_said(opened.media_type, preview.pages if preview.kind == "images" else 0),
        "taille": opened.size,
        "apercu": preview,
        "en_texte": as_text,
        "lisible_en_texte": preview.kind == "images" and bool(preview.text_html or preview.text),
        "numero_page": number,
        "image": reverse("usager:apercu", args=(document_id, number)),
        "page_precedente": f"?page={number - 1}" if number > 1 else "",
        "page_suivante": f"?page={number + 1}" if number < preview.pages else "",
        "lien_image": f"?page={number}",
    }
    status = UNAVAILABLE if opened.preview.is_withheld else 200
    return usager_page(request, "usager/documents/detail.html", context, section="documents", status=status)


@require_safe
def lecteurs(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """« Qui pourrait lire ce document ? »: each professional known here, yes or no, and the rules that say so."""
    found = record.who_could_read(document_id, by=request.actor)
    rows = [reader_row(answer) for answer in found.answers]
    context = {
        "document": document_row(found.card),
        "oui": [row for row in rows if row.peut_lire],
        "non": [row for row in rows if not row.peut_lire],
        "auteur_inconnu": found.unknown_author,
    }
    return usager_page(request, "usager/documents/lecteurs.html", context, section="documents")


@require_safe
def lecteurs_choisis(request: HttpRequest) -> HttpResponse:
    """From a list of documents to the page of the one chosen."""
    try:
        return redirect("usager:lecteurs", UUID(request.GET.get("document", "")))
    except ValueError as error:
        raise Http404 from error


@require_safe
def apercu(request: HttpRequest, document_id: UUID, number: int) -> HttpResponse:
    """One page of the preview, as a picture."""
    return inline_image(record.preview_page(document_id, number, by=request.actor))


@require_safe
def telecharger(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The file as it was filed."""
    return file_response(record.open_content(document_id, by=request.actor))


@require_http_methods(["GET", "HEAD", "POST"])
def ajouter(request: HttpRequest) -> HttpResponse:
    """Add a file of one's own; what the server refuses is said beside the field."""
    form = (
        AddDocumentForm(request.POST or None, request.FILES or None) if request.method == "POST" else AddDocumentForm()
    )
    status = 200
    if request.method == "POST":
        form.note_size_of(request)
        if form.is_valid():
            try:
                added = record.add_own_document(request.usager_id, form.upload(), by=request.actor)
            except (Malformed, Conflict, Refused) as error:
                form.refuse(error)
            else:
                announcements.success(request, _("Document ajouté."))
                return redirect("usager:document", getattr(added, "document_id", added))
        status = 422
    context = {"formulaire": form, "limite": form.limit, "limite_dite": words.size(form.limit)}
    return usager_page(request, "usager/documents/ajouter.html", context, section="documents", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def envoyer(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Send the document, in an answer, to a professional who wrote."""
    shown = journeys.sendable(document_id, by=request.actor)
    form = SendDocumentForm(shown.addressees, request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            asked = form.cleaned_data
            thread_id = UUID(asked["echange"])
            try:
                journeys.send_document(document_id, thread_id, asked["corps"], asked["jeton"], by=request.actor)
            except (Malformed, Conflict, Refused) as error:
                form.add_error(None, words.typeset(error.sentence))
            else:
                announcements.success(request, _("Document envoyé."))
                return redirect("usager:fil", thread_id)
        status = 422
    context = {
        "formulaire": form,
        "document": document_row(shown.card),
        "taille": shown.size,
        "connus": shown.addressees,
    }
    return usager_page(request, "usager/documents/envoyer.html", context, section="documents", status=status)


@require_POST
def masquer(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Mask or unmask; the answer is announced on the document's page."""
    if request.POST.get("masque") == "oui":
        record.mask(document_id, by=request.actor)
        announcements.success(request, _("Document masqué."))
    else:
        record.unmask(document_id, by=request.actor)
        announcements.success(request, _("Document visible des professionnels que vous autorisez."))
    return redirect("usager:document", document_id)


def _number(request: HttpRequest, name: str) -> int | None:
    """A positive number of the address. Anything else is an address that does not exist."""
    value = request.GET.get(name)
    if value is None:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise Http404
    return int(value) or None
