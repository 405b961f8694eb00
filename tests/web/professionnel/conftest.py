"""Docteur Dupond and Christelle Thomas in their browsers, Inaya's documents filed by the real services."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ens.kernel.ids import new_id


def said(answer: Any) -> str:
    """The page without the token of its forms, which differs at each answer."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


@pytest.fixture
def compte_of(db: Any) -> Callable[[Any], Any]:
    """The account of a professional."""
    from ens.identity.models import Compte

    def act(who: Any) -> Any:
        return Compte.objects.create(username=f"pro-{who.id}", professional_id=who.id)

    return act


@pytest.fixture
def dupond(people: Any) -> Any:
    return people.professional("Dupond", first_name="Virginie")


@pytest.fixture
def doctor(dupond: Any, sign_in: Callable[[Any], Any], compte_of: Callable[[Any], Any]) -> Any:
    """Docteur Dupond's browser."""
    return sign_in(compte_of(dupond))


@pytest.fixture
def authorised(inaya: Any, dupond: Any) -> None:
    from ens.access import services

    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)


def say_why(browser: Any, person: Any, motive: str = "prise_en_charge", **more: str) -> Any:
    """Open the record as its page does."""
    return browser.post(f"/pro/dossiers/{person.usager_id}/ouvrir/", {"motif": motive, **more})


@pytest.fixture
def opened(doctor: Any, inaya: Any, authorised: None) -> None:
    """Docteur Dupond, authorised, opened Inaya's record and said why."""
    assert say_why(doctor, inaya).status_code == 302


@pytest.fixture
def file(people: Any, inaya: Any) -> Callable[..., UUID]:
    """File a text in Inaya's record, by the laboratory unless told."""
    from ens.record import services
    from ens.record.types import DocumentDeposit, SubmissionDeposit

    laboratory = people.actor(people.establishment("Labo BioPCR Orly"))

    def act(
        title: str, *, type_code: str = "11502-2", text: str = "Glycémie 0,92 g/L", by: Any = None, **more: Any
    ) -> UUID:
        document = DocumentDeposit(
            unique_id=f"1.2.250.1.999.{new_id().int}",
            data=f"Glycémie 0,92 g/L {new_id()}".encode(),
            media_type="text/plain",
            type_code=type_code,
            title=title,
            act_at=datetime(2026, 1, 12, 9, tzinfo=UTC),
            created_at=datetime(2026, 1, 12, 9, tzinfo=UTC),
            author_label="Docteur Moreau",
            **more,
        )
        return services.deposit(inaya.usager_id, SubmissionDeposit((document,)), by=by or laboratory).document_id

    return act
