"""The filters of the list of documents, read from the address and written back to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.record.types import DocumentCard, DocumentFilter, DocumentList
from ens.web.common.categories import category, menu
from ens.web.common.forms import EnsForm

PER_PAGE = 50
FIRST_YEAR = 1900


class FilterForm(EnsForm):
    """What can be combined; an unreadable value is as if it were absent."""

    categorie = forms.CharField(required=False, max_length=30)
    texte = forms.CharField(label=gettext_lazy("Mot du titre"), required=False, max_length=100)
    annee = forms.IntegerField(
        label=gettext_lazy("Année"), required=False, min_value=FIRST_YEAR, max_value=2999, widget=forms.Select()
    )
    auteur = forms.CharField(label=gettext_lazy("Auteur"), required=False, max_length=200, widget=forms.Select())
    masque = forms.ChoiceField(
        label=gettext_lazy("Visibilité"),
        required=False,
        choices=[("", gettext_lazy("Tous")), ("oui", gettext_lazy("Masqués")), ("non", gettext_lazy("Visibles"))],
    )


class DocumentFilters:
    """Filters of one request: what to ask, what to show, and the addresses without each of them."""

    def __init__(self, parameters: QueryDict) -> None:
        self._parameters = parameters
        self.form = FilterForm(parameters)
        self.form.is_valid()
        self._values: dict[str, Any] = self.form.cleaned_data
        for name in list(self.form.errors):
            self.form.errors.pop(name)
        page = parameters.get("page", "1")
        self._page = max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 5 else 1

    def asked(self) -> DocumentFilter:
        masked = {"oui": True, "non": False}.get(self._values.get("masque") or "")
        return DocumentFilter(
            category=self._values.get("categorie") or "",
            year=self._values.get("annee"),
            author=(self._values.get("auteur") or "").strip(),
            masked=masked,
            text=(self._values.get("texte") or "").strip(),
            offset=(self._page - 1) * PER_PAGE,
            limit=PER_PAGE,
            with_authors=self.is_open,
        )

    def shown(self, found: DocumentList) -> list[DocumentCard]:
        """The cards of this page; the choices of the form become what the record holds."""
        years = [("", _("Toutes")), *((year, str(year)) for year in found.years)]
        authors = [("", _("Tous")), *((author, author) for author in found.authors)]
        self.form.fields["annee"].widget.choices = years
        self.form.fields["auteur"].widget.choices = authors
        return found.cards

    @property
    def is_open(self) -> bool:
        return self._parameters.get("filtres") == "1"

    def toggle_link(self) -> str:
        return self._with(filtres=None if self.is_open else "1")

    def categories(self, found: DocumentList) -> list[dict[str, Any]]:
        chosen = self._values.get("categorie") or ""
        return menu(found.counts, found.total, chosen=chosen, link=lambda code: self._with(categorie=code))

    def chosen(self) -> list[dict[str, str]]:
        """The filters at work, the category aside since the menu shows it, each with the address without it."""
        said = {
            "annee": _("Année %(value)s"),
            "auteur": _("Auteur\u00a0: %(value)s"),
            "texte": "«\u00a0%(value)s\u00a0»",
        }
        found = [
            {"libelle": words % {"value": self._values[name]}, "sans": self._with(**{name: None})}
            for name, words in said.items()
            if self._values.get(name)
        ]
        masked = {"oui": _("Masqués"), "non": _("Visibles")}.get(self._values.get("masque") or "")
        if masked:
            found.append({"libelle": masked, "sans": self._with(masque=None)})
        return found

    def said(self) -> str:
        """« Filtres : Biologie, année 2019. »"""
        labels = [item["libelle"] for item in self.chosen()]
        code = self._values.get("categorie") or ""
        if code:
            labels.insert(0, category(code).label)
        return _("Filtres\u00a0: %(filters)s.") % {"filters": ", ".join(labels)} if labels else ""

    def pages(self, found: DocumentList) -> dict[str, Any]:
        """Addresses of the pages around this one."""
        return {
            "precedente": self._with(page=self._page - 1) if self._page > 1 else "",
            "suivante": self._with(page=self._page + 1) if self._page * PER_PAGE < found.matching else "",
            "page_courante": self._page,
            "pages_en_tout": -(-found.matching // PER_PAGE),
        }

    def _with(self, **changes: Any) -> str:
        """The current address with some parameters changed; a change of filter goes back to the first page."""
        parameters = self._parameters.copy()
        if "page" not in changes:
            parameters.pop("page", None)
        for name, value in changes.items():
            if value in (None, ""):
                parameters.pop(name, None)
            else:
                parameters[name] = str(value)
        for name in [name for name, value in parameters.items() if not value]:
            parameters.pop(name)
        return f"?{parameters.urlencode()}" if parameters else "?"
