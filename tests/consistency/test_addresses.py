"""Every address has its row in the access table, in both modes."""

from __future__ import annotations

import os
import subprocess
import sys

from django.urls import get_resolver

from ens.web.common.access import AUDIENCES, access_table, addresses


def test_every_address_has_its_row_in_the_access_table():
    table = access_table()
    assert table
    assert {name for name, audience in table.items() if audience not in AUDIENCES} == set()


def test_every_address_has_a_name_of_its_own():
    root = get_resolver()
    names = [name for name, _ in addresses(root.url_patterns, root.urlconf_module.ACCESS)]
    assert "" not in names
    assert len(names) > 30


def test_production_registers_nothing_of_the_demonstration():
    story = (
        "import django; django.setup();"
        "from django.apps import apps; from ens.web.common.access import access_table;"
        "assert not apps.is_installed('ens.demonstration');"
        "print('\\n'.join(f'{name} {audience}' for name, audience in access_table().items()))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", story],
        env={**os.environ, "ENS_DEMONSTRATION": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    table = dict(line.split() for line in done.stdout.splitlines())
    assert "healthz" in table
    assert "demonstration" not in table.values()
    assert not [name for name in table if "demonstration" in name]
