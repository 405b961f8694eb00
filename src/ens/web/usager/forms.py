"""Forms of the usager's pages."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.journeys.types import Joinable
from ens.kernel import clock
from ens.kernel.errors import EnsError
from ens.messaging.signals import SignalReason
from ens.messaging.types import FILES_MAX_BYTES, Addressee, Beginning, Contact, Contacts, File, Reply
from ens.record.types import UPLOAD_TITLE_MAX, Upload
from ens.web.common import words
from ens.web.common.files import body_size
from ens.web.common.forms import EnsForm, SeveralFilesField, ThreePartDateField
from ens.web.usager.categories import own_categories

ACCEPTED = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.rtf,.txt"


class OnceForm(EnsForm):
    """The same form sent twice does its act once, by the token the page gave it."""

    jeton = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("jeton", secrets.token_urlsafe(16))


class AddDocumentForm(OnceForm):
    """One file with its title, category and date. The content is judged by the service, not here."""

    fichier = forms.FileField(
        label=gettext_lazy("Fichier"),
        help_text=gettext_lazy("PDF, JPEG, PNG, TIFF, RTF ou TXT. 5\u00a0Mo au plus, un fichier à la fois."),
        # Required, in a form the browser does not judge: a style sees an empty field, and hides the browser's words.
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "required": True}),
        max_length=None,
        error_messages={
            "required": gettext_lazy("Choisissez un fichier."),
            "empty": gettext_lazy("Ce fichier est vide. Choisissez-en un autre."),
        },
    )
    titre = forms.CharField(
        label=gettext_lazy("Titre"),
        help_text=gettext_lazy("Par exemple\u00a0: Ordonnance de lunettes. 50 caractères au plus."),
        max_length=UPLOAD_TITLE_MAX,
        error_messages={
            "required": gettext_lazy("Donnez un titre à ce document."),
            "max_length": gettext_lazy("Choisissez un titre plus court\u00a0: %(limit_value)d caractères au plus."),
        },
    )
    categorie = forms.ChoiceField(
        label=gettext_lazy("Catégorie"),
        error_messages={
            "required": gettext_lazy("Choisissez une catégorie."),
            "invalid_choice": gettext_lazy("Choisissez une catégorie de la liste."),
        },
    )
    date = ThreePartDateField(
        label=gettext_lazy("Date du document"),
        help_text=gettext_lazy("Celle du soin ou de l’examen. Exemple\u00a0: 16 2 2021"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categorie"].choices = [("", _("Choisir une catégorie")), *own_categories()]
        self._announced = 0

    @property
    def limit(self) -> int:
        return int(settings.ENS_UPLOAD_MAX_BYTES)

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
        facts = {"size": words.size(octets), "limit": words.size(self.limit)}
        return (
            _("Ce fichier pèse %(size)s. Choisissez-en un de %(limit)s au plus, ou prenez une photo de la page.")
            % facts
        )

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

    def refuse(self, error: EnsError) -> None:
        """What the service says, beside the field it is about."""
        fields = {"title": "titre", "category": "categorie", "act_date": "date"}
        self.add_error(fields.get(str(error.facts.get("field", "")), "fichier"), words.typeset(error.sentence))


class WritingForm(OnceForm):
    """A few words to send."""

    corps = forms.CharField(
        label=gettext_lazy("Votre message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        error_messages={
            "required": gettext_lazy("Écrivez quelques mots avant d’envoyer."),
            "max_length": gettext_lazy("C’est trop long\u00a0: 20\u00a0000 caractères au plus."),
        },
    )


class ReplyForm(WritingForm):
    """An answer and its attachments."""

    fichiers = SeveralFilesField(
        label=gettext_lazy("Documents à joindre"),
        help_text=gettext_lazy("De préférence PDF ou JPEG. 5\u00a0Mo au plus par fichier, 18\u00a0Mo en tout."),
        required=False,
        error_messages={"empty": gettext_lazy("Un des fichiers est vide. Retirez-le ou choisissez-en un autre.")},
    )

    def clean_fichiers(self) -> list[Any]:
        limit = settings.ENS_UPLOAD_MAX_BYTES
        files: list[Any] = self.cleaned_data["fichiers"]
        for file in files:
            if file.size > limit:
                facts = {"name": file.name, "size": words.size(file.size), "limit": words.size(limit)}
                raise forms.ValidationError(
                    _("«\u00a0%(name)s\u00a0» pèse %(size)s. Choisissez un fichier de %(limit)s au plus.") % facts
                )
        together = sum(file.size for file in files)
        if together > FILES_MAX_BYTES:
            facts = {"size": words.size(together), "limit": words.size(FILES_MAX_BYTES)}
            raise forms.ValidationError(
                _("Vos documents pèsent %(size)s en tout\u00a0: %(limit)s au plus par message. Retirez-en.") % facts
            )
        return files

    # One of those whom the page offered, by id; nobody chosen, all of them.
    destinataire = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corps"].label = _("Votre réponse")
        self.fields["fichiers"].total = FILES_MAX_BYTES

    def answer(self) -> Reply:
        said = self.cleaned_data
        files = tuple(File(file.name, file.read()) for file in said["fichiers"])
        to = (said["destinataire"],) if said["destinataire"] else ()
        return Reply(said["corps"], files, token=said["jeton"], to=to)


class BeginForm(ReplyForm):
    """A new message to one of the contacts the server offered, designated by id."""

    destinataire = forms.UUIDField(
        label=gettext_lazy("Destinataire"),
        widget=forms.Select,
        error_messages={
            "required": gettext_lazy("Choisissez à qui écrire."),
            "invalid": gettext_lazy("Vous ne pouvez pas écrire à cette personne. Choisissez-en une autre."),
        },
    )
    objet = forms.CharField(
        label=gettext_lazy("Objet"),
        help_text=gettext_lazy("Par exemple\u00a0: Renouvellement de mon traitement"),
        max_length=150,
        error_messages={
            "required": gettext_lazy("Indiquez l’objet de votre message."),
            "max_length": gettext_lazy("Choisissez un objet plus court\u00a0: 150 caractères au plus."),
        },
    )
    pharmacie = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)  # what was looked for

    def __init__(self, offered: Contacts, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corps"].label = _("Votre message")
        groups = ((_("Vous ont écrit"), offered.wrote), (_("Pharmacies"), offered.pharmacies))
        known = [(title, [(str(one.id), _named(one)) for one in people]) for title, people in groups if people]
        self.fields["destinataire"].widget.choices = [("", _("Choisir un destinataire")), *known]

    def beginning(self) -> Beginning:
        said = self.cleaned_data
        return Beginning(said["destinataire"], replace(self.answer(), subject=said["objet"], to=()))


def _named(one: Contact) -> str:
    return f"{one.label} ({one.role})" if one.role else one.label


class SendDocumentForm(WritingForm):
    """To whom, and a few words."""

    echange = forms.ChoiceField(
        label=gettext_lazy("Destinataire"),
        help_text=gettext_lazy("Les professionnels qui vous ont écrit et dont l’échange est ouvert."),
        error_messages={
            "required": gettext_lazy("Choisissez à qui envoyer ce document."),
            "invalid_choice": gettext_lazy("Vous ne pouvez plus écrire à cette personne. Choisissez-en une autre."),
        },
    )
    def __init__(self, addressees: list[Addressee], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(one.thread_id), f"{one.label}, «\u00a0{one.subject[:60]}\u00a0»") for one in addressees]
        self.fields["echange"].choices = [("", _("Choisir un destinataire")), *known]


class JoinForm(WritingForm):
    """An answer, and documents of one's own record."""

    documents = forms.MultipleChoiceField(
        label=gettext_lazy("Documents de votre dossier"),
        error_messages={
            "required": gettext_lazy("Choisissez au moins un document."),
            "invalid_choice": gettext_lazy("Un de ces documents n’est plus dans votre dossier. Choisissez de nouveau."),
        },
    )
    def __init__(self, shown: Joinable, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("corps", shown.draft)
        self.fields["corps"].label = _("Votre réponse")
        self._sizes = {str(card.id): size for card, size in shown.documents}
        self.fields["documents"].choices = [(key, key) for key in self._sizes]

    def clean_documents(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["documents"]
        together = sum(self._sizes[one] for one in chosen)
        if together > FILES_MAX_BYTES:
            facts = {"size": words.size(together), "limit": words.size(FILES_MAX_BYTES)}
            raise forms.ValidationError(
                _("Ces documents pèsent %(size)s en tout\u00a0: %(limit)s au plus par message. Retirez-en.") % facts
            )
        return chosen


class SignalForm(EnsForm):
    """Why a conversation is reported to the support, in one answer and a few words."""

    motif = forms.ChoiceField(
        label=gettext_lazy("Que se passe-t-il\u00a0?"),
        widget=forms.RadioSelect,
        choices=(
            (SignalReason.NOT_MINE, gettext_lazy("Ce message n’est pas pour moi")),
            (SignalReason.UNKNOWN, gettext_lazy("Je ne connais pas cette personne")),
            (SignalReason.CONTENT, gettext_lazy("Ce qui est écrit est choquant ou menaçant")),
            (SignalReason.FRAUD, gettext_lazy("Cela ressemble à une tentative de fraude")),
        ),
        error_messages={"required": gettext_lazy("Choisissez ce qui se passe.")},
    )
    mots = forms.CharField(
        label=gettext_lazy("En quelques mots (facultatif)"),
        help_text=gettext_lazy("500 caractères au plus. N’y mettez rien de votre santé."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=500,
        error_messages={"max_length": gettext_lazy("C’est trop long\u00a0: 500 caractères au plus.")},
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
