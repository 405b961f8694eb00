"""``python -m ens.interop.smtp [PROCESSES]``."""

from __future__ import annotations

import asyncio
import os
import sys

from ens.kernel.starting import sparing_the_collector

MOST = 64


def main() -> int:
    from ens.interop.smtp.processes import run

    given = sys.argv[1] if len(sys.argv) > 1 else "1"
    if not given.isdecimal() or not 1 <= int(given) <= MOST:
        sys.stderr.write(f"ENS_SMTP_PROCESSES est un nombre de 1 à {MOST}.\n")
        return 2
    return run(int(given), serve_alone) if int(given) > 1 else serve_alone()


def serve_alone() -> int:
    """One process of the door, until it is asked to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
    import django

    with sparing_the_collector():
        django.setup()
        from django.conf import settings

        from ens.interop.smtp.handler import Door
        from ens.interop.smtp.server import allow_enough_files, serve, tls_context
        from ens.interop.smtp.session import Reception

    missing = [name for name in ("ENS_SMTP_CERT", "ENS_SMTP_KEY", "ENS_SMTP_CA") if not getattr(settings, name)]
    if missing:
        sys.stderr.write(f"Il manque {', '.join(missing)} : la messagerie n'écoute qu'avec ses certificats.\n")
        return 2
    host, _, port = settings.ENS_SMTP_LISTEN.rpartition(":")
    context = tls_context(settings.ENS_SMTP_CERT, settings.ENS_SMTP_KEY, settings.ENS_SMTP_CA)
    reception = Reception(
        Door(),
        settings.ENS_MAIL_MAX_BYTES,
        sessions=settings.ENS_SMTP_SESSIONS,
        sessions_per_address=settings.ENS_SMTP_SESSIONS_PER_ADDRESS,
        sessions_per_operator=settings.ENS_SMTP_SESSIONS_PER_OPERATOR,
    )
    allow_enough_files(reception.sessions)
    asyncio.run(serve(host.strip("[]"), int(port), context, reception))
    return 0


if __name__ == "__main__":
    sys.exit(main())
