"""Campaigns, their waves and their models: made, changed, paused; each change dated, with who decided it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from ens.enrolment.errors import CampaignMalformed, CampaignUnknown, TerritoryTaken, WaveCannotMove
from ens.enrolment.models import Campaign, Change, Lot, NoticeModel, Wave
from ens.enrolment.policies import PAUSE, RESUME, STOP, WaveState, check_shares, check_words, territories, wave_state
from ens.enrolment.types import EMAIL, POST
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id

CHANNELS = (EMAIL, POST)
PARAMETERS = (
    *("delay_days", "lot_size", "emails_per_hour", "letters_per_day", "hour_from", "hour_to", "weekdays"), "large_print"
)


@dataclass(frozen=True, slots=True)
class NewModel:
    channel: str
    variant: str
    share: int
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class NewWave:
    name: str
    starts_on: date
    ends_on: date
    departements: Sequence[str] = ()
    regions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class WaveView:
    """A wave as its calendar shows it; counts are of people."""

    id: UUID
    campaign: str
    name: str
    departements: tuple[str, ...]
    starts_on: date
    ends_on: date
    state: WaveState
    planned: int = 0
    sent: dict[str, int] = field(default_factory=dict)  # by channel
    left: int = 0
    unreached: int = 0
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()


def create(
    name: str, *, models: Sequence[NewModel], waves: Sequence[NewWave], by: Actor, **parameters: Any
) -> UUID:
    """A campaign with its models and its waves, or nothing at all. Errors: CampaignMalformed, TerritoryTaken."""
    if not name.strip() or Campaign.objects.filter(name=name).exists():
        raise CampaignMalformed(reason="son nom est vide, ou déjà pris")
    with transaction.atomic():
        campaign = Campaign(id=new_id(), name=name, made_at=clock.now(), weekdays=[1, 2, 3, 4, 5, 6])
        _set(campaign, parameters)
        campaign.save(force_insert=True)
        _note(campaign.id, "creation", by, parameters)
        _add_models(campaign, models, by)
        for wave in waves:
            _add_wave(campaign, wave, by)
    return campaign.id


def change(name: str, *, by: Actor, **parameters: Any) -> None:
    """New parameters, for what is not handed over yet: a letter printed keeps its delay. Errors: CampaignUnknown."""
    with transaction.atomic():
        campaign = _campaign(name)
        _check_names(parameters)
        before = {key: getattr(campaign, key) for key in parameters}
        _set(campaign, parameters)
        campaign.save()
        _note(campaign.id, "parametres", by, {"avant": before, "apres": parameters})


def add_models(name: str, models: Sequence[NewModel], *, by: Actor) -> None:
    """Next versions: each variant named is sent as its last version from now on. Errors: CampaignMalformed."""
    with transaction.atomic():
        _add_models(_campaign(name), models, by)


def add_wave(name: str, wave: NewWave, *, by: Actor) -> UUID:
    with transaction.atomic():
        return _add_wave(_campaign(name), wave, by)


def pause(campaign: str, wave: str, *, by: Actor) -> None:
    """Nothing more is handed over until it is resumed; deadlines told stay. Errors: CampaignUnknown, WaveCannotMove."""
    _move(campaign, wave, PAUSE, (WaveState.PLANNED, WaveState.RUNNING), by)


def resume(campaign: str, wave: str, *, by: Actor) -> None:
    _move(campaign, wave, RESUME, (WaveState.PAUSED,), by)


def stop(campaign: str, wave: str, *, by: Actor) -> None:
    """For good: what was not handed over is cancelled; who was noticed keeps their deadline."""
    _move(campaign, wave, STOP, (WaveState.PLANNED, WaveState.RUNNING, WaveState.PAUSED), by)


def prolong(campaign: str, wave: str, ends_on: date, *, by: Actor) -> None:
    """Another last day. Errors: CampaignMalformed, CampaignUnknown, TerritoryTaken."""
    with transaction.atomic():
        row = _wave(campaign, wave)
        if ends_on < row.starts_on:
            raise CampaignMalformed(reason="une vague finit après son début")
        before, row.ends_on = row.ends_on, ends_on
        _check_territories(row)
        row.save(update_fields=("ends_on",))
        _note(row.campaign_id, "fin", by, {"avant": before.isoformat(), "apres": ends_on.isoformat()}, row.id)


def delays() -> dict[str, int]:
    """The days to oppose that each campaign tells now, by its name."""
    return dict(Campaign.objects.values_list("name", "delay_days"))


def calendar(campaign: str = "") -> list[WaveView]:
    """Every wave by its first day, with what is done of it: what the chart of waves shows."""
    rows = Wave.objects.select_related("campaign").order_by("starts_on", "campaign__name", "name")
    if campaign:
        rows = rows.filter(campaign__name=campaign)
    waves = list(rows)
    moves: dict[UUID, list[Change]] = defaultdict(list)
    for one in Change.objects.filter(wave_id__in=[wave.id for wave in waves]).order_by("at", "id"):
        moves[one.wave_id].append(one)
    counted = Lot.objects.filter(wave_id__in=[wave.id for wave in waves], cancelled_at__isnull=True)
    planned = dict(counted.values_list("wave_id").annotate(Sum("count")))
    sent: dict[UUID, dict[str, int]] = defaultdict(dict)
    for wave_id, channel, number in (
        counted.filter(sent_at__isnull=False).values_list("wave_id", "channel").annotate(Sum("noticed"))
    ):
        sent[wave_id][channel] = number
    left = dict(counted.filter(sent_at__isnull=True).values_list("wave_id").annotate(Sum("count")))
    return [
        WaveView(
            id=wave.id,
            campaign=wave.campaign.name,
            name=wave.name,
            departements=tuple(wave.departements),
            starts_on=wave.starts_on,
            ends_on=wave.ends_on,
            state=wave_state(wave.starts_on, wave.ends_on, [one.kind for one in moves[wave.id]], clock.today()),
            planned=planned.get(wave.id, 0),
            sent=dict(sent[wave.id]),
            left=left.get(wave.id, 0),
            unreached=wave.unreached,
            pauses=_pauses(moves[wave.id]),
        )
        for wave in waves
    ]


def running(campaign: Campaign) -> list[Wave]:
    """The waves whose notices may leave now."""
    return _in_state(campaign, WaveState.RUNNING)


def over(campaign: Campaign) -> list[Wave]:
    """The waves that came to their end: only what was begun, and letters for e-mails that came back, may leave now."""
    return _in_state(campaign, WaveState.OVER)


def stopped(campaign: Campaign) -> list[Wave]:
    """The waves stopped for good."""
    return _in_state(campaign, WaveState.STOPPED)


def _in_state(campaign: Campaign, state: WaveState) -> list[Wave]:
    waves = list(campaign.waves.order_by("starts_on", "id"))
    moves: dict[UUID, list[str]] = defaultdict(list)
    decided = Change.objects.filter(wave_id__in=[wave.id for wave in waves]).order_by("at", "id")
    for wave_id, kind in decided.values_list("wave_id", "kind"):
        moves[wave_id].append(kind)
    today = clock.today()
    return [w for w in waves if wave_state(w.starts_on, w.ends_on, moves[w.id], today) is state]


def current_models(campaign: Campaign) -> dict[tuple[str, str], NoticeModel]:
    """The last version of each variant, by (channel, variant)."""
    found: dict[tuple[str, str], NoticeModel] = {}
    for model in campaign.notice_models.order_by("version"):
        found[model.channel, model.variant] = model
    return found


def shares_of(campaign: Campaign) -> list[tuple[str, str, int]]:
    """(channel, variant, share of a hundred people) of each current model."""
    return [(model.channel, model.variant, model.share) for model in current_models(campaign).values()]


def _pauses(moves: Iterable[Change]) -> tuple[tuple[datetime, datetime | None], ...]:
    found: list[tuple[datetime, datetime | None]] = []
    for one in moves:
        if one.kind == PAUSE:
            found.append((one.at, None))
        elif one.kind in (RESUME, STOP) and found and found[-1][1] is None:
            found[-1] = (found[-1][0], one.at)
    return tuple(found)


def _campaign(name: str) -> Campaign:
    found = Campaign.objects.filter(name=name).first()
    if found is None:
        raise CampaignUnknown()
    return found


def _wave(campaign: str, wave: str) -> Wave:
    found = Wave.objects.filter(campaign__name=campaign, name=wave).first()
    if found is None:
        raise CampaignUnknown()
    return found


def _check_names(parameters: dict[str, Any]) -> None:
    unknown = sorted(set(parameters) - set(PARAMETERS))
    if unknown:
        raise CampaignMalformed(reason=f"le paramètre {unknown[0]} n'existe pas")


def _set(campaign: Campaign, parameters: dict[str, Any]) -> None:
    _check_names(parameters)
    for name, value in parameters.items():
        setattr(campaign, name, value)
    numbers = (campaign.delay_days, campaign.lot_size, campaign.emails_per_hour, campaign.letters_per_day)
    if not all(isinstance(number, int) for number in (*numbers, campaign.hour_from, campaign.hour_to)):
        raise CampaignMalformed(reason="le délai, les nombres de personnes et les heures sont des entiers")
    if not 1 <= campaign.delay_days <= 365:
        raise CampaignMalformed(reason="le délai va de 1 à 365 jours")
    if not 1 <= campaign.lot_size <= min(10_000, campaign.emails_per_hour, campaign.letters_per_day):
        raise CampaignMalformed(
            reason="un lot a de 1 à 10 000 personnes, et tient dans une heure d'envoi et un jour d'impression"
        )
    if not 0 <= campaign.hour_from < campaign.hour_to <= 24 or not set(campaign.weekdays) <= set(range(1, 8)):
        raise CampaignMalformed(reason="les heures vont de 0 à 24, les jours de 1 (lundi) à 7")


def _add_models(campaign: Campaign, models: Sequence[NewModel], by: Actor) -> None:
    known = current_models(campaign)
    shares = {key: model.share for key, model in known.items()}
    for model in models:
        if model.channel not in CHANNELS or not (len(model.variant) == 1 and "A" <= model.variant <= "Z"):
            raise CampaignMalformed(reason="un modèle a un canal, email ou courrier, et une variante de A à Z")
        check_words(model.subject, model.body)
        shares[model.channel, model.variant] = model.share
    check_shares(shares, CHANNELS)
    for model in models:
        former = known.get((model.channel, model.variant))
        NoticeModel.objects.create(
            campaign=campaign,
            channel=model.channel,
            variant=model.variant,
            version=former.version + 1 if former else 1,
            share=model.share,
            subject=model.subject.strip(),
            body=model.body,
            made_at=clock.now(),
            by_id=by.id[:80],
        )
        _note(campaign.id, "modele", by, {"canal": model.channel, "variante": model.variant, "part": model.share})


def _add_wave(campaign: Campaign, wave: NewWave, by: Actor) -> UUID:
    if wave.ends_on < wave.starts_on or not wave.name.strip():
        raise CampaignMalformed(reason="une vague a un nom, et finit après son début")
    if campaign.waves.filter(name=wave.name).exists():
        raise CampaignMalformed(reason=f"une vague s'appelle déjà {wave.name}")
    row = Wave(
        id=new_id(),
        campaign=campaign,
        name=wave.name,
        departements=territories(wave.departements, wave.regions),
        starts_on=wave.starts_on,
        ends_on=wave.ends_on,
    )
    _check_territories(row)
    row.save(force_insert=True)
    _note(campaign.id, "vague", by, {"departements": row.departements}, row.id)
    return row.id


def _check_territories(wave: Wave) -> None:
    others = Wave.objects.filter(
        campaign_id=wave.campaign_id, starts_on__lte=wave.ends_on, ends_on__gte=wave.starts_on,
        departements__overlap=wave.departements,
    ).exclude(id=wave.id)  # fmt: skip
    for other in others:
        stopped = Change.objects.filter(wave_id=other.id, kind=STOP).exists()
        if not stopped:
            raise TerritoryTaken(departement=min(set(other.departements) & set(wave.departements)))


def _move(campaign: str, wave: str, kind: str, allowed: Sequence[WaveState], by: Actor) -> None:
    with transaction.atomic():
        row = Wave.objects.select_for_update().filter(campaign__name=campaign, name=wave).first()
        if row is None:
            raise CampaignUnknown()
        moves = Change.objects.filter(wave_id=row.id).order_by("at", "id").values_list("kind", flat=True)
        state = wave_state(row.starts_on, row.ends_on, moves, clock.today())
        if state not in allowed:
            raise WaveCannotMove(state=state.replace("_", " "))
        _note(row.campaign_id, kind, by, {}, row.id)
        if kind == STOP:
            never = Lot.objects.filter(wave_id=row.id, tries=0, sent_at__isnull=True, cancelled_at__isnull=True)
            never.update(cancelled_at=clock.now())  # of what was begun, ``ending`` sees what was said to whom


def _note(campaign_id: UUID, kind: str, by: Actor, facts: dict[str, Any], wave_id: UUID | None = None) -> None:
    Change.objects.create(
        campaign_id=campaign_id, wave_id=wave_id, kind=kind, at=clock.now(), by_id=by.id[:80], facts=facts
    )


