"""Forms of those who come with a provisional code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ens.web.common.forms import EnsForm, ThreePartDateField, ThreePartDateWidget


class BirthDateWidget(ThreePartDateWidget):
    """Its three fields are named ``jour``, ``mois`` and ``annee``, whatever the form: letters' readers rely on them."""

    NAMES = ("jour", "mois", "annee")
    FILLED = ("bday-day", "bday-month", "bday-year")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [data.get(one, "") for one in self.NAMES]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(one not in data for one in self.NAMES)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for widget, own, filled in zip(context["widget"]["subwidgets"], self.NAMES, self.FILLED, strict=True):
            widget["name"] = own
            widget["attrs"]["autocomplete"] = filled
        return context


class ProvisionalCodeForm(EnsForm):
    """The code and the birth date, as in the letter."""

    code = forms.CharField(
        label=_("Code provisoire"),
        help_text=_("12 caractères, écrits en trois groupes. Exemple\u00a0: K7RM\u00a04TXP\u00a09HVN"),
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "class": "fr-input ens-code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Saisissez le code\u00a0: il compte 12 caractères.")},
    )
    naissance = ThreePartDateField(
        label=_("Date de naissance"),
        help_text=_("De la personne à qui le courrier est adressé. Exemple\u00a0: 12\u00a04\u00a01989"),
        widget=BirthDateWidget,
    )
