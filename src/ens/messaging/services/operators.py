"""Who may write, by the certificate shown and the address it writes from (S090): the trust space, message by message.

A domain of the signed list is served under the certificates that the list names; one put by hand, under certificates
that carry its name. Asked for each message: what is taken off the list, or revoked, is heard no further.
"""

from __future__ import annotations

from datetime import UTC, datetime

from ens.kernel.actor import Actor, ActorKind
from ens.messaging import trustspace
from ens.messaging.errors import CertificateRevoked, OperatorUnknown, SenderNotAllowed, TestOperatorApart
from ens.messaging.models import Operator
from ens.messaging.types import OperatorRef
from ens.standards.certificates import Presented

ROLE, TEST_ROLE = "opérateur de messagerie", "opérateur de messagerie en test"


def allow_operator(operator: OperatorRef, *, until: datetime | None = None) -> None:
    """Put a domain in the trust space by hand, or bring it up to date; what a signed list says of it stays."""
    known = {
        "name": operator.name,
        "host": operator.host,
        "port": operator.port,
        "is_test": operator.is_test,
        "valid_until": until,
    }
    Operator.objects.update_or_create(
        domain=operator.domain.lower(),
        defaults=known,
        create_defaults={**known, "subjects": list(operator.subjects), "valid_from": datetime.now(UTC)},
    )


def check_sender(address: str, certificate: Presented) -> Actor:
    """The operator that writes from this address, whose certificate may. An empty address is its own report.

    Errors: CertificateRevoked; OperatorUnknown, it is no operator's; SenderNotAllowed, the domain is another's.
    """
    if trustspace.is_revoked(certificate):
        raise CertificateRevoked()
    if address:
        found = trustspace.nearest_operator(address.rpartition("@")[2])
        if found is not None and serves(found, certificate):
            return _actor(found)
    own = trustspace.operator_of_certificate(certificate)
    if own is None:
        raise OperatorUnknown()
    if address:
        raise SenderNotAllowed()
    return _actor(own)


def serves(operator: OperatorRef, certificate: Presented) -> bool:
    """Whether the certificate is one of those its domain is served under."""
    if operator.subjects:
        return certificate.subject in operator.subjects
    return any(operator.domain == name or operator.domain.endswith("." + name) for name in certificate.names)


def check_server(operator: OperatorRef, certificate: Presented) -> None:
    """The server that answers for an operator may: ours are the only eyes on what is sent to it.

    One put by hand was known by the name of its host, at the handshake. Errors: CertificateRevoked, OperatorUnknown.
    """
    if trustspace.is_revoked(certificate):
        raise CertificateRevoked()
    if operator.subjects and not serves(operator, certificate):
        raise OperatorUnknown()


def check_recipient_of(operator: Actor) -> None:
    """An operator in test writes to the test address only: its messages are about nobody. Errors: TestOperatorApart."""
    if operator.role == TEST_ROLE:
        raise TestOperatorApart()


def _actor(found: OperatorRef) -> Actor:
    return Actor(ActorKind.OPERATEUR, found.domain, found.name, role=TEST_ROLE if found.is_test else ROLE)
