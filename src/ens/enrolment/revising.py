"""A campaign changed while it runs, by its description: all of it or nothing, each change dated and signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from ens.enrolment import campaigns
from ens.enrolment.campaigns import NewModel, NewWave
from ens.enrolment.errors import CampaignMalformed, CampaignUnknown
from ens.enrolment.models import Campaign, Lot, Wave
from ens.kernel import clock
from ens.kernel.actor import Actor


def revise(name: str, *, models: Sequence[NewModel], waves: Sequence[NewWave], by: Actor, **parameters: Any) -> int:
    """Bring the campaign to what is described; how many changes. What is not named stays as it is.

    Parameters, the next version of each model whose words or share differ, another last day, new waves. What was
    handed over keeps what it says. Errors: CampaignUnknown, CampaignMalformed, TerritoryTaken.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().filter(name=name).first()
        if campaign is None:
            raise CampaignUnknown()
        # What does not exist there is said by the change itself.
        others = {one: value for one, value in parameters.items() if getattr(campaign, one, None) != value}
        if others:
            campaigns.change(name, by=by, **others)
        known = {key: (one.share, one.subject, one.body) for key, one in campaigns.current_models(campaign).items()}
        differing = [
            one for one in models
            if known.get((one.channel, one.variant)) != (one.share, one.subject.strip(), one.body)
        ]  # fmt: skip
        if differing:
            campaigns.add_models(name, differing, by=by)
        changed = len(others) + len(differing) + sum(_bring(campaign, one, by) for one in waves)
        if changed:
            _plan_again(campaign.id, others.get("lot_size", campaign.lot_size))
    return changed


def _bring(campaign: Campaign, wave: NewWave, by: Actor) -> bool:
    row = Wave.objects.filter(campaign=campaign, name=wave.name).first()
    if row is None:
        campaigns.add_wave(campaign.name, wave, by=by)
        return True
    places = campaigns.territories(wave.departements, wave.regions)
    if (row.starts_on, sorted(row.departements)) != (wave.starts_on, places):
        raise CampaignMalformed(
            reason=f"la vague {wave.name} ne change ni de début ni de départements : arrêtez-la, et faites-en une autre"
        )
    if row.ends_on == wave.ends_on:
        return False
    campaigns.prolong(campaign.name, wave.name, wave.ends_on, by=by)
    return True


def _plan_again(campaign_id: Any, lot_size: int) -> None:
    """Lots that were never handed over and are too large for the new pace are made again, smaller, at once."""
    waves = Wave.objects.filter(campaign_id=campaign_id)
    large = Lot.objects.filter(
        wave_id__in=waves.values("id"), tries=0, again=False, sent_at=None, cancelled_at=None, count__gt=lot_size
    )
    if large.update(cancelled_at=clock.now()):
        waves.update(planned_at=None)
