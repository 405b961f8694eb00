"""What the steps of activation ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.journeys.activation import Claim
from ens.kernel.errors import EnsError
from ens.standards.errors import StandardError
from ens.standards.ins import Matricule
from ens.standards.vitale import parse_serial
from ens.web.common.forms import EnsForm, ThreePartDateField
from ens.web.common.signing_forms import NewPasswordForm
from ens.web.common.words import typeset
from ens.web.public.forms import BirthDateWidget


class IdentityForm(EnsForm):
    """What the card, the notice and the person say."""

    matricule = forms.CharField(
        label=gettext_lazy("Numéro de sécurité sociale"),
        help_text=gettext_lazy("15 caractères. De la personne à qui le courrier ou l’e-mail est adressé."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Indiquez le numéro de sécurité sociale.")},
    )
    naissance = ThreePartDateField(
        label=gettext_lazy("Date de naissance"),
        help_text=gettext_lazy("Exemple\u00a0: 12\u00a04\u00a01989. Pour un enfant, la sienne."),
        widget=BirthDateWidget,
    )
    carte = forms.CharField(
        label=gettext_lazy("Numéro de série de la carte Vitale"),
        help_text=gettext_lazy("11 chiffres si la carte a une photo, 8 à 13 sinon."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Indiquez le numéro de série de la carte.")},
    )
    code = forms.CharField(
        label=gettext_lazy("Code provisoire"),
        help_text=gettext_lazy("12 caractères, en trois groupes. Exemple\u00a0: K7RM 4TXP 9HVN"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Indiquez le code provisoire.")},
    )

    def clean_matricule(self) -> str:
        try:
            return Matricule.parse(self.cleaned_data["matricule"]).value
        except StandardError as error:
            raise forms.ValidationError(_("Ce numéro compte 15 caractères. Il est sur la carte Vitale.")) from error

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "carte" in said:
            try:
                said["carte"] = parse_serial(said["carte"], matricule=said.get("matricule", ""))
            except StandardError as error:
                self.add_error("carte", typeset(f"Vérifiez ce numéro : {error.message}."))
        return said

    def claim(self) -> Claim:
        said = self.cleaned_data
        return Claim(said["matricule"], said["carte"], said["naissance"], said["code"])


class OneOfForm(EnsForm):
    """One name among those of a card born the same day; none is chosen beforehand."""

    personne = forms.ChoiceField(
        label=gettext_lazy("Son nom"),
        help_text=gettext_lazy("C’est celui du courrier ou de l’e-mail dont vous avez tapé le code."),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choisissez un nom."),
            "invalid_choice": gettext_lazy("Choisissez un nom de la liste."),
        },
    )

    def __init__(self, names: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["personne"].choices = [(str(place), name) for place, name in enumerate(names, 1)]


class ContactsForm(EnsForm):
    email = forms.CharField(
        label=gettext_lazy("Adresse e-mail"),
        help_text=gettext_lazy("Un code y sera envoyé. Exemple\u00a0: prenom.nom@exemple.fr"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Indiquez une adresse e-mail."),
            "max_length": gettext_lazy("Cette adresse est trop longue."),
        },
    )
    telephone = forms.CharField(
        label=gettext_lazy("Numéro de mobile (facultatif)"),
        help_text=gettext_lazy("Exemple\u00a0: 06 12 34 56 78"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class AccountForm(NewPasswordForm):
    identifiant = forms.CharField(
        label=gettext_lazy("Identifiant"),
        help_text=gettext_lazy("8 à 100 caractères\u00a0: minuscules, chiffres, point, tiret. Il ne changera pas."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Choisissez un identifiant.")},
    )
    conditions = forms.BooleanField(
        label=gettext_lazy("J’ai lu et j’accepte les conditions d’utilisation"),
        error_messages={"required": gettext_lazy("Acceptez les conditions pour créer votre compte.")},
    )
    field_order = ("identifiant", "nouveau", "confirmation", "conditions")

    def refuse(self, error: EnsError) -> None:
        if error.code.startswith("identifiant"):
            self.add_error("identifiant", typeset(error.sentence))
        else:
            super().refuse(error)
