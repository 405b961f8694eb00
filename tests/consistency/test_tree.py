"""The repository checks itself: its layers, templates, settings, words."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "ens"
BINARY = (".png", ".mo", ".pdf", ".woff2", ".jpg", ".tif", ".wasm", ".traineddata")
CODE = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository; those ignored or not yet added apart."""
    done = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", *patterns], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("ce n'est pas un dépôt git")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports from ``ens``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def test_a_package_s_models_are_private_to_it():
    """``persistence.models`` apart, whose abstract model every package derives."""
    found = set()
    for path in CODE:
        for name in imports(path):
            match = re.match(r"ens\.(\w+)\.models\b", name)
            if match and match[1] not in (package_of(path), "persistence"):
                found.add(f"{path.relative_to(ROOT)}: {name}")
    assert found == set()


def test_a_migration_imports_nothing_of_ours_but_the_schema_helpers():
    """And ``new_id``, which Django itself writes as the default of an id."""
    found = set()
    for path in SOURCE.rglob("migrations/*.py"):
        for name in imports(path):
            if name.startswith("ens") and not name.startswith(("ens.persistence", "ens.kernel.ids")):
                found.add(f"{path.relative_to(ROOT)}: {name}")
            if name.startswith("ens.persistence.") and not name.startswith("ens.persistence.schema"):
                found.add(f"{path.relative_to(ROOT)}: {name}")
    assert found == set()


def test_a_foreign_key_declared_by_its_name_goes_down_too():
    layers = (
        *("web", "interop", "connectors", "demonstration", "journeys", "steering", "messaging"),
        *("catalogue", "record", "access"),
        *("enrolment", "notifications", "identity", "audit", "coffre", "persistence"),
    )
    for model in apps.get_models():
        if not model.__module__.startswith("ens."):
            continue
        for field in model._meta.local_fields:
            target = field.related_model
            if target is not None and target.__module__.startswith("ens."):
                ours, theirs = model._meta.app_label, target._meta.app_label
                assert layers.index(ours) <= layers.index(theirs), f"{model._meta.label}.{field.name}"


def test_no_file_outgrows_its_reader():
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in CODE}
    assert {name: lines for name, lines in long.items() if lines > 350} == {}


def test_what_was_copied_from_others_is_what_its_page_says():
    (folder,) = (ROOT / "src/ens/web/common/static/common").glob("lecteur-*")
    told = re.findall(r"^    ([0-9a-f]{64})  (\S+)$", (folder / "ORIGINE.md").read_text("utf-8"), re.MULTILINE)
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert {name: digest for digest, name in told} == {
        name: digest for name, digest in found.items() if name not in ("ORIGINE.md", "LICENCE.txt")
    }


def test_there_is_no_utils():
    assert [path for path in CODE if path.stem in ("utils", "helpers", "misc")] == []


def test_every_template_is_used():
    roots = [path for path in SOURCE.rglob("templates") if path.is_dir()]
    templates = {str(path.relative_to(root)) for root in roots for path in root.rglob("*.*") if path.is_file()}
    said = "\n".join(path.read_text("utf-8") for path in [*CODE, *SOURCE.rglob("*.html"), *SOURCE.rglob("*.typ")])
    unused = {name for name in templates if f'"{name}"' not in said and f"'{name}'" not in said}
    # A name may be built from a value: its fixed part is then said.
    unused = {name for name in unused if not re.search(rf'["\'/]{re.escape(Path(name).name)}["\']', said)}
    assert unused == set()


def test_every_setting_is_documented():
    read = set()
    for path in CODE:
        read |= set(re.findall(r"""["'](ENS_[A-Z_]+)["']""", path.read_text("utf-8")))
    catalogue = (ROOT / "docs" / "exploitation" / "reglages.md").read_text("utf-8")
    documented = set(re.findall(r"`(ENS_[A-Z_]+)`", catalogue))
    internal = {"ENS_PROCESSUS_DE"}  # written by the supervisor for itself
    constants = {name for name in read if re.search(rf"^{name} = [0-9_]+$", settings_text(), re.MULTILINE)}
    assert read - internal - constants - documented == set()
    assert documented - read == set()


def settings_text() -> str:
    return (SOURCE / "config" / "settings.py").read_text("utf-8")


def test_the_environment_is_read_in_config_and_cli_only():
    """And by the demonstration's steps, processes of the supervisor, some of which run before any database is."""
    found = {
        str(path.relative_to(ROOT))
        for path in CODE
        if package_of(path) not in ("config", "cli", "demonstration")
        and re.search(r"os\.environ(?!\.setdefault)|os\.getenv", path.read_text("utf-8"))
    }
    assert found == set()


def test_no_unfinished_mark_and_no_registry_s_address():
    marks = re.compile(r"\b(" + "TO" + "DO|FIX" + "ME|X" + r"XX)\b|pypi\.org|files\.python" + r"hosted|index-url")
    found = {}
    for path in tracked("src", "tests", "docs", "*.md", "Makefile", ".ci", "pyproject.toml", "*.lock"):
        if path.suffix in BINARY or path == Path(__file__):
            continue
        text = path.read_text("utf-8", errors="ignore")
        if match := marks.search(text):
            found[str(path.relative_to(ROOT))] = match[0]
    assert found == {}


def test_python_names_are_ascii():
    found = set()
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "arg", None)
            if isinstance(name, str) and not name.isascii():
                found.add(f"{path.relative_to(ROOT)}: {name}")
    assert found == set()


def test_the_drawing_of_states_is_that_of_the_code():
    from runpy import run_path

    drawing = run_path(str(ROOT / ".ci" / "diagrams.py"))["drawing"]
    assert (ROOT / "docs" / "domaine" / "etats-espace.md").read_text("utf-8") == drawing(), "make diagrams"


def test_the_last_line_of_make_run_starts_the_space():
    recipe = re.search(r"^run:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe and recipe[1].splitlines()[-1] == "\t@exec .venv/bin/ens up --demo $(ARGS)"


def test_pages_of_the_documentation_point_to_files_that_exist():
    broken = {}
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", path.read_text("utf-8")):
            if not (path.parent / target).exists():
                broken[str(path.relative_to(ROOT))] = target
    assert broken == {}


def test_no_mark_of_a_merge_is_left_anywhere():
    """One was, in a lock: everything passed from the other lock, and nothing could be installed from that one."""
    mark = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)
    left = [str(path.relative_to(ROOT)) for path in tracked() if mark.search(path.read_text("utf-8", "replace"))]
    assert left == []
