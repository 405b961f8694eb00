"""What the trust space is made of, brought in from what its keepers publish: domains, and revoked certificates.

All of a file or nothing; the last valid one stays until a newer one comes. The doors ask the database for each message:
nothing is to be started again.
Source: référentiel MSSanté #1, ECO.1.1.5 (allow-list) and ECO.1.1.6 (CRL, the last valid one kept).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography import x509
from django.conf import settings
from django.db import connection, transaction

from ens.audit import events
from ens.identity.reports import ImportReport
from ens.kernel.actor import Actor
from ens.kernel.clock import PARIS
from ens.kernel.ids import new_id
from ens.messaging import trustspace
from ens.messaging.errors import (
    AuthoritiesMissing,
    TrustFileOlder,
    TrustFileRefused,
    TrustListTooShort,
    TrustSignerUnknown,
)
from ens.messaging.models import RevocationList, RevokedCertificate, SignedList
from ens.standards import trustlist
from ens.standards.certificates import authorities, check_chain, name, presented, revocations
from ens.standards.errors import StandardError
from ens.standards.trustlist import TrustList

GONE_AT_MOST = 0.5  # of the domains known: a list with fewer is another's, or was made by mistake
AHEAD = timedelta(days=1)  # of our clock: a list dated beyond would refuse all those that follow
_LOCK = 0x4D535332
_STREAM = "messagerie"


def import_domains(data: bytes, *, by: Actor, is_test: bool = False, accept_gone: bool = False) -> ImportReport:
    """Bring the domains to what a signed list says; those it has no more are valid no longer. Same list: nothing to do.

    Errors: AuthoritiesMissing; TrustFileRefused, not a list, or not signed by whom the settings name; TrustFileOlder,
    than the one held; TrustListTooShort.
    """
    now = datetime.now(UTC)
    found = _verified(data, is_test, now)
    kind = "opérateurs en test" if is_test else "opérateurs"
    report = ImportReport(kind, read=len(found.domains) + len(found.remarks))
    report.refused = list(found.remarks)
    digest = hashlib.sha256(data).digest()
    with transaction.atomic(durable=True):
        _one_at_a_time()
        held = SignedList.objects.filter(is_test=is_test).first()
        if held is not None and bytes(held.digest) == digest:
            return report
        if held is not None and held.generated_at >= found.generated_at:
            raise TrustFileOlder(held=_said(held.generated_at))
        report.written.update(_follow(found, now, is_test=is_test, accept_gone=accept_gone))
        SignedList.objects.update_or_create(
            is_test=is_test,
            defaults={
                "generated_at": found.generated_at,
                "imported_at": now,
                "digest": digest,
                "number": len({one.domain for one in found.domains}),
            },
        )
        events.about_nobody(_STREAM, "liste_operateurs_importee", by=by)
    return report


def import_revocations(data: bytes, *, by: Actor) -> ImportReport:
    """Take in an authority's CRL: what it revokes is refused from the next message on.

    A delta completes the one held, if that is as recent as the base it names: together, the whole list of its number.

    Errors: AuthoritiesMissing; TrustFileRefused; TrustFileOlder, than the one held of this authority.
    """
    now = datetime.now(UTC)
    try:
        found = revocations(data, _authorities())
    except StandardError as error:
        raise TrustFileRefused(reason=error.message) from error
    if found.this_update > now + AHEAD:
        raise TrustFileRefused(reason="elle est datée du futur")
    report = ImportReport("certificats révoqués", read=len(found.serials))
    with transaction.atomic(durable=True):
        _one_at_a_time()
        held = RevocationList.objects.filter(issuer=found.issuer).first()
        if held is not None and held.number == found.number:
            return report
        if held is not None and held.number > found.number:
            raise TrustFileOlder(held=_said(held.this_update))
        if found.base is not None and (held is None or held.number < found.base):
            raise TrustFileRefused(reason="elle complète une liste qui n'est pas là : importez d'abord l'entière")
        known = set(RevokedCertificate.objects.filter(issuer=found.issuer).values_list("serial", flat=True))
        lifted = known - found.serials if found.base is None else known & found.lifted
        RevokedCertificate.objects.filter(issuer=found.issuer, serial__in=lifted).delete()
        added = [RevokedCertificate(issuer=found.issuer, serial=one) for one in sorted(found.serials - known)]
        RevokedCertificate.objects.bulk_create(added, batch_size=5000)
        RevocationList.objects.update_or_create(
            issuer=found.issuer,
            defaults={
                "number": found.number,
                "this_update": found.this_update,
                "next_update": found.next_update,
                "imported_at": now,
            },
        )
        report.written.update({"révoqués": len(added), "levés": len(lifted)})
        events.about_nobody(_STREAM, "crl_importee", by=by)
    return report


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%d/%m/%Y à %H:%M}"


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _authorities() -> list[x509.Certificate]:
    if not settings.ENS_SMTP_CA:
        raise AuthoritiesMissing()
    try:
        return authorities(Path(settings.ENS_SMTP_CA).read_bytes())
    except (OSError, ValueError) as error:
        raise AuthoritiesMissing() from error


def _verified(data: bytes, is_test: bool, now: datetime) -> TrustList:
    """Errors: TrustSignerUnknown, no setting says who signs; TrustFileRefused."""
    wanted = settings.ENS_OPERATORS_TEST_SIGNER if is_test else settings.ENS_OPERATORS_SIGNER
    if not wanted:
        raise TrustSignerUnknown(setting="ENS_OPERATORS_TEST_SIGNER" if is_test else "ENS_OPERATORS_SIGNER")
    trusted = _authorities()
    try:
        found = trustlist.read(data, now)
        check_chain(found.signer, trusted, now)
    except StandardError as error:
        raise TrustFileRefused(reason=error.message) from error
    signer = presented(found.signer)
    if signer.subject != name(wanted):
        raise TrustFileRefused(reason="elle est signée par un autre que celui des réglages")
    if trustspace.is_revoked(signer):
        raise TrustFileRefused(reason="le certificat qui la signe a été révoqué")
    if found.generated_at > now + AHEAD:
        raise TrustFileRefused(reason="elle est datée du futur")
    return found


def _follow(found: TrustList, now: datetime, *, is_test: bool, accept_gone: bool) -> dict[str, int]:
    domains: dict[str, dict[str, Any]] = {}
    for one in found.domains:
        row = domains.setdefault(
            one.domain, {"id": str(new_id()), "domain": one.domain, "name": one.operator[:120], "subjects": []}
        )
        row["subjects"] = sorted({*row["subjects"], one.subject})
    facts = {"rows": orjson.dumps(list(domains.values())).decode(), "test": is_test, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, {**facts, "listed": list(domains)})
        gone, known = cursor.fetchone()
        if known and gone > known * GONE_AT_MOST and not accept_gone:
            raise TrustListTooShort(gone=gone, known=known)
        cursor.execute(_UPSERT, facts)
        made, changed = cursor.fetchone()
        cursor.execute(_GONE, {**facts, "listed": list(domains)})
    return {"nouveaux": made, "changés": changed, "partis": gone}


_MISSING = """
SELECT count(*) FILTER (WHERE domain <> ALL(%(listed)s)), count(*) FROM messaging_operator
WHERE is_listed AND is_test = %(test)s AND (valid_until IS NULL OR valid_until > %(now)s)
"""
# A domain of the national list is never taken by the list of tests; where its mail goes, if said by hand, stays.
_UPSERT = """
WITH listed AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS one(id uuid, domain text, name text, subjects text[])
), done AS (
  INSERT INTO messaging_operator AS known
    (id, domain, name, host, port, is_test, is_listed, subjects, valid_from, valid_until)
  SELECT id, domain, name, '', 25, %(test)s, true, subjects, %(now)s, NULL FROM listed
  ON CONFLICT (domain) DO UPDATE SET
    name = excluded.name, subjects = excluded.subjects, is_test = excluded.is_test, is_listed = true,
    valid_from = CASE WHEN known.valid_until <= %(now)s THEN %(now)s ELSE known.valid_from END, valid_until = NULL
  WHERE (NOT %(test)s OR known.is_test OR known.valid_until <= %(now)s)
    AND (known.subjects, known.name, known.is_test, known.is_listed, known.valid_until IS NULL)
      IS DISTINCT FROM (excluded.subjects, excluded.name, excluded.is_test, true, true)
  RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM done
"""
_GONE = """
UPDATE messaging_operator SET valid_until = %(now)s
WHERE is_listed AND is_test = %(test)s AND (valid_until IS NULL OR valid_until > %(now)s) AND domain <> ALL(%(listed)s)
"""
