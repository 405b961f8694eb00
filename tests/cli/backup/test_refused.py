"""What is refused before anything changes, in one sentence."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ens.cli.backup import checking, contents, making, manifest
from ens.cli.refusals import CommandRefused
from ens.cli.space import Space
from tests.cli.backup.conftest import content_of, cut, part_of, refused, save, with_something_in_it

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept() -> Iterator[list[making.Report]]:
    """The one backup of these tests, once it is made: nothing that refuses it depends on when it was."""
    reports: list[making.Report] = []
    yield reports
    for report in reports:
        shutil.rmtree(report.backup.parent)


@pytest.fixture
def saved(kept: list[making.Report], place: Path, people: Any) -> making.Report:
    """A copy of its own for each test, which damages it."""
    if not kept:
        with_something_in_it(people)
        kept.append(save(Path(tempfile.mkdtemp(prefix="ens-sauvegarde-"))))
    (original,) = kept
    for folder in original.backup.parent.iterdir():
        shutil.copytree(folder, place / folder.name)
    files = {name: place / getattr(original, name).relative_to(original.backup.parent) for name in OF_A_REPORT}
    return replace(original, **files)


OF_A_REPORT = ("backup", "keys_file", "master_keys")


def flip(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 0xFF
    path.write_bytes(bytes(held))


DAMAGES: dict[str, tuple[Callable[[making.Report], Path], str]] = {
    "the manifest": (lambda report: report.backup / "manifeste.json", "manifeste.json"),
    "a table": (lambda report: part_of(report, "public.record_document"), "public.record_document"),
    "a small table": (lambda report: part_of(report, "public.persistence_deployment"), "persistence_deployment"),
    "the list of contents": (lambda report: part_of(report, "contenus.liste"), "contenus.liste"),
    "a content": (content_of, "contenus/"),
    "the list of deletions": (lambda report: part_of(report, "suppressions.liste"), "suppressions.liste"),
    "the keys": (lambda report: report.keys_file, "cles-"),
}
WAYS = {"one byte flipped": flip, "cut short": cut, "missing": Path.unlink}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_backup_is_refused_in_one_sentence_and_nothing_is_made(saved, place, bare, capsys, what, way):
    find, name = DAMAGES[what]
    WAYS[way](find(saved))
    sentence = refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert name in sentence
    assert not (place / "neuf").exists()


@pytest.mark.parametrize("name", ["recherche", "maitresse-1", "django"])
def test_a_master_key_missing_or_of_another_space_is_refused(saved, place, bare, capsys, name):
    secret = saved.master_keys / name
    for make_wrong in (lambda: secret.write_bytes(os.urandom(32)), secret.unlink):
        make_wrong()
        assert name in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert not (place / "neuf").exists()


def test_without_its_folder_of_keys_a_backup_is_refused(saved, place, bare, capsys):
    shutil.rmtree(place / "sauvegarde-cles")
    sentence = refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert "--keys" in sentence and "rien ne peut être relu" in sentence


def test_the_keys_of_another_backup_of_the_same_space_do_not_open_this_one(saved, place, other, bare, capsys):
    shutil.copy(other.keys_file, saved.keys_file)
    assert "cles-" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))


def test_a_manifest_rewritten_without_the_keys_of_the_space_is_refused(saved, place, bare, capsys):
    made = manifest.read(saved.backup)
    forger = place / "faussaire"
    shutil.copytree(saved.master_keys, forger)
    (forger / "signature").write_bytes(os.urandom(32))
    manifest.write(saved.backup, msgspec.structs.replace(made, sequences=[]), forger)
    assert "signature" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))


def test_a_manifest_that_leads_outside_its_folder_is_refused(saved, place):
    made = manifest.read(saved.backup)
    lying = msgspec.structs.replace(made.contents, file="../ailleurs")
    manifest.write(saved.backup, msgspec.structs.replace(made, contents=lying), saved.master_keys)
    with pytest.raises(CommandRefused, match="hors du dossier"):
        checking.check(saved.backup, saved.keys_file.parent, None)


def test_a_backup_of_newer_software_is_refused(saved, place, bare, capsys):
    made = manifest.read(saved.backup)
    later = msgspec.structs.replace(made, migrations={**made.migrations, "record": ["0001_documents", "0999_later"]})
    manifest.write(saved.backup, later, saved.master_keys)
    assert "plus récente" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    manifest.write(saved.backup, msgspec.structs.replace(made, version=2), saved.master_keys)
    assert "plus récente" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert not (place / "neuf").exists()


def test_what_is_no_backup_is_refused(place, bare, capsys):
    (place / "photos").mkdir()
    assert "n'est pas une sauvegarde" in refused(capsys, "restore", str(place / "photos"), "--data", str(place / "n"))
    (place / "photos" / "manifeste.json").write_text('{"name": "autre chose"}')
    assert "n'est pas lisible" in refused(capsys, "restore", str(place / "photos"), "--data", str(place / "n"))


def test_a_folder_that_holds_something_is_never_restored_into(saved, place, bare, capsys):
    (place / "plein").mkdir()
    (place / "plein" / "espace").touch()
    assert "n'est pas vide" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "plein"))
    assert [path.name for path in (place / "plein").iterdir()] == ["espace"]


def test_a_restore_that_fails_leaves_the_folder_as_it_was(saved, place, bare, capsys, monkeypatch):
    """A content changes after it was checked: it is seen when it is copied."""
    monkeypatch.setattr(contents, "check", lambda *_: None)
    flip(content_of(saved))
    (place / "neuf").mkdir()
    sentence = refused(capsys, "restore", "--json", str(saved.backup), "--data", str(place / "neuf"), json=True)
    assert "a changé" in sentence
    assert list((place / "neuf").iterdir()) == []


def test_a_space_whose_restore_was_cut_short_does_not_start(place, bare, capsys):
    space = Space(place / "neuf")
    space.data.mkdir()
    space.unfinished.touch()
    assert "terme" in refused(capsys, "up", "--demo", "--data", str(space.data))
