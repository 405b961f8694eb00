"""Forms of those who say who they are: with a provisional code, or a card."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ens.kernel import clock
from ens.standards.errors import StandardError
from ens.standards.ins import Matricule
from ens.standards.vitale import parse_serial
from ens.web.common.forms import EnsForm, ThreePartDateField, ThreePartDateWidget
from ens.web.common.signing_forms import CodeForm, NewPasswordForm
from ens.web.common.words import typeset

OLDEST_YEAR = 1880


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


class BirthDateField(ThreePartDateField):
    """A day someone living may be born: a year of two figures is said here, rather than counted as a wrong date."""

    widget = BirthDateWidget

    def compress(self, values: list[str]) -> date | None:
        born = super().compress(values)
        if born is not None and born.year < OLDEST_YEAR:
            raise forms.ValidationError(
                _("Écrivez l’année avec ses quatre chiffres. Exemple\u00a0: 1989"), code="annee"
            )
        if born is not None and born > clock.today():
            raise forms.ValidationError(_("Cette date n’est pas encore passée."), code="avenir")
        return born


WRONG_FORM = _("Le matricule a 15 caractères, clé comprise. Exemple\u00a0: 2 89 45 67 890 123 25")


class NewCodeForm(EnsForm):
    """Who lost their code says who they are."""

    matricule = forms.CharField(
        label=_("Numéro de sécurité sociale"),
        help_text=_("De la personne à qui le courrier est adressé\u00a0: 15 caractères, clé comprise."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": WRONG_FORM, "max_length": WRONG_FORM},
    )
    naissance = BirthDateField(label=_("Date de naissance"))

    def clean_matricule(self) -> str:
        try:
            return Matricule.parse(self.cleaned_data["matricule"]).value
        except StandardError as error:
            raise forms.ValidationError(WRONG_FORM, code="matricule") from error


class LostCodeForm(NewCodeForm):
    """And may ask that what comes by post be in large print."""

    gros = forms.BooleanField(
        label=_("Si une lettre m’est envoyée, je la voudrais en gros caractères, comme les suivantes"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "ens-case"}),
    )


class WhoForm(NewCodeForm):
    """Who somebody says they are, without their card."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matricule"].help_text = _("Il est sur votre carte Vitale\u00a0: 15 caractères, clé comprise.")


class CardForm(WhoForm):
    """With the serial number of their card."""

    carte = forms.CharField(
        label=_("Numéro de série de la carte Vitale"),
        help_text=_("11 chiffres si la carte a une photo, 8 à 13 sinon."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": _("Indiquez le numéro de série de la carte.")},
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = self.cleaned_data
        if "carte" in said:
            try:
                said["carte"] = parse_serial(said["carte"], matricule=said.get("matricule", ""))
            except StandardError as error:
                self.add_error("carte", typeset(f"Vérifiez ce numéro : {error.message}."))
        return said


class RecoveryForm(NewPasswordForm):
    """The code that was sent, then a new password, typed twice."""

    code = CodeForm.base_fields["code"]
    field_order = ("code", "nouveau", "confirmation")


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
    naissance = BirthDateField(
        label=_("Date de naissance"),
        help_text=_("De la personne à qui le courrier est adressé. Exemple\u00a0: 12\u00a04\u00a01989"),
    )
