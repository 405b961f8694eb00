"""One site: where it stands, the figures of its département, what is to do and by whom."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ens.access import mandates
from ens.identity.presence import presence
from ens.kernel import clock
from ens.standards.departements import DEPARTEMENTS
from ens.steering import figures, workspace
from ens.web.common.pages import page
from ens.web.pilotage.forms import ActionForm
from ens.web.pilotage.words import SIDES, STATES_OF_ACTIONS, STATUSES


@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """The page of a site; posted, an action more."""
    found = workspace.detail(site_id, by=request.actor)
    form = ActionForm(request.POST or None) if request.method == "POST" else ActionForm()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        workspace.add(
            site_id, what=said["quoi"], side=said["cote"], owner=said["qui"], due_on=said["echeance"], by=request.actor
        )
        announcements.success(request, _("L’action est ajoutée."))
        return redirect("pilotage:site", site_id)
    territory = mandates.territory_of(request.actor)
    context = {
        "rubrique": "etablissements",
        "site": found.site,
        "departement": DEPARTEMENTS[found.site.departement].label,
        "statuts": [(STATUSES[status], since) for status, since in found.steps],
        "actions": [(one, SIDES[one.side], STATES_OF_ACTIONS[one.state]) for one in found.actions],
        "presence": presence(found.site.identifier),
        "tableau": figures.table(figures.view(territory, within=(found.site.departement,))),
        "formulaire": form,
        "maintenant": clock.now(),
    }
    return page(request, "pilotage/site.html", context, status=422 if form.errors else 200)


@require_POST
def action(request: HttpRequest, action_id: UUID) -> HttpResponse:
    """Done, dropped, or taken up again."""
    site_id = workspace.move(action_id, request.POST.get("etat", ""), by=request.actor)
    return redirect("pilotage:site", site_id)
