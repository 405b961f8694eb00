"""Forms in the look of DSFR: the class goes on the field, the group around it shows the error."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

_GROUPS = {forms.Select: ("fr-select-group", "fr-select"), forms.FileInput: ("fr-upload-group", "fr-upload")}


class EnsForm(forms.Form):
    """A form whose fields carry DSFR's classes; messages are said by the server, in French, beside the field."""

    use_required_attribute = False  # the browser's bubbles speak its language, not the page's
    required_css_class = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            group, css = next(
                (found for widget, found in _GROUPS.items() if isinstance(field.widget, widget)),
                ("fr-input-group", "fr-input"),
            )
            field.groupe = group
            if not isinstance(field.widget, forms.MultiWidget):
                field.widget.attrs.setdefault("class", css)

    def refused_as(self, draft: forms.Form) -> None:
        """Say of what was typed why its draft was refused, field by field, and nothing of what it lacks to leave."""
        self._errors = draft.errors

    def in_one_line(self) -> str:
        """All that is wrong, for a page that says it by itself where it says that a draft was kept."""
        return " ".join(one for several in self.errors.values() for one in several)


class SeveralFilesInput(forms.FileInput):
    """A file field that takes several files at once, without JavaScript."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """The list of files sent, empty ones aside. ``most``: the octets they may weigh together, said by the page.

    ``total``: what is left of it, less what is kept already.
    """

    total = most = 0

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = [file for file in (data or []) if file]
        if self.required and not files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(SeveralFilesField, self).clean(file, initial) for file in files]


class ThreePartDateWidget(forms.MultiWidget):
    """Day, month, year apart: a browser's date field speaks its own language, not the page's."""

    template_name = "common/components/date_trois.html"

    def __init__(self) -> None:
        parts = {"jour": _("Jour"), "mois": _("Mois"), "annee": _("Année")}
        self.libelles = list(parts.values())
        widgets = {
            name: forms.TextInput(
                attrs={"class": "fr-input", "inputmode": "numeric", "maxlength": "4" if name == "annee" else "2"}
            )
            for name in parts
        }
        super().__init__(widgets)

    def decompress(self, value: date | None) -> list[Any]:
        return [value.day, value.month, value.year] if value else ["", "", ""]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for widget, label in zip(context["widget"]["subwidgets"], self.libelles, strict=True):
            widget["libelle"] = label
        return context


class ThreePartDateField(forms.MultiValueField):
    """A date typed as three numbers. Errors say which rule was not met."""

    widget = ThreePartDateWidget
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Indiquez la date\u00a0: jour, mois et année."),
        "incomplete": _("Indiquez la date\u00a0: jour, mois et année."),
        "invalid": _("Cette date n’existe pas. Exemple\u00a0: 16 2 2021."),
    }

    def __init__(self, **kwargs: Any) -> None:
        fields = tuple(forms.CharField(max_length=length) for length in (2, 2, 4))
        super().__init__(fields, **kwargs)

    def compress(self, values: list[str]) -> date | None:
        if not values:
            return None
        try:
            day, month, year = (int(value) for value in values)
            return date(year, month, day)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
