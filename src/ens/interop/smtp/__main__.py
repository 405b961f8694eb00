"""``python -m ens.interop.smtp``."""

from __future__ import annotations

import asyncio
import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from ens.interop.smtp.server import serve, tls_context

    missing = [name for name in ("ENS_SMTP_CERT", "ENS_SMTP_KEY", "ENS_SMTP_CA") if not getattr(settings, name)]
    if missing:
        sys.stderr.write(f"Il manque {', '.join(missing)} : la messagerie n'écoute qu'avec ses certificats.\n")
        return 2
    host, _, port = settings.ENS_SMTP_LISTEN.rpartition(":")
    context = tls_context(settings.ENS_SMTP_CERT, settings.ENS_SMTP_KEY, settings.ENS_SMTP_CA)
    asyncio.run(serve(host.strip("[]"), int(port), context, max_bytes=settings.ENS_MAIL_MAX_BYTES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
