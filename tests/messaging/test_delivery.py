"""Why a message was not delivered, in words the usager understands."""

from __future__ import annotations

import pytest

from ens.messaging import delivery


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        # an enhanced status says more than the reply's code
        (550, "5.1.1 <labo@operateur.example> unknown", delivery.ADDRESS),
        (550, "5.2.1 disabled", delivery.ADDRESS),
        (552, "5.2.2 over quota", delivery.FULL),
        (552, "5.3.4 too big", delivery.TOO_LARGE),
        (554, "5.2.3 too big", delivery.TOO_LARGE),
        (554, "5.7.1 rejected", delivery.REFUSED),
        (0, "smtp; 550 5.1.1 unknown", delivery.ADDRESS),
        (0, "4.4.7", delivery.LATE),
        # without one, the code alone
        (550, "no such user", delivery.ADDRESS),
        (552, "too much", delivery.TOO_LARGE),
        (554, "no", delivery.REFUSED),
        (0, "", delivery.REFUSED),
    ],
)
def test_the_explanation_follows_the_status(code, text, words):
    assert delivery.explanation(text, code) == words


def test_an_explanation_never_quotes_the_operator():
    assert "labo@operateur.example" not in delivery.explanation("5.1.1 labo@operateur.example unknown", 550)
