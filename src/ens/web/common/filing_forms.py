"""A file with its title and date, whoever files it: its content is judged by the service, not here."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.kernel import clock
from ens.kernel.errors import EnsError
from ens.web.common import words
from ens.web.common.files import body_size
from ens.web.common.forms import EnsForm, ThreePartDateField

ACCEPTED = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.rtf,.txt"


class OnceForm(EnsForm):
    """The same form sent twice does its act once, by the token the page gave it."""

    jeton = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("jeton", secrets.token_urlsafe(16))


def title_field(help_text: Any, most: int) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Titre"),
        help_text=help_text,
        max_length=most,
        error_messages={
            "required": gettext_lazy("Donnez un titre à ce document."),
            "max_length": gettext_lazy("Choisissez un titre plus court\u00a0: %(limit_value)d caractères au plus."),
        },
    )


class FileForm(OnceForm):
    """One file and its date; the title is each form's own (``title_field``).

    ``limit``: bytes; ``fields_of``: where the service's refusals are said.
    """

    fields_of: ClassVar[dict[str, str]] = {"title": "titre", "act_date": "date"}
    file_help = gettext_lazy("PDF, JPEG, PNG, TIFF, RTF ou TXT, un fichier à la fois.")
    too_large = gettext_lazy("Ce fichier pèse %(size)s. Choisissez-en un de %(limit)s au plus.")

    fichier = forms.FileField(
        label=gettext_lazy("Fichier"),
        # Required, in a form the browser does not judge: a style sees an empty field, and hides the browser's words.
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "required": True}),
        max_length=None,
        error_messages={
            "required": gettext_lazy("Choisissez un fichier."),
            "empty": gettext_lazy("Ce fichier est vide. Choisissez-en un autre."),
        },
    )
    date = ThreePartDateField(
        label=gettext_lazy("Date du document"),
        help_text=gettext_lazy("Celle du soin ou de l’examen. Exemple\u00a0: 16 2 2021"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fichier"].help_text = self.file_help
        self._announced = 0

    @property
    def limit(self) -> int:
        raise NotImplementedError

    def note_size_of(self, request: HttpRequest) -> None:
        """A body too large is not read at all: its announced size is then all there is to say."""
        self._announced = body_size(request)

    def clean_fichier(self) -> Any:
        file = self.cleaned_data["fichier"]
        if file.size > self.limit:
            raise forms.ValidationError(self._too_large(file.size))
        return file

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if day > clock.today():
            raise forms.ValidationError(_("Cette date est à venir. Indiquez une date passée."))
        return day

    def clean(self) -> dict[str, Any]:
        if self._announced > self.limit and "fichier" not in self.cleaned_data and not self.files:
            self.errors.pop("fichier", None)
            self.add_error("fichier", self._too_large(self._announced))
        return self.cleaned_data

    def _too_large(self, octets: int) -> str:
        return str(self.too_large) % {"size": words.size(octets), "limit": words.size(self.limit)}

    def refuse(self, error: EnsError) -> None:
        """What the service says, beside the field it is about."""
        field = self.fields_of.get(str(error.facts.get("field", "")), "fichier")
        self.add_error(field, words.typeset(error.sentence))
