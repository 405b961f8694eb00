"""What an agent types during a call."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ens.journeys.assistance import ProofTrait
from ens.standards.errors import MalformedMatricule
from ens.standards.ins import Matricule
from ens.web.common.forms import EnsForm, ThreePartDateField

WRONG_FORM = _("Le matricule a 15 caractères, clé comprise. Exemple\u00a0: 2 89 45 67 890 123 25")


class ProofForm(EnsForm):
    """A matricule, and two things that the person says."""

    matricule = forms.CharField(
        label=_("Matricule INS (numéro de sécurité sociale)"),
        help_text=_("15 caractères, clé comprise. Les espaces ne comptent pas."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        error_messages={"required": WRONG_FORM, "max_length": WRONG_FORM},
    )
    naissance = ThreePartDateField(label=_("Date de naissance"), help_text=_("Dite par la personne."))
    trait = forms.ChoiceField(
        label=_("Autre preuve demandée"),
        choices=((ProofTrait.BIRTH_NAME, _("Nom de naissance")), (ProofTrait.FIRST_NAME, _("Premier prénom"))),
        error_messages={"required": _("Choisissez la preuve que vous demandez.")},
    )
    reponse = forms.CharField(
        label=_("Réponse de la personne"),
        help_text=_("Telle que dite ; accents et majuscules ne comptent pas."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Écrivez la réponse de la personne.")},
    )

    def clean_matricule(self) -> str:
        try:
            return Matricule.parse(self.cleaned_data["matricule"]).value
        except MalformedMatricule as error:
            raise forms.ValidationError(WRONG_FORM, code="matricule") from error


class SaidForm(EnsForm):
    """The person says it themselves, or who represents them."""

    demande = forms.BooleanField(
        label=_("La personne, ou son représentant légal, me le demande maintenant"),
        error_messages={"required": _("Cochez la case si la personne le demande.")},
        widget=forms.CheckboxInput(attrs={"class": "ens-case"}),
    )


class AddressForm(EnsForm):
    """Of someone who came of age, who shows who they are."""

    email = forms.CharField(
        label=_("Adresse e-mail de la personne, à elle seule"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Indiquez une adresse e-mail.")},
    )
    piece = forms.BooleanField(
        label=_("La personne m’a présenté une pièce d’identité"),
        error_messages={"required": _("Sans pièce d’identité, l’adresse ne peut pas être enregistrée.")},
        widget=forms.CheckboxInput(attrs={"class": "ens-case"}),
    )
