"""What is asked of the figures: a territory, the end of a day."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ens.access.mandates import Territory
from ens.kernel import clock
from ens.standards.departements import DEPARTEMENTS
from ens.web.common.forms import EnsForm, ThreePartDateField

FIRST_DAY = date(2000, 1, 1)
_FRENCH = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_WRONG = _("Écrivez le jour, le mois et l’année. Exemple\u00a0: 14/10/2021")
ALL = ""


class DayField(forms.CharField):
    """A day typed in French, or as machines write it: a browser's date field speaks its own language."""

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        french = _FRENCH.fullmatch(text)
        try:
            if french:
                day, month, year = map(int, french.groups())
                found = date(year, month, day)
            else:
                found = date.fromisoformat(text)
        except ValueError as error:
            raise forms.ValidationError(_WRONG, code="invalid") from error
        if not FIRST_DAY <= found <= clock.today() + timedelta(days=366):
            raise forms.ValidationError(_WRONG, code="invalid")
        if found > clock.today():
            raise forms.ValidationError(_("Ce jour n’est pas encore venu."), code="invalid")
        return found


class ViewForm(EnsForm):
    """The choices are those of the territory steered: another is not offered, and not answered."""

    territoire = forms.ChoiceField(label=_("Territoire"), required=False)
    au = DayField(
        label=_("Situation au"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, data: Any, territory: Territory) -> None:
        super().__init__(data)
        codes = territory.departements
        regions = {DEPARTEMENTS[code].region: DEPARTEMENTS[code].region_label for code in codes}
        whole_regions = {
            region: label
            for region, label in regions.items()
            if len(regions) > 1 and all(one.code in codes for one in DEPARTEMENTS.values() if one.region == region)
        }
        choices: list[tuple[str, Any]] = [(ALL, all_of(territory))]
        if whole_regions:
            named = [(f"R{region}", label) for region, label in sorted(whole_regions.items(), key=lambda one: one[1])]
            choices.append((_("Régions"), named))
        if len(codes) > 1:
            choices.append((_("Départements"), [(code, f"{DEPARTEMENTS[code].label} ({code})") for code in codes]))
        self.fields["territoire"].choices = choices

    def show(self, day: date) -> None:
        """Write the day as people do, in a form without fault."""
        said: dict[str, Any] = {name: self[name].data for name in self.fields}
        self.data = {**said, "au": f"{day:%d/%m/%Y}"}

    @property
    def departements(self) -> tuple[str, ...]:
        """Those asked; none, for the whole territory."""
        asked = self.cleaned_data.get("territoire") or ALL
        if asked.startswith("R"):
            return tuple(code for code, one in DEPARTEMENTS.items() if one.region == asked[1:])
        return (asked,) if asked else ()


def all_of(territory: Territory) -> str:
    """What the whole territory is called."""
    codes = territory.departements
    if territory.everywhere:
        return str(_("Toute la France"))
    if len(codes) == 1:
        return DEPARTEMENTS[codes[0]].label
    if len(codes) <= 3:
        return ", ".join(DEPARTEMENTS[code].label for code in codes)
    return str(_("%(n)s départements") % {"n": len(codes)})


class ActionForm(EnsForm):
    """Something to do for a site."""

    quoi = forms.CharField(
        label=_("Que faut-il faire\u00a0?"),
        max_length=160,
        error_messages={"required": _("Dites ce qu’il faut faire.")},
    )
    cote = forms.ChoiceField(
        label=_("De quel côté\u00a0?"),
        choices=(("site", _("Le site")), ("accompagnement", _("Qui l’accompagne"))),
        error_messages={"required": _("Choisissez un côté."), "invalid_choice": _("Choisissez un côté.")},
    )
    qui = forms.CharField(
        label=_("Qui s’en charge\u00a0?"),
        help_text=_("Une personne ou une équipe. Jamais un patient."),
        max_length=120,
        error_messages={"required": _("Dites qui s’en charge.")},
    )
    echeance = ThreePartDateField(label=_("Pour quand\u00a0?"))

    def clean_echeance(self) -> date:
        day: date = self.cleaned_data["echeance"]
        if not FIRST_DAY <= day <= clock.today() + timedelta(days=3660):
            raise forms.ValidationError(_("Cette date est trop loin."), code="far")
        return day
