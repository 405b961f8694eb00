"""Forms of messages: an answer, a new message, documents joined, a conversation reported, an exchange ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ens.journeys.types import Joinable
from ens.messaging.errors import DraftChanged
from ens.messaging.signals import SignalReason
from ens.messaging.types import (
    FILES_MAX_BYTES,
    Addressee,
    Beginning,
    Begun,
    Contact,
    Contacts,
    File,
    KeptFile,
    Reply,
)
from ens.record.types import DocumentCard
from ens.web.common import words
from ens.web.common.filing_forms import OnceForm
from ens.web.common.forms import EnsForm, SeveralFilesField

LONG_BODY = gettext_lazy("C’est trop long\u00a0: 20\u00a0000 caractères au plus.")
NOT_OFFERED = gettext_lazy("Vous ne pouvez pas écrire à cette personne. Choisissez-en une autre.")
LONG_SUBJECT = gettext_lazy("Choisissez un objet plus court\u00a0: 150 caractères au plus.")


class WritingForm(OnceForm):
    """A few words to send."""

    corps = forms.CharField(
        label=gettext_lazy("Votre message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=20_000,
        error_messages={
            "required": gettext_lazy("Écrivez quelques mots avant d’envoyer."),
            "max_length": LONG_BODY,
        },
    )


def _too_much(together: int) -> str:
    facts = {"size": words.size(together), "limit": words.size(FILES_MAX_BYTES)}
    return _("Vos documents pèsent %(size)s en tout\u00a0: %(limit)s au plus par message. Retirez-en.") % facts


class PiecesField(forms.Field):
    """The files of what was begun that the page showed, by id: those are sent, and no other."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: list[str] | None) -> tuple[UUID, ...]:
        try:
            return tuple(UUID(one) for one in value or ())
        except ValueError as error:
            raise forms.ValidationError(DraftChanged.message) from error


class FilesForm(EnsForm):
    """Files to join, beside those kept of what was begun (``kept``): together, what a message carries."""

    fichiers = SeveralFilesField(
        label=gettext_lazy("Documents à joindre"),
        help_text=gettext_lazy("De préférence PDF ou JPEG. 5\u00a0Mo au plus par fichier, 18\u00a0Mo en tout."),
        required=False,
        error_messages={"empty": gettext_lazy("Un des fichiers est vide. Retirez-le ou choisissez-en un autre.")},
    )

    def __init__(self, *args: Any, kept: Sequence[KeptFile] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = kept
        self.fields["fichiers"].most = FILES_MAX_BYTES
        self.fields["fichiers"].total = max(FILES_MAX_BYTES - sum(one.size for one in kept), 0)

    def clean_fichiers(self) -> list[Any]:
        limit = settings.ENS_UPLOAD_MAX_BYTES
        files: list[Any] = self.cleaned_data["fichiers"]
        for file in files:
            if file.size > limit:
                facts = {"name": file.name, "size": words.size(file.size), "limit": words.size(limit)}
                said = _("«\u00a0%(name)s\u00a0» pèse %(size)s. Choisissez un fichier de %(limit)s au plus.")
                if facts["size"] == facts["limit"]:  # a few octets more
                    said = _("«\u00a0%(name)s\u00a0» dépasse %(limit)s. Choisissez un fichier plus petit.")
                raise forms.ValidationError(said % facts)
        together = sum(file.size for file in [*files, *self.kept])
        if together > FILES_MAX_BYTES:
            raise forms.ValidationError(_too_much(together))
        return files

    def joined(self) -> tuple[File, ...]:
        return tuple(File(file.name, file.read()) for file in self.cleaned_data["fichiers"])


class DraftForm(FilesForm):
    """What is being written, whatever it is."""

    corps = forms.CharField(required=False, max_length=20_000, strip=False, error_messages={"max_length": LONG_BODY})


class BegunForm(EnsForm):
    """A new message being written, whatever it is: somebody who is not offered is nobody."""

    corps = forms.CharField(required=False, max_length=20_000, strip=False, error_messages={"max_length": LONG_BODY})
    objet = forms.CharField(required=False, max_length=150, strip=False, error_messages={"max_length": LONG_SUBJECT})
    pharmacie = forms.CharField(required=False)
    destinataire = forms.UUIDField(required=False, error_messages={"invalid": NOT_OFFERED})

    def begun(self) -> Begun:
        said = self.cleaned_data
        return Begun(said["destinataire"], said["objet"], said["corps"], said["pharmacie"][:100])


class ProfileForm(EnsForm):
    """The synthesis of the medical profile, drawn as the message leaves (N081)."""

    profil = forms.BooleanField(required=False)


class ReplyForm(FilesForm, WritingForm):
    """An answer and its attachments."""

    # One of those whom the page offered, by id; nobody chosen, all of them.
    destinataire = forms.UUIDField(required=False, widget=forms.HiddenInput)

    pieces = PiecesField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corps"].label = _("Votre réponse")

    def answer(self) -> Reply:
        said = self.cleaned_data
        to = (said["destinataire"],) if said["destinataire"] else ()
        return Reply(said["corps"], self.joined(), token=said["jeton"], to=to, kept=said["pieces"])


class BeginForm(ProfileForm, ReplyForm):
    """A new message to one of the contacts the server offered, designated by id."""

    field_order = ("destinataire", "objet", "corps", "fichiers", "documents")  # the page's, and of what is wrong in it

    destinataire = forms.UUIDField(
        label=gettext_lazy("Destinataire"),
        widget=forms.Select,
        error_messages={
            "required": gettext_lazy("Choisissez à qui écrire."),
            "invalid": NOT_OFFERED,
        },
    )
    objet = forms.CharField(
        label=gettext_lazy("Objet"),
        help_text=gettext_lazy("Par exemple\u00a0: Renouvellement de mon traitement"),
        max_length=150,
        error_messages={
            "required": gettext_lazy("Indiquez l’objet de votre message."),
            "max_length": LONG_SUBJECT,
        },
    )
    pharmacie = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100)  # what was looked for

    documents = forms.MultipleChoiceField(
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy("Un de ces documents n’est plus dans votre dossier. Choisissez de nouveau.")
        },
    )

    def __init__(self, offered: Contacts, documents: list[tuple[DocumentCard, int]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["corps"].label = _("Votre message")
        self._sizes = {str(card.id): size for card, size in documents}
        self.fields["documents"].choices = [(key, key) for key in self._sizes]
        groups = ((_("Vous ont écrit"), offered.wrote), (_("Pharmacies"), offered.pharmacies))
        known = [(title, [(str(one.id), _named(one)) for one in people]) for title, people in groups if people]
        self.fields["destinataire"].widget.choices = [("", _("Choisir un destinataire")), *known]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        together = sum(self._sizes[one] for one in said.get("documents", ()))
        together += sum(file.size for file in said.get("fichiers", ()))
        if together > FILES_MAX_BYTES:
            self.add_error("documents", _too_much(together))
        return said

    def beginning(self) -> Beginning:
        said = self.cleaned_data
        return Beginning(said["destinataire"], replace(self.answer(), subject=said["objet"], to=()))


def _named(one: Contact) -> str:
    said = f"{one.label} ({one.role})" if one.role else one.label
    if one.ended_at:
        return _("%(qui)s, échange que vous avez terminé") % {"qui": said}
    if one.is_gone:
        return _("%(qui)s, n’est plus dans l’annuaire\u00a0: pourrait ne pas vous lire") % {"qui": said}
    return said


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


class JoinForm(ProfileForm, WritingForm):
    """An answer, and what is in one's own space: documents of the record, the synthesis of the medical profile."""

    pieces = PiecesField()
    documents = forms.MultipleChoiceField(
        label=gettext_lazy("Documents de votre dossier"),
        required=False,
        error_messages={
            "required": gettext_lazy("Choisissez au moins un document."),
            "invalid_choice": gettext_lazy("Un de ces documents n’est plus dans votre dossier. Choisissez de nouveau."),
        },
    )

    def __init__(self, shown: Joinable, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("corps", shown.draft)
        self.fields["corps"].label = _("Votre réponse")
        self._begun = sum(one.size for one in shown.files)
        self._sizes = {str(card.id): size for card, size in shown.documents}
        self.fields["documents"].choices = [(key, key) for key in self._sizes]

    def clean_documents(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["documents"]
        together = self._begun + sum(self._sizes[one] for one in chosen)
        if together > FILES_MAX_BYTES:
            raise forms.ValidationError(_too_much(together))
        if not chosen and not self.cleaned_data["profil"]:
            raise forms.ValidationError(self.fields["documents"].error_messages["required"])
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

    finir = forms.BooleanField(required=False)


class EndForm(EnsForm):
    """With whom the exchange ends, of those who wrote in a conversation and with whom it has not."""

    qui = forms.MultipleChoiceField(
        error_messages={
            "required": gettext_lazy("Choisissez avec qui mettre fin à l’échange."),
            "invalid_choice": gettext_lazy("L’échange avec cette personne est déjà terminé. Choisissez de nouveau."),
        },
    )

    def __init__(self, people: tuple[Contact, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["qui"].choices = [(str(one.id), one.label) for one in people if one.ended_at is None]

    def chosen(self) -> tuple[UUID, ...]:
        return tuple(UUID(one) for one in self.cleaned_data["qui"])
