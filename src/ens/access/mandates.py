"""Who steers which territory: a right of an account, with its dates. Refused and absent look alike (S112, S142)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ens.access.errors import MandateMalformed, NoMandate
from ens.access.models import Mandate
from ens.audit import events
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from ens.standards.departements import DEPARTEMENTS


@dataclass(frozen=True, slots=True)
class MandateFacts:
    everywhere: bool
    departements: tuple[str, ...]
    opens_events: bool
    since: date
    until: date | None  # the last day, included


@dataclass(frozen=True, slots=True)
class Territory:
    """What someone steers today. ``opens_events``: they may open a figure on its events, never on a name (B07)."""

    everywhere: bool
    departements: tuple[str, ...]  # all of them, when everywhere
    opens_events: bool = False

    def covers(self, departement: str) -> bool:
        return self.everywhere or departement in self.departements


# -- the rule, pure -------------------------------------------------------------------------------------------


def territory(mandates: Iterable[MandateFacts], today: date) -> Territory:
    """The sum of the mandates in force. Events open only where every mandate in force opens them: a wider mandate
    without this right does not lend it to its territory. Errors: NoMandate."""
    current = [one for one in mandates if one.since <= today and (one.until is None or today <= one.until)]
    everywhere = any(one.everywhere for one in current)
    named = {code for one in current for code in one.departements}
    if not everywhere and not named:
        raise NoMandate()
    codes = tuple(DEPARTEMENTS) if everywhere else tuple(code for code in DEPARTEMENTS if code in named)
    return Territory(everywhere, codes, all(one.opens_events for one in current))


# -- facts and changes ----------------------------------------------------------------------------------------


def territory_of(by: Actor) -> Territory:
    """What this account steers today. Errors: NoMandate, for whoever steers nothing."""
    if by.kind is not ActorKind.PILOTAGE:
        raise NoMandate()
    rows = Mandate.objects.filter(compte_id=UUID(by.id), withdrawn_at__isnull=True)
    facts = [
        MandateFacts(row.everywhere, tuple(row.departements), row.opens_events, row.since, row.until) for row in rows
    ]
    return territory(facts, clock.today())


def give(
    compte_id: UUID,
    *,
    departements: Sequence[str] = (),
    everywhere: bool = False,
    opens_events: bool = False,
    since: date | None = None,
    until: date | None = None,
    by: Actor,
) -> UUID:
    """Let an account steer a territory between two days, both included. Errors: MandateMalformed."""
    unknown = sorted(set(departements) - set(DEPARTEMENTS))
    starts = since or clock.today()
    if unknown:
        raise MandateMalformed(reason=f"le département {unknown[0]} n'existe pas")
    if everywhere == bool(departements):
        raise MandateMalformed(reason="il porte sur toute la France, ou sur des départements nommés")
    if until is not None and until < starts:
        raise MandateMalformed(reason="il finit après son début")
    row = Mandate(
        id=new_id(),
        compte_id=compte_id,
        everywhere=everywhere,
        departements=sorted(set(departements)),
        opens_events=opens_events,
        since=starts,
        until=until,
        given_at=clock.now(),
        given_by=by.id[:80],
    )
    row.save(force_insert=True)
    events.about_nobody("pilotage", "mandat_donne", by=by)
    found: UUID = row.id
    return found


def steers(compte_id: UUID) -> bool:
    """Whether the account was ever given a mandate, in force or not."""
    return bool(Mandate.objects.filter(compte_id=compte_id).exists())


def withdraw(compte_id: UUID, *, by: Actor) -> int:
    """End every mandate of an account, at once; how many there were. The past ones stay told."""
    current = Mandate.objects.filter(compte_id=compte_id, withdrawn_at__isnull=True)
    ended = int(current.update(withdrawn_at=clock.now(), withdrawn_by=by.id[:80]))
    if ended:
        events.about_nobody("pilotage", "mandat_retire", by=by)
    return ended
