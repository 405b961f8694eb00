"""What a professional narrows a record to, read from the address: a period, what is unread, a category, words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.kernel import clock
from ens.record.types import DocumentFilter, DocumentList
from ens.standards.valuesets import categories
from ens.web.common.categories import menu
from ens.web.common.forms import EnsForm

YEAR, A_YEAR = "12", timedelta(days=365)
UNREAD = "non_lus"
CHIPS = {"periode": YEAR, "lecture": UNREAD}


class NarrowForm(EnsForm):
    """A value that is none is as if it were absent."""

    texte = forms.CharField(label=gettext_lazy("Mot du titre, de l’auteur ou du type"), required=False, max_length=100)
    categorie = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput())
    periode = forms.ChoiceField(required=False, choices=[(YEAR, YEAR)], widget=forms.HiddenInput())
    lecture = forms.ChoiceField(required=False, choices=[(UNREAD, UNREAD)], widget=forms.HiddenInput())


class RecordFilters:
    """Of one request: what to ask, and what the page shows of it."""

    def __init__(self, request: HttpRequest) -> None:
        self.form = NarrowForm(request.GET)
        self.form.is_valid()
        said: dict[str, Any] = self.form.cleaned_data
        self.form.errors.clear()
        self.text = (said.get("texte") or "").strip()
        self.category = said.get("categorie") if said.get("categorie") in categories() else ""
        self.is_last_year = said.get("periode") == YEAR
        self.is_unread = said.get("lecture") == UNREAD
        self._chips = {"periode": self.is_last_year, "lecture": self.is_unread}
        self._parameters = request.GET

    def asked(self, *, offset: int, limit: int) -> DocumentFilter:
        since = clock.today() - A_YEAR if self.is_last_year else None
        category, unread = self.category or "", self.is_unread
        return DocumentFilter(category, text=self.text, since=since, unread=unread, offset=offset, limit=limit)

    def shown(self, found: DocumentList) -> dict[str, Any]:
        """For the template; the categories shown are those that hold something this professional may read."""
        return {
            "filtres": self.form,
            "filtre": bool(self.text),
            "categories": menu(
                found.counts, found.total, chosen=self.category or "", link=self._of_category, own=False
            ),
            "tout_lu": self.is_unread and not (self.text or self.category or self.is_last_year),
            "restreint": bool(self.text or self.category or self.is_unread),
            "choix": [
                {"libelle": _("Tous"), "lien": self._with(), "courant": not any(self._chips.values())},
                self._chip(_("Douze derniers mois"), "periode"),
                self._chip(_("Non lus par moi"), "lecture"),
            ],
            "trouves": found.matching,
        }

    def _chip(self, words: str, name: str) -> dict[str, Any]:
        """A choice beside the other: pressed again, it lets go."""
        after = [one for one, is_on in self._chips.items() if is_on != (one == name)]
        return {"libelle": words, "lien": self._with(*after), "courant": self._chips[name]}

    def _of_category(self, code: str | None) -> str:
        parameters = self._parameters.copy()
        for name in ("page", "categorie"):
            parameters.pop(name, None)
        if code:
            parameters["categorie"] = code
        return f"?{parameters.urlencode()}"

    def _with(self, *chips: str) -> str:
        parameters = self._parameters.copy()
        for name in ("page", *CHIPS):
            parameters.pop(name, None)
        parameters.update({name: CHIPS[name] for name in chips})
        return f"?{parameters.urlencode()}"
