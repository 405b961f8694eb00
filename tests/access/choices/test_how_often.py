"""How often a professional searches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ens.access import services
from ens.access.errors import (
    PersonRequired,
    TooManySearches,
)
from ens.access.models import SearchCount


def test_searches_are_counted_by_professional_and_by_hour(people: Any, dupond: Any) -> None:
    from django.test import override_settings

    doctor, other = people.actor(dupond), people.actor(people.professional("Moreau"))
    before = SearchCount(professional_id=dupond.id, hour=datetime.now(UTC) - timedelta(hours=3), searches=99)
    before.save(force_insert=True)
    with override_settings(ENS_PRO_SEARCHES_PER_HOUR=2):
        services.count_search(doctor)
        services.count_search(doctor)
        with pytest.raises(TooManySearches):
            services.count_search(doctor)
        services.count_search(other)
    assert SearchCount.objects.filter(professional_id=dupond.id).count() == 1


def test_a_consent_for_nobody_is_not_a_search(people: Any) -> None:
    with pytest.raises(PersonRequired):
        services.count_search(people.actor(people.establishment()))
    assert not SearchCount.objects.filter(professional_id=uuid4()).exists()
