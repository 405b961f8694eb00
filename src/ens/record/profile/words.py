"""An item of the profile in words, for a page and for the synthesis alike."""

from __future__ import annotations

from typing import Any

from ens.record.profile.rubrics import Kind, Rubric
from ens.standards.partial_dates import PartialDate

_ONE = {"DAY": "jour", "WEEK": "semaine", "MONTH": "mois", "YEAR": "année"}


def heading(rubric: Rubric, kept: dict[str, Any]) -> str:
    return str(kept[rubric.heading])


def period(rubric: Rubric, kept: dict[str, Any]) -> str:
    """« en cours depuis mars 2019 », « de 2019 à juin 2020 », or nothing."""
    if rubric.period is None:
        return ""
    start = PartialDate.of(kept[rubric.period.start])
    if rubric.period.end not in kept:
        return f"en cours depuis {'le ' if start.day else ''}{start.in_french}"
    end = PartialDate.of(kept[rubric.period.end])
    if end == start:
        return f"{'le ' if start.day else 'en '}{start.in_french}"
    return f"{'du' if start.day else 'de'} {start.in_french} {'au' if end.day else 'à'} {end.in_french}"


def facts(rubric: Rubric, kept: dict[str, Any]) -> list[str]:
    """What else was answered, a line each, without the free comment."""
    said = [period(rubric, kept)] if rubric.period else []
    hidden = {rubric.heading, "commentaire", "unite"}
    if rubric.period:
        hidden |= {rubric.period.current, rubric.period.start, rubric.period.end}
    for question in rubric.questions:
        value = kept.get(question.name)
        if value is None or question.name in hidden:
            continue
        if question.name == "duree":
            said.append(length_of_stay(value, kept["unite"]))
        elif question.kind is Kind.DATE:
            found = PartialDate.of(value)
            said.append(f"{'le' if found.day else 'en'} {found.in_french}")
        elif question.kind is Kind.CHOICE:
            label = question.label_of(value)
            said.append(label if question.speaks else f"{_short(question.label)}\u00a0: {_low(label)}")
        elif question.kind is Kind.CHOICES:
            said.append(", ".join(question.label_of(code) for code in value))
        else:
            said.append(f"{_short(question.label)}\u00a0: {value}")
    return [line[0].upper() + line[1:] for line in said]


def length_of_stay(count: int, unit: str) -> str:
    """« 1 jour », « 3 semaines »."""
    one = _ONE[unit]
    return f"{count} {one if count == 1 or one.endswith('s') else one + 's'}"


def in_a_line(rubric: Rubric, items: list[dict[str, Any]], most: int = 3) -> str:
    """« Grossesse, diabète de type 1 », the first ones; how many more."""
    names = [heading(rubric, kept) for kept in items]
    shown = [names[0], *(_low(name) for name in names[1:most])] if names else []
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" et {more} autre{'s' if more > 1 else ''}" if more else "")


def _low(label: str) -> str:
    """Its first letter small, unless it is a name all in capitals: « VIH »."""
    return label if len(label) > 1 and label[1].isupper() else label[:1].lower() + label[1:]


def _short(label: str) -> str:
    return label.removesuffix(" (facultatif)")
