"""What other servers report of the usager's messages, believed only from the operator of one of their recipients.

Source: RFC 3464, 2.3.3 (actions) and 4 (reports can be forged).
"""

from __future__ import annotations

from collections.abc import Iterable

from ens.audit import events
from ens.coffre.services import sealer
from ens.messaging import delivery, ledger, queries, trustspace
from ens.messaging.models import Message
from ens.messaging.parsed import ParsedMail, Report
from ens.messaging.types import OUTGOING, Delivery
from ens.messaging.words import domain_of
from ens.persistence.unit import Unit

FAILED, DELAYED = "failed", "delayed"


def reported(unit: Unit, parsed: ParsedMail) -> Message | None:
    """The message of this usager that a report is about, when it comes from the operator of one of its recipients.

    Another operator's word about it, or about another usager's message, is a message like any other.
    """
    if parsed.report is None:
        return None
    key = queries.mail_id_digest(unit, parsed.report.original)
    sent = Message.objects.filter(usager_id=unit.usager_id, mail_id_digest=key, direction=OUTGOING).first()
    if sent is None:
        return None
    domains = {domain_of(one) for one in queries.head(unit, sent)["recipients"]}
    return sent if any(trustspace.is_of_operator(domain, unit.by.id) for domain in domains) else None


def take_note(unit: Unit, sent: Message, told: Report) -> None:
    """Its recipients that failed, of those it was for: the usager's message is shown as not delivered to them."""
    inside = queries.head(unit, sent)
    recipients = inside["recipients"]
    ours = [one for one in recipients if trustspace.is_of_operator(domain_of(one), unit.by.id)]
    # a report names the recipient in its own way when it forwards: alone, it can only be ours
    failed = [one for one in told.recipients if one.action == FAILED and (one.recipient in ours or len(ours) == 1)]
    if not failed:
        return
    words = delivery.explanation(failed[0].diagnostic)
    missed = {one.recipient if one.recipient in ours else ours[0] for one in failed}
    if missed <= set(inside.get("failed", [])):
        return
    mark_failed(unit, sent, words, to=missed)
    unit.later(*ledger.passage(ledger.OUT, unit.by.id, ledger.REFUSED, delivery.cause(words)))


def mark_failed(unit: Unit, sent: Message, reason: str, *, to: Iterable[str]) -> None:
    """The usager's message is shown as not delivered to these of its recipients, beside those known before."""
    inside = queries.head(unit, sent)
    recipients = inside["recipients"]
    inside["failed"] = sorted({*inside.get("failed", []), *to})
    if len(recipients) > 1:
        reason += f" {len(inside['failed'])} de vos {len(recipients)} correspondants ne l'ont pas reçu."
    inside["delivery_reason"] = reason
    sent.delivery = Delivery.FAILED
    sent.sealed_head = sealer(unit).seal_json("message", sent.id, inside)
    Message.objects.filter(usager_id=unit.usager_id, id=sent.id).update(
        delivery=sent.delivery, sealed_head=sent.sealed_head
    )
    events.message_undelivered(unit, sent.id, title=inside["subject"])


def says_trouble(parsed: ParsedMail) -> bool:
    """A report that a message was relayed or delivered is kept with it, and disturbs nobody."""
    return parsed.report is not None and any(one.action in (FAILED, DELAYED) for one in parsed.report.recipients)
