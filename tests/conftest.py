"""One real PostgreSQL a worker, migrated by its owner; tests connect as ``ens_web``.

Nothing is cleaned between tests: each makes its own usagers, which the row policy keeps apart. Tests that look at
tables nobody owns look for their own rows.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.sharing_out import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.withheld import WAYS, Withheld

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]  # hooks

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
NOWHERE = "postgresql://personne:rien@127.0.0.1:1/ens"

_folder = tempfile.TemporaryDirectory(prefix="ens-tests-")
_data = Path(_folder.name)
(_data / "static").mkdir()  # whitenoise warns when its folder is missing, and warnings are errors
_data.chmod(0o755)  # PostgreSQL runs as another user when the tests run as root


def _environment() -> dict[str, str]:
    secrets = _data / "secrets"
    secrets.mkdir(mode=0o700)
    for name in ("maitresse-1", "recherche", "codes", "signature", "django"):
        (secrets / name).write_bytes(os.urandom(32))
        (secrets / name).chmod(0o600)
    return {
        "ENS_DATA": str(_data),
        "ENS_SECRETS": str(secrets),
        "ENS_STORE": str(_data / "contenus"),
        "ENS_DEMONSTRATION": "1",
        "ENS_DATABASE_POOL": "40",
        "ENS_SMALL_COUNTS": "11",  # as in production: the demonstration hides nothing
        "ENS_STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "ens.config.settings"),
        # The addresses become real when the ``database`` fixture starts the server.
        "ENS_DATABASE_URL": NOWHERE,
        "ENS_DATABASE_BATCH_URL": NOWHERE,
        "ENS_DATABASE_OWNER_URL": NOWHERE,
    }


def _set_django_up() -> None:
    for name in [name for name in os.environ if name.startswith("ENS_") and name != "ENS_NO_SKIP"]:
        del os.environ[name]
    os.environ.update(_environment())
    import django
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from ens.kernel.starting import sparing_the_collector

    with sparing_the_collector():
        django.setup()
    setup_test_environment(debug=False)
    settings.PASSWORD_HASHERS = ["tests.hashing.LightArgon2", *settings.PASSWORD_HASHERS[1:]]
    from ens.coffre import founding

    founding.make()


gc.disable()  # while all that is tested and all its tests are loaded: see ``kernel.starting``
_set_django_up()  # before the conftest of any folder is read: they import the product


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(*ids): rows of docs/domaine/features.csv that the test proves")
    config.addinivalue_line("markers", "slow: takes more than a second")
    config.addinivalue_line("markers", "browser: needs Chromium")
    config.addinivalue_line("markers", "space: starts a whole space with ens up")


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With ENS_NO_SKIP, only the absence of the published examples may skip a test."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined] # pluggy's result, untyped here
    if os.environ.get("ENS_NO_SKIP") and report.skipped and "../shared" not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The published examples; tests that read them say so when they are not there."""
    if not (SHARED / "data").is_dir():
        pytest.skip("les exemples publiés (../shared/data) ne sont pas présents")
    return SHARED


@pytest.fixture(scope="session")
def database() -> Iterator[Any]:
    """A migrated database; Django speaks to it as ``ens_web``."""
    from django.db import connections

    from ens.cli import keys
    from ens.cli.postgres import EmbeddedPostgres
    from ens.config.environment import database as described
    from ens.persistence import deployment

    server = EmbeddedPostgres(_data / "base", fast=True)
    server.start()
    try:
        for alias, url in (("default", server.urls.web), ("batch", server.urls.batch), ("owner", server.urls.owner)):
            found = described(url)
            connections[alias].settings_dict.update(
                {name: found[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
            )
        deployment.migrate()
        deployment.record_mode(demonstration=True)
        keys.record("owner")
        yield server.urls
    finally:
        connections.close_all()
        for connection in connections.all():
            connection.close_pool()
        server.stop(immediate=True)


@pytest.fixture
def db(database: Any) -> Iterator[Any]:
    """A clean connection before and after the test."""
    from django.core.cache import cache
    from django.db import connections

    from ens.persistence import features

    cache.clear()
    features.BELIEVED_S = 3600.0  # asked here, and not in the middle of what counts statements
    features.forget()
    features.check(features.Feature.READING)
    yield database
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


@pytest.fixture
def frozen_clock() -> Iterator[datetime]:
    from ens.kernel import clock

    with clock.freeze(datetime(2026, 3, 16, 9, 30, tzinfo=UTC)) as moment:
        yield moment


@pytest.fixture
def store_away(monkeypatch: pytest.MonkeyPatch) -> Any:
    """``with store_away():`` the store of contents is at an address where nothing listens."""
    from contextlib import contextmanager

    from django.conf import settings

    from ens.coffre import remote

    @contextmanager
    def away() -> Iterator[None]:
        with monkeypatch.context() as over:
            over.setattr(settings, "ENS_STORE", f"s3://seau/{os.urandom(4).hex()}")
            over.setattr(settings, "ENS_STORE_ENDPOINT", "http://127.0.0.1:1")
            over.setattr(settings, "ENS_STORE_KEY", ("cle", "secret"))
            over.setattr(remote, "TRIES", 0)
            yield

    return away


@pytest.fixture
def store_not_mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``with store_not_mounted():`` the folder of contents is not there, or (``empty=True``) is that of its disk."""
    from contextlib import contextmanager

    from django.conf import settings

    @contextmanager
    def away(*, empty: bool = False) -> Iterator[Path]:
        place = tmp_path / "disque"
        if empty:
            place.mkdir()
        with monkeypatch.context() as over:
            over.setattr(settings, "ENS_STORE", str(place))
            yield place

    return away


@pytest.fixture(params=WAYS)
def withheld(request: pytest.FixtureRequest, store_away: Any, store_not_mounted: Any) -> Any:
    """Each way in which a content cannot be had: see ``tests/withheld.py``."""
    return Withheld(request.param, store_away, store_not_mounted)


@pytest.fixture
def people(db: Any) -> Any:
    """Makes usagers, professionals and establishments: see ``tests/factories.py``."""
    from tests.factories import People

    return People()
