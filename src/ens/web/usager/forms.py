"""Forms of the usager's pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.journeys.representatives import Meant
from ens.record.types import UPLOAD_TITLE_MAX, Upload
from ens.standards.errors import StandardError
from ens.standards.ins import Matricule
from ens.web.common.categories import own_categories
from ens.web.common.filing_forms import FileForm, title_field
from ens.web.common.forms import EnsForm, ThreePartDateField


class AddDocumentForm(FileForm):
    """One file with its title, category and date."""

    fields_of: ClassVar[dict[str, str]] = {**FileForm.fields_of, "category": "categorie"}
    too_large = gettext_lazy(
        "Ce fichier pèse %(size)s. Choisissez-en un de %(limit)s au plus, ou prenez une photo de la page."
    )

    file_help = gettext_lazy("PDF, JPEG, PNG, TIFF, RTF ou TXT. 5\u00a0Mo au plus, un fichier à la fois.")
    titre = title_field(
        gettext_lazy("Par exemple\u00a0: Ordonnance de lunettes. 50 caractères au plus."), UPLOAD_TITLE_MAX
    )
    categorie = forms.ChoiceField(
        label=gettext_lazy("Catégorie"),
        error_messages={
            "required": gettext_lazy("Choisissez une catégorie."),
            "invalid_choice": gettext_lazy("Choisissez une catégorie de la liste."),
        },
    )
    field_order = ("fichier", "titre", "categorie", "date")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categorie"].choices = [("", _("Choisir une catégorie")), *own_categories()]

    @property
    def limit(self) -> int:
        return int(settings.ENS_UPLOAD_MAX_BYTES)

    def upload(self) -> Upload:
        file = self.cleaned_data["fichier"]
        return Upload(
            data=file.read(),
            filename=file.name,
            title=self.cleaned_data["titre"].strip(),
            category=self.cleaned_data["categorie"],
            act_date=self.cleaned_data["date"],
            token=self.cleaned_data["jeton"],
        )


class EmailForm(EnsForm):
    """Where notices go."""

    email = forms.CharField(
        label=gettext_lazy("Adresse e-mail"),
        help_text=gettext_lazy("Par exemple\u00a0: prenom.nom@exemple.fr"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Indiquez une adresse e-mail."),
            "max_length": gettext_lazy("Cette adresse est trop longue."),
        },
    )


class RepresentativeForm(EnsForm):
    """Who is invited to act for a child, as another representative knows them, and what the latter declares."""

    nom = forms.CharField(
        label=gettext_lazy("Nom de naissance"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Indiquez son nom de naissance.")},
    )
    prenom = forms.CharField(
        label=gettext_lazy("Premier prénom"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Indiquez son premier prénom.")},
    )
    naissance = ThreePartDateField(
        label=gettext_lazy("Date de naissance"), help_text=gettext_lazy("Exemple\u00a0: 12\u00a04\u00a01989")
    )
    matricule = forms.CharField(
        label=gettext_lazy("Numéro de sécurité sociale"),
        help_text=gettext_lazy("Le sien, 15\u00a0caractères\u00a0: il est sur sa carte Vitale."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Indiquez son numéro de sécurité sociale.")},
    )
    atteste = forms.BooleanField(
        label=gettext_lazy("Je certifie que cette personne est aussi son représentant légal"),
        error_messages={"required": gettext_lazy("Certifiez-le, ou arrêtez ici.")},
    )

    def clean_matricule(self) -> str:
        try:
            return Matricule.parse(self.cleaned_data["matricule"]).value
        except StandardError as error:
            raise forms.ValidationError(_("Ce numéro compte 15 caractères. Il est sur sa carte Vitale.")) from error

    def meant(self) -> Meant:
        said = self.cleaned_data
        return Meant(said["matricule"], said["nom"], said["prenom"], said["naissance"])


class AuthoriseForm(EnsForm):
    """A professional, by the number of the shared directory."""

    rpps = forms.RegexField(
        r"^\s*(\d\s*){11}$",
        label=gettext_lazy("Numéro RPPS du professionnel"),
        help_text=gettext_lazy("11 chiffres, imprimés sur ses ordonnances."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": gettext_lazy("Indiquez le numéro RPPS."),
            "invalid": gettext_lazy("Ce numéro doit compter 11\u00a0chiffres. Vérifiez-le sur une ordonnance."),
        },
    )

    def clean_rpps(self) -> str:
        return "".join(str(self.cleaned_data["rpps"]).split())
