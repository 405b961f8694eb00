"""The rubrics of the medical profile, as data: their questions, in order, and what an answer may be.

A page, the synthesis and the rules read the same table. Source: production's contract of the profile (its six rubrics
that take « non concerné »); lengths are those of its forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

NAME_MAX, DOSAGE_MAX, COMMENT_MAX = 50, 1000, 3000


class Kind(StrEnum):
    TEXT = "texte"
    LONG_TEXT = "texte_long"
    DATE = "date"  # partial: year, month and year, or day
    TICK = "case"
    CHOICE = "choix"
    CHOICES = "plusieurs_choix"
    NUMBER = "nombre"


@dataclass(frozen=True, slots=True)
class Question:
    """``most``: characters, or the highest number. ``choices``: code and label. ``speaks``: its answer says enough."""

    name: str
    label: str
    kind: Kind
    required: str = ""  # what is said when it is missing; empty, it may be left out
    most: int = NAME_MAX
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    speaks: bool = False

    def label_of(self, code: str) -> str:
        return dict(self.choices)[code]


@dataclass(frozen=True, slots=True)
class Period:
    """When it began and ended; ``current``: the tick that says it has not. An end is due unless it is ticked."""

    current: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Rubric:
    """``code`` is kept; ``slug`` is in addresses. ``heading``: the question whose answer names an item."""

    code: str
    slug: str
    label: str
    promise: str  # what to write there, in a line
    one: str  # « une allergie », to add
    heading: str
    questions: tuple[Question, ...]
    icon: str
    period: Period | None = None


_YEAR_IS_ENOUGH = "L’année suffit. Exemple : 3 2019"
_HOW_MUCH = "Exemple : 1 comprimé le matin"
_COMMENT = Question("commentaire", "Commentaire (facultatif)", Kind.LONG_TEXT, most=COMMENT_MAX)
_PERIOD = Period("en_cours", "debut", "fin")


def _period_of(thing: str) -> tuple[Question, ...]:
    return (
        Question("en_cours", thing, Kind.TICK),
        Question("debut", "Date de début", Kind.DATE, "Indiquez au moins l’année de début.", hint=_YEAR_IS_ENOUGH),
        Question("fin", "Date de fin", Kind.DATE, hint="Seulement si ce n’est plus en cours."),
    )


_RUBRICS = (
    Rubric(
        "DISEASES",
        "maladies",
        "Maladies et sujets de santé",
        "Une maladie, une grossesse, une opération à venir…",
        "une maladie ou un sujet de santé",
        "nom",
        (
            Question("nom", "Maladie ou sujet de santé", Kind.TEXT, "Indiquez de quoi il s’agit."),
            *_period_of("C’est en cours"),
            _COMMENT,
        ),
        "heart-pulse-line",
        _PERIOD,
    ),
    Rubric(
        "TREATMENTS",
        "traitements",
        "Traitements",
        "Les médicaments que vous prenez ou avez pris",
        "un traitement",
        "nom",
        (
            Question("nom", "Médicament ou traitement", Kind.TEXT, "Indiquez le nom du traitement."),
            *_period_of("Je le prends en ce moment"),
            Question("posologie", "Posologie (facultatif)", Kind.LONG_TEXT, most=DOSAGE_MAX, hint=_HOW_MUCH),
            _COMMENT,
        ),
        "capsule-line",
        _PERIOD,
    ),
    Rubric(
        "ALLERGIES",
        "allergies",
        "Allergies",
        "Un médicament, un aliment, un pollen…",
        "une allergie",
        "allergene",
        (
            Question("allergene", "À quoi êtes-vous allergique", Kind.TEXT, "Indiquez à quoi vous êtes allergique."),
            _COMMENT,
        ),
        "alert-line",
    ),
    Rubric(
        "HOSPITALIZATIONS",
        "hospitalisations",
        "Hospitalisations et actes chirurgicaux",
        "Vos séjours à l’hôpital, vos opérations",
        "une hospitalisation",
        "motif",
        (
            Question("motif", "Raison de l’hospitalisation", Kind.TEXT, "Indiquez la raison de l’hospitalisation."),
            Question("entree", "Date d’entrée", Kind.DATE, "Indiquez au moins l’année d’entrée.", hint=_YEAR_IS_ENOUGH),
            Question("duree", "Durée (facultatif)", Kind.NUMBER, most=999, hint="Un nombre. Exemple : 3"),
            Question(
                "unite",
                "Unité de la durée",
                Kind.CHOICE,
                choices=(("DAY", "jours"), ("WEEK", "semaines"), ("MONTH", "mois"), ("YEAR", "années")),
            ),
            _COMMENT,
        ),
        "hospital-line",
    ),
    Rubric(
        "FAMILY_HISTORIES",
        "antecedents-familiaux",
        "Antécédents familiaux",
        "Les maladies de vos parents, frères et sœurs…",
        "un antécédent familial",
        "maladie",
        (
            Question("maladie", "Maladie", Kind.TEXT, "Indiquez la maladie."),
            Question(
                "lien",
                "Qui l’a ou l’a eue",
                Kind.CHOICE,
                "Choisissez de qui il s’agit.",
                choices=(
                    ("MOTHER", "Ma mère"),
                    ("FATHER", "Mon père"),
                    ("SISTER", "Ma sœur"),
                    ("BROTHER", "Mon frère"),
                    ("GRANDMOTHER", "Ma grand-mère"),
                    ("GRANDFATHER", "Mon grand-père"),
                    ("GREAT_GRANDMOTHER", "Mon arrière-grand-mère"),
                    ("GREAT_GRANDFATHER", "Mon arrière-grand-père"),
                    ("AUNT", "Ma tante"),
                    ("UNCLE", "Mon oncle"),
                    ("OTHER", "Quelqu’un d’autre"),
                ),
                speaks=True,
            ),
            _COMMENT,
        ),
        "parent-line",
    ),
    Rubric(
        "DISABILITIES",
        "handicaps",
        "Handicaps",
        "Ce qui vous gêne au quotidien, et l’aide que vous recevez",
        "un handicap",
        "nom",
        (
            Question("nom", "Handicap", Kind.TEXT, "Indiquez de quel handicap il s’agit."),
            Question(
                "types",
                "Type de handicap",
                Kind.CHOICES,
                "Choisissez au moins un type.",
                choices=(
                    ("SENSORY", "Sensoriel (vue, audition)"),
                    ("NEURO_DEVELOPMENTAL_DISORDER", "Trouble du neurodéveloppement"),
                    ("PSYCHIC", "Psychique"),
                    ("ENGINE", "Moteur"),
                    ("POLY_DISABILITY", "Polyhandicap"),
                    ("DISABLING_DISEASES", "Maladie invalidante"),
                    ("OTHERS", "Autre"),
                ),
            ),
            Question(
                "taux",
                "Taux d’incapacité",
                Kind.CHOICE,
                "Choisissez un taux, ou « Je ne sais pas ».",
                choices=(
                    ("LESS_THAN_50", "Moins de 50 %"),
                    ("BETWEEN_50_AND_79", "De 50 à 79 %"),
                    ("BIGGER_THAN_80_OR_EQUAL", "80 % ou plus"),
                    ("UNKNOWN", "Je ne sais pas"),
                ),
            ),
            Question("aide_technique", "Aide technique (facultatif)", Kind.TEXT, hint="Exemple : fauteuil roulant"),
            Question(
                "aide_humaine",
                "Recevez-vous l’aide de quelqu’un",  # three answers: not answered is not « non »
                Kind.CHOICE,
                choices=(("YES", "Oui"), ("NO", "Non")),
            ),
            _COMMENT,
        ),
        "user-heart-line",
    ),
)
RUBRICS: Mapping[str, Rubric] = MappingProxyType({one.code: one for one in _RUBRICS})
BY_SLUG: Mapping[str, Rubric] = MappingProxyType({one.slug: one for one in _RUBRICS})
