"""One site of the register: its statuses, and what is to do, shared by whoever steers its territory (S140, S141).

An action says what, who, until when; done, dropped or taken up again, each time dated and signed. To whoever does not
steer the site's département, it does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from ens.access.mandates import territory_of
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.steering.errors import DimensionUnknown
from ens.steering.models import Site, SiteAction, SiteActionChange
from ens.steering.register import SiteView, Status, view_of

OPEN, DONE, DROPPED = SiteAction.OPEN, SiteAction.DONE, SiteAction.DROPPED
SIDES = (SiteAction.SITE, SiteAction.SUPPORT)
# From which states an action goes to each.
MOVES = {DONE: (OPEN,), DROPPED: (OPEN,), OPEN: (DONE, DROPPED)}


@dataclass(frozen=True, slots=True)
class ActionView:
    """``late``: open, and its day is over. ``changed_at``, ``changed_by``: of what was decided last."""

    id: UUID
    what: str
    side: str
    owner: str
    due_on: date
    state: str
    late: bool
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class SiteDetail:
    """``steps``: the statuses with their days, the last first; ``actions``: open ones by their day, then the others."""

    site: SiteView
    steps: list[tuple[Status, date]]
    actions: list[ActionView]


def detail(site_id: UUID, *, by: Actor) -> SiteDetail:
    """Errors: NoMandate, DimensionUnknown."""
    row = _site(site_id, by)
    steps = [(Status(step.status), step.since) for step in row.steps.order_by("-since")]
    actions = [_view(one) for one in row.actions.prefetch_related("changes")]
    actions.sort(key=lambda one: (one.state != OPEN, one.due_on, one.what))
    return SiteDetail(view_of(row, steps[0]), steps, actions)


def add(site_id: UUID, *, what: str, side: str, owner: str, due_on: date, by: Actor) -> None:
    """The same action asked twice is one. Errors: NoMandate, DimensionUnknown."""
    row = _site(site_id, by)
    try:
        with transaction.atomic():
            action = SiteAction.objects.create(site=row, what=what, side=side, owner=owner, due_on=due_on)
            _sign(action, by)
    except IntegrityError:
        if not row.actions.filter(what=what, due_on=due_on, state=OPEN).exists():
            raise


def move(action_id: UUID, state: str, *, by: Actor) -> UUID:
    """Done, dropped or taken up again; already so, nothing changes. Returns its site. Errors: as ``detail``."""
    with transaction.atomic():
        action = SiteAction.objects.select_for_update().filter(id=action_id).first()
        if action is None or state not in MOVES:
            raise DimensionUnknown()
        _site(action.site_id, by)
        is_twin = state == OPEN and _open_twin(action)
        if action.state in MOVES[state] and not is_twin:
            action.state = state
            action.save(update_fields=("state",))
            _sign(action, by)
    found: UUID = action.site_id
    return found


def _open_twin(action: SiteAction) -> bool:
    others = SiteAction.objects.filter(site_id=action.site_id, what=action.what, due_on=action.due_on, state=OPEN)
    return bool(others.exists())


def _site(site_id: UUID, by: Actor) -> Site:
    territory = territory_of(by)
    row = Site.objects.filter(id=site_id).first()
    if row is None or not territory.covers(row.departement) or not row.steps.exists():
        raise DimensionUnknown()
    return row


def _sign(action: SiteAction, by: Actor) -> None:
    SiteActionChange.objects.create(
        action=action, state=action.state, at=clock.now(), compte_id=UUID(by.id), name=by.name[:120]
    )


def _view(row: SiteAction) -> ActionView:
    last = max(row.changes.all(), key=lambda change: (change.at, change.id))
    late = row.state == OPEN and row.due_on < clock.today()
    return ActionView(row.id, row.what, row.side, row.owner, row.due_on, row.state, late, last.at, last.name)
