"""``ens campagne``: campaigns described in a file, their calendar, and what stops or resumes a wave."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    from ens.enrolment.campaigns import WaveView

# Each with its form.
PARAMETERS: dict[str, tuple[str, type]] = {
    "delai_jours": ("delay_days", int),
    "lot": ("lot_size", int),
    "emails_par_heure": ("emails_per_hour", int),
    "courriers_par_jour": ("letters_per_day", int),
    "heure_debut": ("hour_from", int),
    "heure_fin": ("hour_to", int),
    "jours": ("weekdays", list),
    "gros_caracteres": ("large_print", bool),
}
STATES = {
    "prevue": "prévue",
    "en_cours": "en cours",
    "en_pause": "en pause",
    "arretee": "arrêtée",
    "terminee": "terminée",
}


def read(path: Path) -> dict[str, Any]:
    """The campaign a TOML file describes, as ``enrolment.campaigns.create`` takes it. Errors: CommandRefused."""
    from ens.enrolment.campaigns import NewModel, NewWave

    try:
        described = tomllib.loads(path.read_text("utf-8"))
        campaign = dict(described["campagne"])
        return {
            "name": _of(str, campaign.pop("nom")),
            "models": [
                NewModel(
                    _of(str, one["canal"]),
                    _of(str, one["variante"]),
                    _of(int, one["part"]),
                    _of(str, one["objet"]),
                    _of(str, one["corps"]),
                )
                for one in described.get("modele", ())
            ],
            "waves": [
                NewWave(
                    _of(str, one["nom"]),
                    _day(one["debut"]),
                    _day(one["fin"]),
                    tuple(map(str, one.get("departements", ()))),
                    tuple(map(str, one.get("regions", ()))),
                )
                for one in described.get("vague", ())
            ],
            **{PARAMETERS[name][0]: _of(PARAMETERS[name][1], value) for name, value in campaign.items()},
        }
    except OSError as error:
        raise CommandRefused(f"Le fichier {path} ne se lit pas : {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandRefused(f"Le fichier {path} n'est pas du TOML : {error}.") from error
    except KeyError as error:
        raise CommandRefused(f"Dans {path}, il manque {error}, ou ce nom est inconnu.") from error
    except TypeError as error:
        raise CommandRefused(f"Dans {path}, une valeur n'a pas la forme attendue.") from error


def _of(form: type, value: Any) -> Any:
    if type(value) is not form:  # a boolean is no number
        raise TypeError
    return value


def _day(value: object) -> date:
    if type(value) is not date:
        raise CommandRefused("Une date s'écrit 2026-01-05, sans guillemets.")
    return value


def perform(action: str, names: list[str]) -> tuple[dict[str, object], list[str]]:
    """What ``ens campagne`` does, once Django is set up: its JSON answer and its sentences. Errors: CommandRefused."""
    from ens.enrolment import campaigns, pace, revising
    from ens.kernel import clock
    from ens.kernel.actor import Actor, ActorKind
    from ens.kernel.errors import EnsError

    operator = Actor(ActorKind.PILOTAGE, "ligne-de-commande", "Exploitant")
    needed = {"creer": 1, "modifier": 1, "calendrier": 0, "pause": 2, "reprise": 2, "arret": 2, "poste": 1, "perdu": 1}
    if len(names) != needed[action] and not (action == "calendrier" and len(names) == 1):
        raise CommandRefused(f"« ens campagne {action} » attend {needed[action]} nom(s).")
    try:
        if action == "creer":
            campaigns.create(by=operator, **read(Path(names[0])))
        elif action == "modifier":
            changed = revising.revise(by=operator, **read(Path(names[0])))
            facts, said = _calendar(campaigns.calendar())
            return {**facts, "changed": changed}, [_CHANGED.get(changed, f"{changed} changements."), *said]
        elif action in ("pause", "reprise", "arret"):
            move = {"pause": campaigns.pause, "reprise": campaigns.resume, "arret": campaigns.stop}[action]
            move(names[0], names[1], by=operator)
        elif action == "poste":
            was_sent = pace.is_sent(_lot(names[0]))
            noticed = pace.confirm(_lot(names[0]), clock.now())
            counted = f"{noticed} personnes notifiées."
            return {"noticed": noticed}, [f"Ce lot était déjà posté : {counted}" if was_sent else counted]
        elif action == "perdu" and not pace.lost(_lot(names[0])):
            raise CommandRefused("Ce lot est déjà posté : il n'est pas remis une seconde fois.")
        waves = campaigns.calendar(names[0] if names and action not in ("creer", "perdu") else "")
    except EnsError as error:
        raise CommandRefused(error.sentence) from error
    return _calendar(waves)


_CHANGED = {0: "Rien ne change.", 1: "Un changement."}


def _calendar(waves: list[WaveView]) -> tuple[dict[str, object], list[str]]:
    facts: dict[str, object] = {
        "waves": [
            {
                "campaign": wave.campaign,
                "name": wave.name,
                "departements": list(wave.departements),
                "starts_on": wave.starts_on.isoformat(),
                "ends_on": wave.ends_on.isoformat(),
                "state": wave.state.value,
                "planned": wave.planned,
                "sent": wave.sent,
                "left": wave.left,
                "unreached": wave.unreached,
            }
            for wave in waves
        ]
    }
    said = [
        f"{wave.campaign}, {wave.name} ({', '.join(wave.departements)}) : du {wave.starts_on:%d/%m/%Y} au "
        f"{wave.ends_on:%d/%m/%Y}, {STATES[wave.state]} ; {sum(wave.sent.values())} notifiées, {wave.left} à envoyer, "
        f"{wave.unreached} sans coordonnées"
        for wave in waves
    ]
    return facts, said or ["Aucune vague."]


def _lot(text: str) -> Any:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError as error:
        raise CommandRefused("Un lot se nomme par son identifiant, écrit dans son bordereau.") from error
