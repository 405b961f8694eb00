"""Forms of professionals' pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.access.types import Motive
from ens.kernel import clock
from ens.record.services import professional_types
from ens.record.types import FILED_TITLE_MAX, FiledByHand, Shown
from ens.standards.errors import MalformedMatricule
from ens.standards.ins import Matricule
from ens.web.common.categories import shown_categories
from ens.web.common.filing_forms import FileForm, title_field
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


def _types() -> list[tuple[str, list[tuple[str, str]]]]:
    """The types in the categories where the usager finds them, in their order."""
    known = sorted(professional_types().values(), key=lambda one: one.plain)
    groups = [
        (group.of_patient or group.label, [(one.code, one.plain) for one in known if one.category == group.code])
        for group in shown_categories()
    ]
    return [(label, inside) for label, inside in groups if inside]


class DepositForm(FileForm):
    """What a professional files by hand (08d)."""

    fields_of: ClassVar[dict[str, str]] = {**FileForm.fields_of, "type_code": "type"}
    file_help = gettext_lazy("PDF, JPEG, PNG, TIFF, RTF ou TXT. 20\u00a0Mo au plus, un fichier à la fois.")
    titre = title_field(gettext_lazy("Tel que votre patient le lira. 128 caractères au plus."), FILED_TITLE_MAX)
    type = forms.ChoiceField(
        label=gettext_lazy("Type de document"),
        error_messages={
            "required": gettext_lazy("Choisissez un type de document."),
            "invalid_choice": gettext_lazy("Choisissez un type de la liste."),
        },
    )
    lecteurs = forms.ChoiceField(
        label=gettext_lazy("3. Qui peut le lire"),
        widget=forms.RadioSelect(),
        error_messages={
            "required": gettext_lazy("Dites qui peut lire ce document."),
            "invalid_choice": gettext_lazy("Dites qui peut lire ce document."),
        },
    )
    field_order = ("fichier", "titre", "type", "date", "lecteurs")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].choices = [("", _("Choisir un type")), *_types()]
        self.fields["lecteurs"].choices = [
            (Shown.TO_ALL, _("Votre patient et les professionnels qu’il autorise")),
            (
                Shown.ONCE_ANNOUNCED,
                _reason(
                    _("Pas encore votre patient\u00a0: vous lui annoncez le résultat en consultation"),
                    _("Il le verra dans un mois au plus tard. Il n’en est pas averti avant."),
                ),
            ),
            (Shown.MASKED, _reason(_("Masqué, à la demande de votre patient"), _("Lui, vous et son médecin traitant"))),
        ]
        self.initial.setdefault("lecteurs", Shown.TO_ALL)
        self.initial.setdefault("date", clock.today())

    @property
    def limit(self) -> int:
        return int(settings.ENS_DOCUMENT_MAX_BYTES)

    def filed(self) -> FiledByHand:
        said = self.cleaned_data
        return FiledByHand(
            data=said["fichier"].read(),
            title=said["titre"],
            type_code=said["type"],
            act_date=said["date"],
            shown=Shown(said["lecteurs"]),
            token=said["jeton"],
        )


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
