"""The test address: it answers who writes TEST in the subject and in the body, and nothing else.

A mailbox of the trust space, or an operator's test mailbox, learns that its mail reaches this space and comes back.
An automatic message is never answered, the answer has no envelope sender and says that it is automatic: two machines
cannot speak to each other here. Source: CNAM, Éléments d'information ENS – Messagerie; RFC 3834, 2 to 4.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError

from ens.audit import events
from ens.coffre.keyring import digest
from ens.identity import limits
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.messaging import trustspace
from ens.messaging.errors import OperatorUnknown, TestNotRecognised, TooManyTests
from ens.messaging.models import ServiceMail
from ens.messaging.parsed import ParsedMail
from ens.messaging.ports import PermanentFailure, mail_relay
from ens.messaging.types import IncomingMail, Received
from ens.messaging.words import is_plain
from ens.persistence import outbox, sql
from ens.persistence.clock import refresh
from ens.persistence.outbox import TryLater

OUTBOX_KIND = "reponse_automatique"
LOCAL_PART = "reponse.automatique-test"
KEPT = timedelta(days=7)  # how long the same message is known to have been answered
STREAM = "messagerie"
_KEYWORD = re.compile(r"\btest\b", re.IGNORECASE)
log = structlog.get_logger("ens.messaging")


def is_test_address(address: str) -> bool:
    return address.lower() == f"{LOCAL_PART}@{settings.ENS_MAIL_DOMAIN}"


def answer(mail: IncomingMail, parsed: ParsedMail, *, by: Actor) -> Received:
    """Answer a test message, once; take an automatic one without answering. Nothing of it is kept.

    ``by``: the operator, whose certificate covers the sender's domain. Errors: TestNotRecognised, TooManyTests.
    """
    sender = mail.sender.lower()
    if not is_plain(sender) or parsed.is_automatic or is_test_address(sender):
        events.about_nobody(STREAM, "test_sans_reponse", by=by)
        return Received(new_id(), created=False)
    if not (_KEYWORD.search(parsed.subject) and _KEYWORD.search(parsed.text)):
        raise TestNotRecognised()
    known = digest("essai-de-messagerie", sender, parsed.message_id or mail.data.hex())
    done = ServiceMail.objects.filter(answers_digest=known).values_list("id", flat=True).first()
    if done is not None:
        return Received(done, created=False)
    if limits.add(OUTBOX_KIND, sender) > settings.ENS_MAIL_TESTS:
        raise TooManyTests(minutes=settings.ENS_TRIES_MINUTES)
    refresh()  # about nobody, so in no unit: this context may hold the clock of an earlier one
    row = ServiceMail(id=new_id(), at=datetime.now(UTC), answers_digest=known, recipient=sender)
    row.data = _mail(mail, parsed, sender, row.id, by).as_bytes(policy=SMTP)
    try:
        outbox.put_about_nobody(OUTBOX_KIND, row.id, sql.insertion(row))
    except IntegrityError:  # the same message, at once, by another connection
        done = ServiceMail.objects.values_list("id", flat=True).get(answers_digest=known)
        return Received(done, created=False)
    ServiceMail.objects.filter(at__lt=datetime.now(UTC) - KEPT).delete()
    events.about_nobody(STREAM, "test_repondu", by=by)
    return Received(row.id, created=True)


def _mail(mail: IncomingMail, parsed: ParsedMail, sender: str, key: UUID, by: Actor) -> EmailMessage:
    """Source: RFC 3834, 3."""
    now = clock.now()
    made = EmailMessage(policy=SMTP)
    made["From"] = formataddr((settings.ENS_SERVICE_NAME, f"{LOCAL_PART}@{settings.ENS_MAIL_DOMAIN}"))
    made["To"] = sender
    made["Subject"] = "Réponse automatique : votre message de test a été reçu"
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{key.hex}@{settings.ENS_MAIL_DOMAIN}>"
    if parsed.message_id:
        made["In-Reply-To"] = parsed.message_id
        made["References"] = parsed.message_id
    made["Auto-Submitted"] = "auto-replied"
    made["Precedence"] = "auto_reply"
    made["X-MSS-NIL"] = "ens"
    made.set_content(
        ANSWER.format(
            service=settings.ENS_SERVICE_NAME,
            moment=now.astimezone(clock.PARIS).strftime("%d/%m/%Y à %H:%M:%S"),
            operator=by.name,
            sender=sender,
            size=len(mail.data),
            message_id=parsed.message_id or "absent",
            files=len(parsed.files),
        ),
        cte="quoted-printable",
    )
    return made


ANSWER = """Bonjour,

Votre message de test est bien arrivé à {service}.

Reçu le : {moment} (heure de Paris)
Expéditeur : {sender}
Opérateur : {operator}
Message-ID : {message_id}
Taille : {size} octets ; pièces jointes : {files}

Cette réponse est automatique : personne ne lit cette adresse, et votre message n'a pas été conservé.
Pour écrire à un usager : son matricule INS de 15 caractères, suivi du même domaine.

--
Your test message was received. This is an automatic reply; nobody reads this address.
"""


def send(_: UUID, mail_id: UUID) -> None:
    """Hand an answer to its operator; called by the outbox, safe to repeat. Errors: TryLater."""
    relay = mail_relay()
    if relay is None:
        raise TryLater("aucun relais réglé")
    row = ServiceMail.objects.filter(id=mail_id, sent_at=None).first()
    if row is None:
        return
    try:
        operator = trustspace.route_to(row.recipient.rpartition("@")[2], tests_too=True)
        relay.send(operator, "", row.recipient, bytes(row.data))
    except (OperatorUnknown, PermanentFailure) as error:  # an answer that is not wanted is told to nobody
        log.info("answer_not_delivered", answer=str(mail_id), reason=type(error).__name__)
    _close(mail_id)


def give_up(_: UUID, mail_id: UUID) -> None:
    _close(mail_id)


def _close(mail_id: UUID) -> None:
    ServiceMail.objects.filter(id=mail_id).update(sent_at=datetime.now(UTC), recipient="", data=b"")
