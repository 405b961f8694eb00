"""The block that says how to reach the support, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from ens.kernel import clock


@pytest.mark.feature("S151")
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 16, 9, 30, tzinfo=UTC), "Ouvert en ce moment"),  # a Monday, half past ten in Paris
        (datetime(2026, 3, 16, 16, 29, tzinfo=UTC), "Ouvert en ce moment"),
        (datetime(2026, 3, 16, 16, 30, tzinfo=UTC), "Fermé en ce moment"),  # half past five
        (datetime(2026, 3, 16, 7, 0, tzinfo=UTC), "Réouverture"),
        (datetime(2026, 3, 14, 10, 0, tzinfo=UTC), "Réouverture"),  # a Saturday
    ],
)
def test_the_contact_block_says_whether_someone_answers_now(visitor, moment, said):
    with clock.freeze(moment):
        page = visitor.get("/aide/").content.decode()
    assert said in page and "3422" in page


@pytest.mark.feature("S151")
def test_the_contact_block_follows_its_settings(visitor):
    from datetime import time

    from ens.web.common.contact import support_now

    monday = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    deaf = {"ENS_SUPPORT_CLOSED": ["2026-03-16"], "ENS_SUPPORT_DEAF": "Sourds et malentendants : par la visio."}
    with override_settings(**deaf), clock.freeze(monday):
        page = visitor.get("/aide/").content.decode()
        assert "Fermé en ce moment" in page and "par la visio" in page
        assert support_now().opens_at == datetime(2026, 3, 17, 8, 30, tzinfo=clock.PARIS)
    with override_settings(ENS_SUPPORT_OPENING=[]), clock.freeze(monday):
        assert support_now().opens_at is None
    with override_settings(ENS_SUPPORT_OPENING=[(6, 7, time(9), time(12))]), clock.freeze(monday + timedelta(days=6)):
        assert support_now().is_open
