"""What a page shows, as text; documents filed by a professional."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id

OPERATOR = Actor(ActorKind.OPERATEUR, "operateur.example", "operateur.example")


def text_of(answer: Any) -> str:
    """The words of the main part, tags and spacing aside."""
    whole = answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", whole)).replace("\u00a0", " ")).replace(" ,", ",")


def said_beside(answer: Any, field: str) -> str:
    """What is wrong with a field, in the words that are beside it and tied to it."""
    page = answer.content.decode()
    assert re.search(rf'id="id_{field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*id="id_{field}"', page)
    return html.unescape(page.split(f'<div id="id_{field}_error"><p class="fr-error-text">', 1)[1].split("</p>", 1)[0])


def file(name: str, data: bytes = b"%PDF-1.4 x") -> Any:
    return SimpleUploadedFile(name, data, content_type="application/pdf")


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


@pytest.fixture
def doctor_writes(inaya: Any, people: Any, doctor: Any) -> Any:
    """A message of the doctor's mailbox; gives the id of its thread."""
    sender = people.mailbox(doctor)

    def act(
        subject: str,
        body: str = "Bonjour,\n\nÀ lundi.",
        *,
        files: tuple[str, ...] = (),
        ends: bool = False,
        asks: bool = False,
        message_id: str = "",
    ) -> Any:
        from ens.messaging import services as messaging
        from ens.messaging.types import IncomingMail

        message = EmailMessage(policy=SMTP)
        message["From"] = f"{doctor.name} <{sender}>"
        message["To"], message["Subject"] = inaya.address, subject
        message["Message-ID"] = message_id or f"<{new_id()}@operateur.example>"
        if ends:
            message["X-MSS-MES"] = "FIN"
        if asks:
            message["Disposition-Notification-To"] = sender
        message.set_content(body)
        for name in files:
            message.add_attachment(b"Analyses.", maintype="text", subtype="plain", filename=name)
        messaging.receive(IncomingMail(sender, inaya.address, message.as_bytes()), by=OPERATOR)
        threads = messaging.list_threads(inaya.usager_id, by=inaya.actor)
        return next(card.id for card in threads if card.subject == subject)

    return act
