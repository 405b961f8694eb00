"""Where the space to save is: running or stopped, its database embedded or outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ens.cli.postgres import EmbeddedPostgres, PostgresRefused
from ens.cli.refusals import CommandRefused
from ens.cli.space import Address, Space
from ens.kernel.starting import sparing_the_collector

OWNER = "ENS_DATABASE_OWNER_URL"


@contextmanager
def backed_up(space: Space) -> Iterator[bool]:
    """Set Django up on this space, with its owner's address; a stopped embedded base is started meanwhile.

    Says whether the master keys are the space's own, to be copied too. Errors: CommandRefused.
    """
    postgres = EmbeddedPostgres(space.data / "base")
    has_own_secrets = not os.environ.get("ENS_SECRETS")
    if space.is_running():
        settings = space.kept_environment()
        is_embedded = postgres.exists and settings["ENS_DATABASE_URL"] == postgres.urls.web
        owner = postgres.urls.owner if is_embedded else settings.get(OWNER) or os.environ.get(OWNER)
        with _set_up(settings, owner):
            yield settings["ENS_SECRETS"] == str(space.secrets)
    elif os.environ.get("ENS_DATABASE_URL"):
        with _set_up(_settings(space, None), os.environ.get(OWNER)):
            yield has_own_secrets
    elif postgres.exists:
        space.check_folder()
        space.lock()
        try:
            postgres.start()
            with _set_up(_settings(space, postgres), postgres.urls.owner):
                yield has_own_secrets
        except PostgresRefused as error:
            raise CommandRefused(str(error)) from error
        finally:
            postgres.stop()
    else:
        raise CommandRefused(f"Il n'y a pas d'espace à sauvegarder dans {space.data}.")


def _settings(space: Space, postgres: EmbeddedPostgres | None) -> dict[str, str]:
    here = Address("127.0.0.1", 8000)
    urls = postgres.urls if postgres else None
    # The mode is read in the database; here it only chooses which pages would be served.
    return space.environment(urls, demonstration=False, http=here, smtp=here)


@contextmanager
def _set_up(settings: dict[str, str], owner: str | None) -> Iterator[None]:
    if not owner:
        raise CommandRefused(f"Donnez {OWNER} : une sauvegarde lit toute la base, avec le rôle qui la possède.")
    os.environ.update({**settings, OWNER: owner})
    import django
    from django.db import Error

    with sparing_the_collector():
        django.setup()
    from ens.persistence import deployment

    try:
        deployment.check_not_newer()  # its new tables may refer to contents that this software does not know of
    except deployment.NewerSchema as error:
        raise CommandRefused(
            f"Cette base de données vient d'une version plus récente du logiciel ({error})."
        ) from error
    except Error as error:
        raise CommandRefused(
            f"La base de données est endommagée ou ne répond pas ({type(error).__name__})."
        ) from error
    yield
