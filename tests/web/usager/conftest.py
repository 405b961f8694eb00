"""What a page shows, as text; documents filed by a professional."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ens.kernel.ids import new_id


def text_of(answer: Any) -> str:
    """The words of the main part, tags and spacing aside."""
    whole = answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", whole)).replace("\u00a0", " ")).replace(" ,", ",")


@pytest.fixture
def doctor(people: Any) -> Any:
    return people.professional(first_name="Virginie")


@pytest.fixture
def deposit(inaya: Any, people: Any, doctor: Any) -> Any:
    """File a plain text, as the doctor unless told; gives its id."""

    def act(
        title: str,
        *,
        type_code: str = "11488-4",
        days: int = 3,
        data: bytes = b"Tout va bien.",
        by: Any = None,
        **more: Any,
    ) -> Any:
        from ens.record import services as record
        from ens.record.types import DocumentDeposit, SubmissionDeposit

        moment = datetime.now(UTC) - timedelta(days=days)
        one = DocumentDeposit(
            unique_id=f"2.25.{new_id().int}",
            data=data,
            media_type="text/plain",
            type_code=type_code,
            title=title,
            act_at=moment,
            created_at=moment,
            author_label=doctor.name,
            author_rpps=doctor.rpps,
            **more,
        )
        return record.deposit(inaya.usager_id, SubmissionDeposit((one,)), by=by or people.actor(doctor)).document_id

    return act
