"""Fail when a model changed without its migration. No database is needed."""

import logging
import os
import secrets
import sys
import tempfile
import warnings
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "django").write_bytes(secrets.token_bytes(32))
    os.environ.update(
        ENS_DATA=folder,
        ENS_SECRETS=folder,
        ENS_DATABASE_URL="postgresql://personne:rien@127.0.0.1:1/ens",
        ENS_DEMONSTRATION="1",
        DJANGO_SETTINGS_MODULE="ens.config.settings",
    )
    import django
    from django.core.management import call_command

    logging.disable(logging.ERROR)  # the connection pool complains of the database that is not there
    # Django says that it cannot compare with the base's history, which is no part of this check.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    django.setup()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit as missing:
        sys.exit(missing.code)
