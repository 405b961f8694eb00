"""The allow-list of operators (S090): a domain is served under its own certificate only."""

from __future__ import annotations

from datetime import UTC, datetime

from ens.kernel.actor import Actor, ActorKind
from ens.messaging import queries
from ens.messaging.errors import OperatorUnknown, SenderNotAllowed
from ens.messaging.models import Operator
from ens.messaging.types import OperatorRef


def allow_operator(operator: OperatorRef, *, until: datetime | None = None) -> None:
    """Put an operator's domain on the allow-list, or bring it up to date."""
    Operator.objects.update_or_create(
        domain=operator.domain.lower(),
        defaults={
            "name": operator.name,
            "host": operator.host,
            "port": operator.port,
            "is_test": operator.is_test,
            "valid_until": until,
        },
        create_defaults={
            "name": operator.name,
            "host": operator.host,
            "port": operator.port,
            "is_test": operator.is_test,
            "valid_until": until,
            "valid_from": datetime.now(UTC),
        },
    )


def check_operator(names: list[str]) -> Actor:
    """The operator a verified certificate belongs to: one of its DNS names is allow-listed. Errors: OperatorUnknown."""
    for name in names:
        try:
            found = queries.operator_of(name)
        except OperatorUnknown:
            continue
        return Actor(ActorKind.OPERATEUR, found.domain, found.name, role="opérateur de messagerie")
    raise OperatorUnknown()


def check_sender(address: str, names: list[str]) -> None:
    """The sender's domain is allow-listed, and one of the names of the operator's certificate.

    Errors: SenderNotAllowed. An empty sender (a report) is the operator's own.
    """
    if not address:
        return
    domain = address.rpartition("@")[2].lower()
    covered = any(domain == name.lower() or domain.endswith("." + name.lower()) for name in names)
    if not covered:
        raise SenderNotAllowed()
    for candidate in (domain, *(name for name in names if domain.endswith("." + name.lower()))):
        try:
            queries.operator_of(candidate)
        except OperatorUnknown:
            continue
        return
    raise SenderNotAllowed()
