"""``ens doublons``: the questions that imports leave to a human, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse

ACTIONS = ("liste", "comparer", "reunir", "distinguer", "accepter", "ecarter", "separer", "reprendre")


def perform(options: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """On the space of its folder. Errors: CommandRefused."""
    return answer(options.action, options.identifier, options.compte, options.motif)


def answer(action: str, identifier: str, account: str, reason: str) -> tuple[dict[str, object], list[str]]:
    """What ``ens doublons`` does, once Django is set up. Errors: CommandRefused."""
    from ens.enrolment import merging
    from ens.identity import merging as numbers
    from ens.identity.population import doubts
    from ens.kernel.errors import EnsError

    if action == "liste":
        asked = doubts.waiting(200)
        facts: dict[str, object] = {
            "waiting": doubts.count(),
            "doubts": [
                {"id": str(one.id), "kind": one.kind, "since": one.since.isoformat(), "line": one.line} for one in asked
            ],
        }
        return facts, [f"{one.id} {one.sentence} (depuis le {one.since:%d/%m/%Y})" for one in asked] or ["Aucun doute."]
    by = _agent(account)
    if action == "reprendre":
        left = numbers.waiting()
        for merge_id in left:
            merging.finish(merge_id, reason=reason, by=by)
        return {"finished": len(left)}, [f"{len(left)} réunions achevées."]
    doubt_id = _identifier(identifier)
    if action in ("reunir", "separer") and not reason:
        raise CommandRefused("Donnez --motif : il reste dans l'historique des deux personnes.")
    try:
        if action == "comparer":
            return _compared(doubts.compare(doubt_id, by=by))
        if action == "reunir":
            merge_id = merging.answer_same(doubt_id, reason=reason, by=by)
            return {"merge": str(merge_id)}, [f"Réunies ({merge_id}) ; « ens doublons separer » les sépare."]
        if action == "separer":
            merging.separate(doubt_id, reason=reason, by=by)
        elif action == "distinguer":
            doubts.tell_apart(doubt_id, by=by)
        elif action == "accepter":
            doubts.accept_line(doubt_id, by=by)
        else:
            doubts.dismiss_line(doubt_id, by=by)
    except EnsError as error:
        raise CommandRefused(error.sentence) from error
    return {"done": action}, ["C'est fait."]


def _compared(found: Any) -> tuple[dict[str, object], list[str]]:
    people = [("la personne", found.usager), ("l'autre", found.other)]
    said = [
        f"{words} : {who.birth_name} {who.first_names}, {who.sex}, {who.birth_date:%Y-%m-%d}, {who.birth_place}"
        for words, who in people
        if who is not None
    ]
    if found.line is not None:
        line = found.line
        said.append(
            f"la ligne : {line['nom_naissance']} {line['prenoms']}, {line['sexe']}, {line['date_naissance']}, "
            f"{line['lieu_naissance']}"
        )
    return {"kind": found.doubt.kind, "compared": said}, [found.doubt.sentence, *said]


def _agent(account: str) -> Any:
    """Who answers: an account of steering or support, named in the histories."""
    from ens.identity import actors
    from ens.identity.errors import AccountUnknown
    from ens.kernel.actor import ActorKind

    try:
        actor = actors.actor_of(actors.compte(account)) if account else None
    except AccountUnknown:
        actor = None
    if actor is None or actor.kind not in (ActorKind.PILOTAGE, ActorKind.SUPPORT):
        who = f"« {account} » n'en est pas un." if account else ""
        raise CommandRefused(f"Donnez --compte : le compte de pilotage ou de support qui répond. {who}".strip())
    return actor


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise CommandRefused("Donnez l'identifiant montré par « ens doublons liste », ou d'une réunion.") from error
