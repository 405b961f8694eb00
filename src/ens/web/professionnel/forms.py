"""Forms of professionals' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.access.types import Motive
from ens.standards.errors import MalformedMatricule
from ens.standards.ins import Matricule
from ens.web.common.forms import EnsForm, ThreePartDateField

WRONG_FORM = gettext_lazy("Le matricule INS a 15 caractères, clé comprise. Exemple\u00a0: 2 89 45 67 890 123 25")


class MatriculeField(forms.CharField):
    """Fifteen characters, spaces aside. The key is judged only when nobody is found (``key_is_wrong``)."""

    def to_python(self, value: object) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return Matricule.parse(text).value
        except MalformedMatricule as error:
            raise forms.ValidationError(WRONG_FORM, code="matricule") from error


class SearchForm(EnsForm):
    """By matricule only: there is no search by name (S035)."""

    matricule = MatriculeField(
        label=gettext_lazy("Matricule INS"),
        help_text=gettext_lazy("15 caractères, clé comprise. Les espaces ne comptent pas."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": WRONG_FORM, "max_length": WRONG_FORM},
    )

    def key_is_wrong(self) -> bool:
        return not Matricule(self.cleaned_data["matricule"]).has_valid_key

    def say_wrong_key(self) -> None:
        self.add_error("matricule", _("La clé (les deux derniers chiffres) n’est pas correcte. Relisez le matricule."))


def _reason(said: str, meaning: str) -> SafeString:
    return format_html('{}<span class="fr-hint-text">{}</span>', said, meaning)


class MotiveForm(EnsForm):
    """Why the record is opened, nothing chosen beforehand; ``suite``: the page of the record to come back to."""

    motif = forms.ChoiceField(
        label=gettext_lazy("Pourquoi consultez-vous son dossier\u00a0?"),
        widget=forms.RadioSelect(),
        error_messages={
            "required": gettext_lazy("Dites pourquoi vous consultez ce dossier."),
            "invalid_choice": gettext_lazy("Dites pourquoi vous consultez ce dossier."),
        },
    )
    suite = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        care = _reason(_("Je prends en charge ce patient aujourd’hui"), _("Présent, ou en téléconsultation"))
        team = _reason(
            _("Je fais partie de son équipe de soins"), _("Suivi, relecture d’un résultat, réponse à un confrère")
        )
        self.fields["motif"].choices = [(Motive.CARE, care), (Motive.TEAM, team)]


class ConsentForm(EnsForm):
    """The patient's oral agreement, written down by the professional; the birth date checks who is there."""

    matricule = MatriculeField(widget=forms.HiddenInput(), max_length=40)
    naissance = ThreePartDateField(
        label=gettext_lazy("Date de naissance"),
        help_text=gettext_lazy("Dite par votre patient. Exemple\u00a0: 12 4 1989"),
    )
    accord = forms.BooleanField(
        label=gettext_lazy("Mon patient m’autorise à consulter ses documents"),
        error_messages={"required": gettext_lazy("Cochez la case si votre patient est d’accord.")},
        widget=forms.CheckboxInput(attrs={"class": "ens-case"}),
    )
