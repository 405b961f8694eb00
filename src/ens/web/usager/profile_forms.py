"""Forms of the medical profile: made from the table of its rubrics. What may be written is judged by the service."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy

from ens.record.errors import ProfileAnswersInvalid
from ens.record.profile.rubrics import RUBRICS, Kind, Question, Rubric
from ens.record.profile.types import Item, RubricState
from ens.standards.partial_dates import PartialDate
from ens.web.common.filing_forms import OnceForm
from ens.web.common.forms import ThreePartDateWidget
from ens.web.common.words import typeset


class PartialDateWidget(ThreePartDateWidget):
    """The day and the month may be left out."""

    def decompress(self, value: Any) -> list[Any]:
        if not value:
            return ["", "", ""]
        found = PartialDate.of(value)
        return [found.day or "", found.month or "", found.year]


class PartialDateField(forms.MultiValueField):
    """(day, month, year) as they were typed: the service reads them."""

    widget = PartialDateWidget

    def __init__(self, **kwargs: Any) -> None:
        fields = tuple(forms.CharField(required=False) for _part in range(3))
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> tuple[str, ...]:
        return tuple(data_list) or ("", "", "")


class AnyChoicesField(forms.MultipleChoiceField):
    """Codes as they were sent: the service says which are of the list."""

    def valid_value(self, value: str) -> bool:
        return True


def _field(question: Question) -> forms.Field:
    said: dict[str, Any] = {"label": typeset(question.label), "help_text": typeset(question.hint), "required": False}
    match question.kind:
        case Kind.DATE:
            return PartialDateField(**said)
        case Kind.TICK:
            return forms.BooleanField(**said)
        case Kind.CHOICE:
            empty = gettext_lazy("Choisir") if question.required else gettext_lazy("Non précisé")
            return forms.CharField(widget=forms.Select(choices=[("", empty), *_choices(question)]), **said)
        case Kind.CHOICES:
            widget = forms.CheckboxSelectMultiple
            return AnyChoicesField(choices=_choices(question), widget=widget, **said)
        case Kind.LONG_TEXT:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), strip=False, **said)
        case Kind.NUMBER:
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), **said)
        case Kind.TEXT:
            return forms.CharField(**said)


def _choices(question: Question) -> list[tuple[str, str]]:
    return [(code, typeset(label)) for code, label in question.choices]


class RubricForm(OnceForm):
    """The questions of a rubric, in order: see ``rubric_form``."""

    rubric: ClassVar[Rubric]
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=1)

    def asked(self) -> list[tuple[BoundField, Kind]]:
        """Each question with how it is answered, for the page."""
        return [(self[one.name], one.kind) for one in self.rubric.questions]

    def clean_version(self) -> int:
        said = self.cleaned_data["version"]
        return 1 if said is None else said

    def typed(self) -> dict[str, Any]:
        return {one.name: self.cleaned_data.get(one.name) for one in self.rubric.questions}

    def refuse(self, error: ProfileAnswersInvalid) -> None:
        for name, reason in error.facts["reasons"].items():
            self.add_error(name, typeset(reason))


@cache
def _form_of(code: str) -> type[RubricForm]:
    rubric = RUBRICS[code]
    return type("RubricForm", (RubricForm,), {"rubric": rubric, **{one.name: _field(one) for one in rubric.questions}})


def rubric_form(rubric: Rubric, data: Any = None, *, item: Item | None = None) -> RubricForm:
    """``item``: what was answered, to change it."""
    known = {**item.answers, "version": item.version} if item else {}
    return _form_of(rubric.code)(data, initial=known)


class SynthesisForm(OnceForm):
    """The rubrics that the synthesis holds, among those that were answered."""

    rubriques = forms.MultipleChoiceField(
        label=gettext_lazy("Rubriques de la synthèse"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choisissez au moins une rubrique."),
            "invalid_choice": gettext_lazy("Une de ces rubriques ne contient plus rien. Choisissez de nouveau."),
        },
    )

    def __init__(self, answered: list[RubricState], data: Any = None) -> None:
        codes = [one.rubric.code for one in answered]
        super().__init__(data, initial={"rubriques": codes})
        self.fields["rubriques"].choices = [(one.rubric.code, one.rubric.label) for one in answered]
