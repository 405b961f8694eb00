"""Who manages a child's space: those who do, who is invited, and the answer to an invitation (N024, N025)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ens.journeys import representatives as journey
from ens.kernel.errors import Absent, EnsError
from ens.web.common.pages import page
from ens.web.common.words import typeset
from ens.web.usager.forms import RepresentativeForm
from ens.web.usager.pages import usager_page


@require_http_methods(["GET", "HEAD", "POST"])
def representants(request: HttpRequest) -> HttpResponseBase:
    """Who manages the child's space shown; invite one more, or withdraw an invitation."""
    managing = journey.managing(request.usager_id, by=request.actor)
    form, status = RepresentativeForm(), 200
    if request.method == "POST" and "annuler" in request.POST:
        journey.withdraw(request.usager_id, _id_in(request, "annuler"), by=request.actor)
        announcements.success(request, _("L’invitation est annulée."))
        return redirect("usager:representants")
    if request.method == "POST":
        form, status = RepresentativeForm(request.POST), 422
        if form.is_valid():
            try:
                journey.invite(request.user, request.usager_id, form.meant(), by=request.actor)
            except Absent:
                raise
            except EnsError as error:
                form.add_error(None, typeset(error.sentence))
            else:
                announcements.success(
                    request, _("Si cette personne a un espace ouvert et que tout correspond, elle est prévenue.")
                )
                return redirect("usager:representants")
    context = {"gestion": managing, "formulaire": form}
    return usager_page(request, "usager/representants.html", context, section="parametres", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponseBase:
    """The invitations of the account, answered one by one."""
    wrong, about = "", None
    if request.method == "POST":
        about = _id_in(request, "invitation")
        try:
            if request.POST.get("reponse") == "refuser":
                journey.refuse(request.user, about, by=request.actor)
                announcements.success(request, _("Vous avez refusé. La personne qui vous a invité est prévenue."))
                return redirect("usager:invitations")
            if request.POST.get("representant") == "oui":
                name = journey.accept(request.user, about, by=request.actor)
                announcements.success(request, _("L’espace de %(name)s est dans votre compte.") % {"name": name})
                return redirect("usager:profils")
            wrong = _("Certifiez que vous êtes son représentant légal, ou refusez.")
        except Absent:
            raise
        except EnsError as error:
            wrong = typeset(error.sentence)
    context = {"invitations": journey.asked(request.user), "erreur": wrong, "concernee": about}
    return page(request, "usager/invitations.html", context, status=422 if wrong else 200)


def _id_in(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise Http404 from error
