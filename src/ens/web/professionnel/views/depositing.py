"""A professional files a document by hand, in the record they opened."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ens.kernel.errors import Conflict, Malformed, Refused
from ens.record import services as record
from ens.web.common import words
from ens.web.common.pages import page
from ens.web.professionnel.forms import DepositForm
from ens.web.professionnel.openings import of_an_open_record, shown
from ens.web.professionnel.patients import patient_of


@require_http_methods(["GET", "HEAD", "POST"])
@of_an_open_record
def deposer(request: HttpRequest, usager_id: UUID) -> HttpResponse:
    """The form; what the service refuses is said beside the field."""
    who = patient_of(request, usager_id, traced=False)
    form = DepositForm(request.POST, request.FILES) if request.method == "POST" else DepositForm()
    if form.is_bound:
        form.note_size_of(request)
        if form.is_valid():
            try:
                document_id = record.file_by_hand(usager_id, form.filed(), by=request.actor)
            except (Malformed, Conflict, Refused) as error:
                form.refuse(error)
            else:
                announcements.success(request, _("Document déposé."))
                return redirect("professionnel:document", usager_id, document_id)
    context = {
        "patient": who,
        "formulaire": form,
        "limite": form.limit,
        "limite_dite": words.size(form.limit),
        **shown(request),
    }
    return page(request, "professionnel/documents/deposer.html", context, status=422 if form.is_bound else 200)
