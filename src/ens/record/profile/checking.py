"""What is typed in a rubric, judged: pure, so that every face says the same. Source: production's forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ens.record.errors import ProfileAnswersInvalid
from ens.record.profile.rubrics import Kind, Question, Rubric
from ens.standards.partial_dates import DateState, PartialDate, read

Typed = Mapping[str, Any]
"""By question: text; (day, month, year) for a date; a tick as a bool; codes, one or several."""

DATE_SAID = {
    DateState.MISSING_YEAR: "Indiquez au moins l'année.",
    DateState.INCOMPLETE_YEAR: "Écrivez l'année avec ses quatre chiffres.",
    DateState.INCORRECT_YEAR: "Vérifiez l'année : elle commence en 1900.",
    DateState.INCOMPLETE_MONTH: "Complétez le mois : un nombre de 1 à 12.",
    DateState.INCORRECT_MONTH: "Le mois est un nombre de 1 à 12.",
    DateState.INCOMPLETE_DAY: "Complétez le jour : un nombre de 1 à 31.",
    DateState.INCORRECT_DAY: "Le jour est un nombre de 1 à 31.",
    DateState.MISSING_MONTH: "Indiquez aussi le mois, ou effacez le jour.",
    DateState.LATER: "Cette date est à venir. Indiquez une date passée.",
    DateState.UNREAL_DAY: "Ce jour n'existe pas dans ce mois.",
}
_TAG = re.compile(r"<(?=[^\d\s])")  # « < 5 » is a measure, « <b » is not


def answers(rubric: Rubric, typed: Typed, *, born: date, today: date) -> dict[str, Any]:
    """What to keep, by question; what was left out is not there. A date is written as FHIR does.

    Errors: ProfileAnswersInvalid, with what is wrong question by question.
    """
    kept: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for question in rubric.questions:
        try:
            value = _read(question, typed.get(question.name), born, today)
        except _Wrong as reason:
            wrong[question.name] = str(reason)
            continue
        if value not in (None, "", False, []):
            kept[question.name] = value
        elif question.required:
            wrong[question.name] = question.required
    _check_period(rubric, kept, wrong)
    _check_length_of_stay(kept, wrong)
    if wrong:
        raise ProfileAnswersInvalid(reasons=wrong)
    return kept


class _Wrong(Exception):
    pass


def _read(question: Question, typed: Any, born: date, today: date) -> Any:
    if question.kind is Kind.DATE:
        return _date(typed or ("", "", ""), born, today)
    if question.kind is Kind.TICK:
        return bool(typed)
    if question.kind is Kind.CHOICES:
        chosen = [code for code, _ in question.choices if code in (typed or ())]
        if len(chosen) != len(set(typed or ())):
            raise _Wrong("Choisissez dans la liste.")
        return chosen
    said = str(typed or "")
    if question.kind is Kind.CHOICE:
        if said and said not in dict(question.choices):
            raise _Wrong("Choisissez dans la liste.")
        return said
    if question.kind is Kind.NUMBER:
        return _number(said.strip(), question.most)
    return _text(said, question)


def _text(said: str, question: Question) -> str:
    if question.kind is Kind.TEXT:
        said = " ".join(said.split())
    said = said.replace("\r\n", "\n").strip()
    if not said.replace("\n", "").isprintable():
        raise _Wrong("Certains caractères ne peuvent pas être enregistrés. Écrivez-le autrement.")
    if len(said) > question.most:
        raise _Wrong(f"C'est trop long : {len(said)} caractères. Le maximum est {question.most}.")
    if _TAG.search(said):
        raise _Wrong("Mettez une espace après le signe « < », ou retirez-le.")
    return said


def _number(said: str, most: int) -> int | None:
    if not said:
        return None
    if not (said.isascii() and said.isdigit()) or len(said) > len(str(most)):
        raise _Wrong(f"Écrivez un nombre entier, de 1 à {most}.")
    found = int(said)
    if not 1 <= found <= most:
        raise _Wrong(f"Écrivez un nombre entier, de 1 à {most}.")
    return found


def _date(typed: tuple[str, str, str], born: date, today: date) -> str | None:
    if not any(part.strip() for part in typed):
        return None
    state, found = read(*typed, today=today)
    if found is None:
        raise _Wrong(DATE_SAID[state])
    if found.is_before(born):
        raise _Wrong("Cette date est avant la naissance. Vérifiez-la.")
    return found.iso


def _check_period(rubric: Rubric, kept: dict[str, Any], wrong: dict[str, str]) -> None:
    """An end is due when it is over, refused when it is not, and never before the start."""
    period = rubric.period
    if period is None or period.end in wrong:
        return
    end = kept.get(period.end)
    if kept.get(period.current):
        if end:
            wrong[period.end] = "Vous avez dit que c'est en cours : effacez la date de fin, ou décochez la case."
    elif end is None:
        wrong[period.end] = "Indiquez la date de fin, ou cochez que c'est en cours."
    elif period.start in kept and PartialDate.of(end).is_before(PartialDate.of(kept[period.start]).first_day):
        wrong[period.end] = "La fin est avant le début. Vérifiez les deux dates."


def _check_length_of_stay(kept: dict[str, Any], wrong: dict[str, str]) -> None:
    if "duree" in kept and "unite" not in kept and "unite" not in wrong:
        wrong["unite"] = "Choisissez l'unité : jours, semaines, mois ou années."
    elif "unite" in kept and "duree" not in kept and "duree" not in wrong:
        del kept["unite"]  # nothing is counted in it
