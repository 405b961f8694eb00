"""Draw the states of docs/domaine from the tables of allowed moves: ``make diagrams``."""

from pathlib import Path

from ens.enrolment.types import MOVES, State

WORDS = {
    "noticed": "notifié",
    "opposed": "opposé",
    "changed_mind": "change d'avis",
    "activated": "activé",
    "opened": "ouvert à l'échéance",
    "closed": "clos",
    "deleted": "supprimé",
    "unknown": "enregistré",
    "merged": "réuni à une autre inscription",
    "separated": "séparé",
}
HEAD = """# États d'un espace

Un espace n'a pas d'état enregistré : on enregistre des événements datés, et l'état d'aujourd'hui, ou de toute date
passée, s'en déduit. Remis, revenu, gelé et dégelé sont des événements qui ne changent pas l'état ; gelé, rien n'ouvre
à l'échéance ; séparé rend l'état d'avant la réunion. Ce schéma est fait de la table `MOVES` du paquet `enrolment`
par `make diagrams`.

```mermaid
stateDiagram-v2
"""


def drawing() -> str:
    states = [f"    state \"{WORDS[state.value]}\" as {state.value}" for state in State]
    moves = [
        f"    {before.value} --> {after.value}: {WORDS[kind.value]}"
        for kind, (allowed, after) in MOVES.items()
        if after is not None
        for before in sorted(allowed)
    ]
    return HEAD + "\n".join([*states, "    [*] --> unknown", *moves]) + "\n```\n"


if __name__ == "__main__":
    path = Path(__file__).resolve().parents[1] / "docs" / "domaine" / "etats-espace.md"
    path.write_text(drawing(), "utf-8")
