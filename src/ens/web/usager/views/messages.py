"""The usager's messages: list and thread side by side, answer, attachments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ens import journeys
from ens.kernel.errors import Conflict, Malformed, Refused
from ens.messaging import services as messaging
from ens.messaging import verdicts
from ens.messaging.errors import AntivirusSilent, DraftElsewhere
from ens.messaging.services.keeping import TRASH_DAYS
from ens.messaging.types import (
    FILES_MAX_BYTES,
    Appointment,
    AttachmentView,
    Box,
    Delivery,
    KeptFile,
    MailboxFilter,
    MessageView,
    ReceiptState,
    ThreadCard,
    ThreadView,
)
from ens.web.common.files import file_response
from ens.web.common.paging import page_number, pages_around
from ens.web.common.words import day_and_hour, hour, size, typeset
from ens.web.usager.contact import contact_of
from ens.web.usager.message_forms import DraftForm, ReplyForm
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import format_said


@dataclass(frozen=True, slots=True)
class Row:
    """A card or a part of a thread, with the words its row adds; its own facts stay reachable by their names."""

    inner: Any
    extra: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.extra[name] if name in self.extra else getattr(self.inner, name)


PER_PAGE = 50
# beside the form, which keeps what was typed
SAID = (Malformed, Conflict, Refused, AntivirusSilent)
BESIDE = 20  # conversations beside the one shown: the newest


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """Newest first; a search keeps the threads of which a message holds the words, a box those of a kind."""
    wanted, number = request.GET.get("q", "").strip()[:100], page_number(request)
    box = _box(request.GET.get("boite", ""))
    which = MailboxFilter(text=wanted, offset=(number - 1) * PER_PAGE, limit=PER_PAGE, box=box)
    found = messaging.mailbox(request.usager_id, which, by=request.actor)
    if number > 1 and not found.cards:
        raise Http404
    context = {
        "fils": [thread_row(card) for card in found.cards],
        "trouves": found.matching,
        "a_des_fils": found.total > 0,
        "commence": found.has_begun and box in (Box.ALL, Box.DRAFTS) and not wanted,
        "boite": box,
        "boites": [Boxed(one, label, _address(one, wanted)) for one, label in BOXES.items()],
        "corbeille": box is Box.TRASH,
        "jetee": _identifier(request.GET.get("jetee", "")),
        "jours_corbeille": TRASH_DAYS,
        "recherche": wanted,
        "pharmacies_en_premier": settings.ENS_PHARMACIES_FIRST,
        "adresse_mail": contact_of(request.usager_id, by=request.actor).mail_address,
        **pages_around(request, number, last=-(-found.matching // PER_PAGE)),
    }
    return usager_page(request, "usager/messages/liste.html", context, section="messages", unread=found.unread)


BOXES = {
    Box.ALL: gettext_lazy("Tous"),
    Box.UNREAD: gettext_lazy("Non lus"),
    Box.FILES: gettext_lazy("Avec documents"),
    Box.DRAFTS: gettext_lazy("Brouillons"),
    Box.ENDED: gettext_lazy("Terminés"),
    Box.TRASH: gettext_lazy("Corbeille"),
}


@dataclass(frozen=True, slots=True)
class Boxed:
    """A box of the bar: its words, and its address with the same search."""

    box: Box
    label: str
    link: str


def _address(box: Box, wanted: str) -> str:
    said = {name: value for name, value in (("boite", box.value), ("q", wanted)) if value}
    return reverse("usager:messages") + (f"?{urlencode(said)}" if said else "")


def _identifier(said: str) -> UUID | None:
    try:
        return UUID(said)
    except ValueError:
        return None


def _box(asked: str) -> Box:
    """What is not one of them is all of them: an address typed by hand shows something."""
    return Box(asked) if asked in set(Box) else Box.ALL


def thread_row(card: ThreadCard) -> Row:
    return Row(card, {"autres_pieces": max(card.attachment_count - 1, 0)})


@require_safe
def fil(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """A thread beside the list; opening it marks it as read."""
    thread = messaging.open_thread(thread_id, by=request.actor)
    return _thread_page(request, thread, ReplyForm(initial={"corps": thread.draft}, kept=thread.draft_files))


def _thread_page(
    request: HttpRequest, thread: ThreadView, form: ReplyForm, status: int = 200, *, elsewhere: str = ""
) -> HttpResponse:
    """``elsewhere``: what another window wrote of what is begun."""
    beside = messaging.mailbox(request.usager_id, MailboxFilter(limit=BESIDE), by=request.actor)
    context = {
        "echange": _thread_row(thread),
        "fils": [thread_row(card) for card in beside.cards],
        "autres_fils": max(beside.total - BESIDE, 0),
        "courant": thread.id,
        "formulaire": form,
        "brouillon_ailleurs": elsewhere,
        "brouillon_vu": messaging.version(thread.draft),
        "limite": settings.ENS_UPLOAD_MAX_BYTES,
        "limite_dite": size(settings.ENS_UPLOAD_MAX_BYTES),
        "jours_corbeille": TRASH_DAYS,
    }
    template = "usager/messages/fil.html"
    return usager_page(request, template, context, section="messages", unread=beside.unread, status=status)


def _thread_row(thread: ThreadView) -> Row:
    here = thread.correspondents
    return Row(
        thread,
        {
            "messages": [_message_row(message) for message in thread.messages],
            "ouverts": [one for one in here if one.ended_at is None],
            "termines": [one for one in here if one.ended_at is not None],
        },
    )


def _message_row(message: MessageView) -> Row:
    pieces = [_piece_row(piece) for piece in message.attachments]
    return Row(message, {"attachments": pieces, "etat_envoi": _delivery(message)})


def _piece_row(piece: AttachmentView) -> Row:
    appointments = [_appointment_row(one) for one in piece.appointments]
    said = {"why_not": typeset(piece.why_not), "aside": typeset(piece.aside)}
    return Row(piece, {"format_dit": format_said(piece.media_type), "rendez_vous": appointments, **said})


def _appointment_row(one: Appointment) -> Row:
    """Its end in words, the hour alone when it ends the same day."""
    is_timed = isinstance(one.start, datetime)
    said = ""
    if isinstance(one.end, datetime) and isinstance(one.start, datetime):
        said = hour(one.end) if one.end.date() == one.start.date() else day_and_hour(one.end)
    return Row(one, {"a_une_heure": is_timed, "fin_dite": said})


def _delivery(message: MessageView) -> str:
    """Where an answer is on its way, in words; nothing for a received message."""
    said = {
        Delivery.RECEIVED: "",
        Delivery.QUEUED: _("Envoi en cours"),
        Delivery.SENT: _("Envoyé"),
        Delivery.FAILED: _("Non remis"),
    }[message.delivery_state]
    return f"{said}\u00a0: {typeset(message.delivery_reason)}" if said and message.delivery_reason else said


@require_POST
def repondre(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Send an answer; what was typed is kept when something is wrong."""
    form = ReplyForm(request.POST, request.FILES, kept=messaging.kept_files(thread_id, by=request.actor))
    if form.is_valid():
        try:
            messaging.reply(thread_id, form.answer(), by=request.actor)
        except SAID as error:
            form.add_error(None, typeset(error.sentence))
        else:
            announcements.success(request, _("Réponse envoyée."))
            return redirect("usager:fil", thread_id)
    return _thread_page(request, messaging.open_thread(thread_id, by=request.actor), form, status=422)


@require_POST
def brouillon(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Keep what is being written with its files, take one away, or discard it all.

    A page that saves by itself gets no page back, but the files kept when it sent some.
    """
    act = request.POST.get("acte", "")
    if act == "jeter":
        messaging.discard_draft(thread_id, by=request.actor)
        announcements.success(request, _("Brouillon supprimé."))
        return redirect("usager:fil", thread_id)
    form = DraftForm(request.POST, request.FILES, kept=messaging.kept_files(thread_id, by=request.actor))
    by_itself, is_elsewhere = act == "seul", False
    if form.is_valid():
        try:
            without = _identifier(request.POST.get("retirer", ""))
            body, files = form.cleaned_data["corps"], form.joined()
            kept = messaging.save_draft(
                thread_id,
                body,
                files,
                without=without,
                seen=request.POST.get("vu", ""),
                token=request.POST.get("jeton", ""),
                by=request.actor,
            )
        except SAID as error:
            form.add_error("fichiers" if request.FILES else None, typeset(error.sentence))
            is_elsewhere = isinstance(error, DraftElsewhere)
        else:
            if by_itself:
                answer = _kept(request, thread_id, kept) if files else HttpResponse(status=204)
                answer.headers["X-Ens-Brouillon"] = messaging.version(body)  # what the page goes on from
                return answer
            if act == "joindre":  # what was typed is found again there
                return redirect("usager:joindre", thread_id)
            if without is None:
                done = _("Brouillon enregistré.") if body.strip() or kept else _("Brouillon supprimé.")
                announcements.success(request, done)
            return redirect(f"{reverse('usager:fil', args=[thread_id])}#repondre")
    if by_itself:
        return HttpResponse(form.in_one_line(), status=422, content_type="text/plain; charset=utf-8")
    thread = messaging.open_thread(thread_id, by=request.actor)
    if is_elsewhere:
        again = ReplyForm(initial={"corps": request.POST.get("corps", "")}, kept=thread.draft_files)
        return _thread_page(request, thread, again, status=422, elsewhere=thread.draft)
    again = ReplyForm(request.POST, kept=thread.draft_files)
    again.refused_as(form)
    return _thread_page(request, thread, again, status=422)


def _kept(request: HttpRequest, thread_id: UUID, kept: list[KeptFile]) -> HttpResponse:
    """The list of the files kept, for the page that sent one by itself."""
    left = FILES_MAX_BYTES - sum(one.size for one in kept)
    return render(request, "usager/messages/_gardes.html", {"gardes": kept, "fil_id": thread_id, "total": left})


@require_POST
def jeter(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """To the trash; the page that follows offers to take it back."""
    messaging.trash(thread_id, by=request.actor)
    return redirect(f"{reverse('usager:messages')}?jetee={thread_id}")


@require_POST
def reprendre(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    messaging.restore(thread_id, by=request.actor)
    announcements.success(request, _("Conversation reprise de la corbeille."))
    return redirect("usager:fil", thread_id)


@require_POST
def supprimer(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """For good, from the trash only."""
    messaging.delete_trashed(thread_id, by=request.actor)
    announcements.success(request, _("Conversation supprimée définitivement."))
    return redirect(f"{reverse('usager:messages')}?boite={Box.TRASH}")


@require_safe
def exporter(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """The messages as they came and left, for a mail program."""
    return file_response(messaging.export(thread_id, by=request.actor))


@require_POST
def accuse(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Send the read receipt that a message asks for, or say no; the first answer stays."""
    message_id = _identifier(request.POST.get("message", ""))
    agrees = request.POST.get("reponse") == "oui"
    state = messaging.answer_receipt(thread_id, message_id, agrees, by=request.actor)
    declined = state is ReceiptState.DECLINED
    announcements.success(
        request, _("Aucun accusé de lecture n’est envoyé.") if declined else _("Accusé de lecture envoyé.")
    )
    return redirect("usager:fil", thread_id)


@require_safe
def piece(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """An attachment, as it was received."""
    return file_response(messaging.open_attachment(attachment_id, by=request.actor))


@require_POST
def enregistrer_piece(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Keep an attachment in the record; twice does nothing more. What only the record knew is told in the thread."""
    thread_id, document_id = _identifier(request.POST.get("fil", "")), None
    try:
        document_id = journeys.save_attachment(attachment_id, by=request.actor)
    except (Malformed, Conflict, Refused) as error:
        announcements.error(request, typeset(verdicts.why_not(error.code)))
    else:
        announcements.success(request, _("Enregistré dans votre dossier."))
    if thread_id is not None:
        return redirect("usager:fil", thread_id)
    return redirect("usager:document", document_id) if document_id is not None else redirect("usager:messages")


@require_safe
def adresse(request: HttpRequest) -> HttpResponse:
    """The address and its QR code, which holds nothing else."""
    address = contact_of(request.usager_id, by=request.actor).mail_address
    qr = segno.make(f"mailto:{address}", error="m").png_data_uri(scale=8, border=2)
    context = {"adresse_mail": address, "qr": qr}
    return usager_page(request, "usager/messages/adresse.html", context, section="messages")
