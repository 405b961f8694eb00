"""Where mail for a domain goes: where the operator says, or where its MX say. RFC 5321, 5.1; RFC 7505."""

from __future__ import annotations

import dns.exception
import dns.resolver
from django.conf import settings

from ens.messaging.delivery import UNREACHABLE
from ens.messaging.ports import PermanentFailure
from ens.messaging.types import OperatorRef
from ens.persistence.outbox import TryLater

SMTP_PORT = 25
LIFETIME_S = 20


def places(operator: OperatorRef, domain: str) -> list[tuple[str, int]]:
    """Host and port of each server that takes mail for the domain, the preferred one first.

    Errors: PermanentFailure, the domain says that it takes no mail; TryLater, no name server answers.
    """
    if operator.host:
        return [(operator.host, operator.port)]
    try:
        found = _resolver().resolve(domain, "MX", lifetime=LIFETIME_S)
    except dns.resolver.NoAnswer:
        return [(domain, SMTP_PORT)]
    except (dns.exception.DNSException, OSError) as error:
        raise TryLater(type(error).__name__) from error
    hosts = [str(one.exchange).rstrip(".") for one in sorted(found, key=lambda one: int(one.preference))]
    if hosts == [""]:
        raise PermanentFailure(UNREACHABLE)
    return [(host, SMTP_PORT) for host in hosts if host]


def _resolver() -> dns.resolver.Resolver:
    """That of the machine, or the one of ``ENS_MAIL_DNS`` (``address`` or ``address:port``)."""
    if not settings.ENS_MAIL_DNS:
        return dns.resolver.Resolver()
    found = dns.resolver.Resolver(configure=False)
    address, _, port = settings.ENS_MAIL_DNS.rpartition(":") if "." in settings.ENS_MAIL_DNS else ("", "", "")
    found.nameservers = [address or settings.ENS_MAIL_DNS]
    found.port = int(port) if address else 53
    return found
