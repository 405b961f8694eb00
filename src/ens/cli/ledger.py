"""``ens messagerie``: what came and what left, by operator and by cause, between two days."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse

    from ens.messaging.ledger import Ledger

UNKNOWN = "(certificat inconnu)"


def perform(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Once Django is set up: the JSON answer and its sentences. Errors: CommandRefused."""
    from ens.kernel import clock
    from ens.messaging import ledger

    until = _day(options.jusqu_au) or clock.today()
    since = _day(options.depuis) or until.replace(day=1)
    if since > until:
        raise CommandRefused("Le premier jour est après le dernier.")
    found = ledger.figures(since, until)
    whole = ledger.Ledger()
    for one in found.values():
        whole.received += one.received
        whole.delivered += one.delivered
        whole.refused += one.refused
        whole.undelivered += one.undelivered
    facts = {
        "since": since.isoformat(),
        "until": until.isoformat(),
        **_json(whole),
        "operators": {operator: _json(found[operator]) for operator in sorted(found)},
    }
    lines = [f"Du {since:%d/%m/%Y} au {until:%d/%m/%Y} :", *_said(whole)]
    for operator in sorted(found):
        lines += [f"{operator or UNKNOWN} :", *(f"  {line}" for line in _said(found[operator]))]
    return facts, lines


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise CommandRefused("Une date s'écrit AAAA-MM-JJ.") from error


def _json(one: Ledger) -> dict[str, Any]:
    return {
        "received": one.received,
        "delivered": one.delivered,
        "refused": dict(sorted(one.refused.items())),
        "undelivered": dict(sorted(one.undelivered.items())),
    }


def _said(one: Ledger) -> list[str]:
    total = one.passed + one.rejected
    share = f" ({100 * one.rejected / total:.1f} %)".replace(".", ",") if one.rejected else ""
    return [
        f"reçus et gardés : {one.received} ; partis et remis : {one.delivered} ; rejetés : {one.rejected}{share}",
        *_causes("refusé à l'entrée", one.refused),
        *_causes("non remis", one.undelivered),
    ]


def _causes(words: str, counts: Counter[str]) -> list[str]:
    return [f"- {words}, {reason} : {number}" for reason, number in counts.most_common()]
