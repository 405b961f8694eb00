"""Forms of those who are not signed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ens.kernel.errors import EnsError
from ens.web.common.forms import EnsForm
from ens.web.common.words import typeset


class PasswordField(forms.CharField):
    """A password as it was typed, spaces included."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        attributes = {"autocomplete": "new-password" if new else "current-password", "spellcheck": "false"}
        kwargs.setdefault("error_messages", {"required": _("Indiquez votre mot de passe.")})
        super().__init__(strip=False, max_length=256, widget=forms.PasswordInput(attrs=attributes), **kwargs)


class SignInForm(EnsForm):
    identifiant = forms.CharField(
        label=_("Identifiant"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username webauthn", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Indiquez votre identifiant."),
            "max_length": _("Cet identifiant est trop long."),
        },
    )
    mot_de_passe = PasswordField(label=_("Mot de passe"))
    suite = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)


class CodeForm(EnsForm):
    """A code received, or read in an application."""

    code = forms.CharField(
        label=_("Code à six chiffres"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Indiquez le code."), "max_length": _("Ce code est trop long.")},
    )


class ApplicationCodeForm(CodeForm):
    """A code of the application, or a recovery code, which has letters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code de votre application")
        self.fields["code"].help_text = _("Ou l’un de vos codes de secours.")
        del self.fields["code"].widget.attrs["inputmode"]


class NewPasswordForm(EnsForm):
    """A password chosen, typed twice. The service judges it: see ``refuse``."""

    nouveau = PasswordField(
        new=True,
        label=_("Nouveau mot de passe"),
        help_text=_(
            "9 caractères au moins, avec une minuscule, une majuscule, un chiffre et un signe\u00a0; "
            "ou une phrase de 20 caractères."
        ),
        error_messages={
            "required": _("Choisissez un mot de passe."),
            "max_length": _("Ce mot de passe est trop long."),
        },
    )
    confirmation = PasswordField(
        new=True,
        label=_("Le même, une seconde fois"),
        error_messages={"required": _("Tapez le mot de passe une seconde fois.")},
    )

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "nouveau" in said and "confirmation" in said and said["nouveau"] != said["confirmation"]:
            self.add_error("confirmation", _("Les deux mots de passe ne sont pas les mêmes."))
        return said

    def refuse(self, error: EnsError) -> None:
        """What the service says, beside the field it is about."""
        field = "nouveau" if error.code.startswith("mot_de_passe") else None
        self.add_error(field, typeset(error.sentence))


class ChangePasswordForm(NewPasswordForm):
    actuel = PasswordField(label=_("Mot de passe actuel"))
    field_order = ("actuel", "nouveau", "confirmation")

    def refuse(self, error: EnsError) -> None:
        if error.code == "connexion_refusee":
            self.add_error("actuel", _("Ce n’est pas votre mot de passe actuel."))
        else:
            super().refuse(error)


class OwnPasswordForm(EnsForm):
    """Asked again before what matters."""

    actuel = PasswordField(label=_("Mot de passe"))
    suite = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)


class PhoneForm(EnsForm):
    telephone = forms.CharField(
        label=_("Numéro de mobile"),
        help_text=_("Par exemple\u00a0: 06 12 34 56 78, ou +687 75 12 34. Laissez vide pour le retirer."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"max_length": _("Ce numéro est trop long.")},
    )


class PasskeyForm(EnsForm):
    nom = forms.CharField(
        label=_("Nom de la clé"),
        help_text=_("Pour la reconnaître. Par exemple\u00a0: mon téléphone."),
        max_length=60,
        error_messages={"required": _("Donnez un nom à cette clé."), "max_length": _("Ce nom est trop long.")},
    )
    reponse = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)
