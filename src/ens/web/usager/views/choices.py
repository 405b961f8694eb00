"""What comes before everything else: the terms, and the first choices; the latter are changed at the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ens.access import preferences
from ens.access.preferences import ANSWERS, DANGER, MASKED, NEW_DOCUMENTS, SAMU
from ens.identity import accounts
from ens.journeys import accounts as journey
from ens.journeys import family
from ens.kernel.errors import Malformed
from ens.web.common.forms import EnsForm
from ens.web.common.words import typeset
from ens.web.usager.pages import usager_page

_WORDS = {
    NEW_DOCUMENTS: (
        gettext_lazy("Vos nouveaux documents"),
        gettext_lazy(
            "Vous pourrez changer chaque document ensuite. Votre médecin traitant voit aussi ceux qui sont masqués."
        ),
        {
            "visibles": gettext_lazy("Visibles par les professionnels que j’autorise"),
            "masques": gettext_lazy("Masqués, tant que je ne les montre pas"),
        },
    ),
    SAMU: (
        gettext_lazy("Le Samu (centre 15) peut consulter mon dossier"),
        gettext_lazy("Si vous ou un proche l’appelez pour vous."),
        {"oui": gettext_lazy("Oui"), "non": gettext_lazy("Non")},
    ),
    DANGER: (
        gettext_lazy("Un professionnel peut le consulter si je suis en danger"),
        gettext_lazy("Il doit écrire pourquoi. Vous êtes averti, l’accès est contrôlé ensuite."),
        {"oui": gettext_lazy("Oui"), "non": gettext_lazy("Non")},
    ),
    MASKED: (
        gettext_lazy("Ils voient aussi mes documents masqués"),
        gettext_lazy("Seulement dans les deux cas ci-dessus."),
        {"oui": gettext_lazy("Oui"), "non": gettext_lazy("Non")},
    ),
}


class PreferencesForm(EnsForm):
    """Four questions, none answered beforehand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for subject in ANSWERS:
            label, hint, answers = _WORDS[subject]
            # In the list of errors each leads to its question, and says which.
            unanswered = typeset(_("Choisissez une réponse : « %(question)s ».") % {"question": label})
            self.fields[subject] = forms.ChoiceField(
                label=label,
                help_text=hint,
                choices=list(answers.items()),
                widget=forms.RadioSelect,
                error_messages={"required": unanswered, "invalid_choice": unanswered},
            )


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """A subject and its answer, in words."""

    question: str
    answer: str


def preference_rows(known: dict[str, str]) -> list[PreferenceRow]:
    return [PreferenceRow(str(_WORDS[one][0]), str(_WORDS[one][2][known[one]])) for one in ANSWERS if one in known]


@require_http_methods(["GET", "HEAD", "POST"])
def reglages(request: HttpRequest) -> HttpResponseBase:
    """The first time, or to change them."""
    first_time = request.user.choices_due
    known = preferences.of(request.usager_id, by=request.actor)
    form = PreferencesForm(request.POST) if request.method == "POST" else PreferencesForm(initial=known)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                preferences.choose(request.usager_id, form.cleaned_data, by=request.actor)
            except Malformed as error:
                form.add_error(MASKED, typeset(error.sentence))
            else:
                if first_time:
                    accounts.first_choices_made(request.user)
                    return redirect("usager:enfants" if family.any_to_open(request.user) else "usager:accueil")
                announcements.success(request, _("Vos réglages sont enregistrés."))
                return redirect("usager:confidentialite")
    context = {"formulaire": form, "premiere_fois": first_time}
    template = "usager/confidentialite/reglages.html"
    return usager_page(request, template, context, section="confidentialite", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def conditions(request: HttpRequest) -> HttpResponseBase:
    """New terms: accept them, or leave."""
    if not accounts.must_accept_terms(request.user):
        return redirect("usager:accueil")
    if request.method == "POST":
        journey.accept_terms(request.user, published=settings.ENS_TERMS_PUBLISHED.isoformat(), by=request.actor)
        return redirect("usager:accueil")
    return usager_page(request, "usager/conditions.html", section="", unread=0)
