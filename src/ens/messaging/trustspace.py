"""The trust space as it is at this moment: the domains, their operators' certificates, what is revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ens.messaging.errors import OperatorUnknown
from ens.messaging.types import OperatorRef
from ens.persistence import sql
from ens.standards.certificates import SEPARATOR, Presented


def operator_of(domain: str) -> OperatorRef:
    """The operator of exactly this domain today. Errors: OperatorUnknown."""
    found = _operator(_OF_DOMAINS, [[domain.lower()]])
    if found is None:
        raise OperatorUnknown()
    return found


def nearest_operator(domain: str) -> OperatorRef | None:
    """The operator of a domain today, or else of the nearest domain above it."""
    labels = domain.lower().split(".")
    return _operator(_OF_DOMAINS, [[".".join(labels[place:]) for place in range(max(1, len(labels) - 1))]])


def operator_of_certificate(certificate: Presented) -> OperatorRef | None:
    """One of the domains that a certificate serves today."""
    return _operator(_OF_CERTIFICATE, [[certificate.subject], list(certificate.names)])


def is_revoked(certificate: Presented) -> bool:
    """By its authority, in the last CRL known of it."""
    return sql.row(_REVOKED, [certificate.issuer, certificate.serial]) is not None


def _operator(statement: str, parameters: list[Any]) -> OperatorRef | None:
    now = datetime.now(UTC)
    found = sql.row(statement, [*parameters, now, now])
    return OperatorRef(found[0], found[1], found[2], found[3], found[4], tuple(found[5])) if found else None


_VALID = "valid_from <= %s AND (valid_until IS NULL OR valid_until > %s)"
_WHOLE = "SELECT domain, name, host, port, is_test, subjects FROM messaging_operator"
_OF_DOMAINS = f"{_WHOLE} WHERE domain = ANY(%s) AND {_VALID} ORDER BY length(domain) DESC LIMIT 1"
_OF_CERTIFICATE = f"""
{_WHOLE} WHERE (subjects && %s OR (subjects = '{{}}' AND domain = ANY(%s))) AND {_VALID} ORDER BY domain LIMIT 1
"""
_REVOKED = "SELECT 1 FROM messaging_revokedcertificate WHERE issuer = %s AND serial = %s"


def route_to(domain: str, *, tests_too: bool = False) -> OperatorRef:
    """Who takes mail for a domain: its operator, or that of a domain above.

    What is about a usager never goes to an operator under test, even to one that was not when it wrote; only the
    test address answers those (``tests_too``). Errors: OperatorUnknown.
    """
    found = nearest_operator(domain)
    if found is None or (found.is_test and not tests_too):
        raise OperatorUnknown()
    return found


def is_of_operator(domain: str, operator: str) -> bool:
    """Whether a domain is the operator's (known by one of its domains): the same one, or under a same certificate."""
    found, by = nearest_operator(domain), nearest_operator(operator)
    if found is None or by is None:
        return False
    return found.domain == by.domain or bool(set(found.subjects) & set(by.subjects))


def listed_domain(domain: str) -> str:
    """The operator's domain that a domain is under; nothing when no operator has it: what people write is not kept."""
    found = nearest_operator(domain)
    return found.domain if found else ""


@dataclass(frozen=True, slots=True)
class Published:
    """A file of the trust space in force. ``due_at``: when its authority promised the next one."""

    kind: str  # "domaines", "domaines de test", "revocations"
    of: str
    at: datetime
    imported_at: datetime
    due_at: datetime | None
    number: int


@dataclass(frozen=True, slots=True)
class Space:
    """``by_hand``: domains valid today that no signed list holds."""

    domains: int
    test_domains: int
    by_hand: int
    published: tuple[Published, ...]


def state() -> Space:
    """What is in force now."""
    now = datetime.now(UTC)
    domains, test_domains, by_hand = sql.rows(_COUNTED, [now, now])[0]
    lists = [
        Published("domaines de test" if is_test else "domaines", "", at, imported_at, None, number)
        for is_test, at, imported_at, number in sql.rows(_LISTS, [])
    ]
    revoked = [
        Published("revocations", issuer.replace(SEPARATOR, ", "), at, imported_at, due_at, number)
        for issuer, at, imported_at, due_at, number in sql.rows(_REVOCATIONS, [])
    ]
    return Space(domains, test_domains, by_hand, (*lists, *revoked))


_COUNTED = f"""
SELECT count(*) FILTER (WHERE NOT is_test), count(*) FILTER (WHERE is_test), count(*) FILTER (WHERE NOT is_listed)
FROM messaging_operator WHERE {_VALID}
"""  # noqa: S608 - our own constant
_LISTS = "SELECT is_test, generated_at, imported_at, number FROM messaging_signedlist ORDER BY is_test"
_REVOCATIONS = """
SELECT issuer, this_update, imported_at, next_update,
  (SELECT count(*) FROM messaging_revokedcertificate r WHERE r.issuer = l.issuer)
FROM messaging_revocationlist l ORDER BY issuer
"""
