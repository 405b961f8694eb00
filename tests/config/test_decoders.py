"""What decodes files from outside is loaded by the process apart alone: those that answer people hold the keys.

What few acts need is loaded by them: a process begins without it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

DECODERS = {"PIL", "pikepdf", "pypdfium2"}
SELDOM = {"duckdb", "icalendar"}
_LOADED = """
import importlib, json, sys
import django
django.setup()
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("process", ["ens.config.wsgi", "ens.interop.smtp.handler"])
def test_a_process_that_answers_people_loads_no_decoder_nor_what_few_acts_need(process):
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _LOADED, process], env=os.environ, capture_output=True, check=True
    )
    loaded = set(json.loads(said.stdout.splitlines()[-1]))
    assert "ens" in loaded
    assert loaded & (DECODERS | SELDOM) == set()
