"""Each refusal: one French sentence on the error output, code 2, nothing changed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from ens.cli.main import main
from ens.cli.space import Space
from tests.cli.conftest import a_free_port, bare_environment

ENS = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "ens"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = main(list(arguments))
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.endswith("\n") and said.err.count("\n") == 1
    assert said.err.rstrip().endswith(".")
    return said.err.rstrip()


def test_a_port_taken_is_said_and_nothing_is_made(capsys, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        http = f"127.0.0.1:{taken.getsockname()[1]}"
        sentence = refused(capsys, "up", "--demo", "--data", str(folder / "var"), "--http", http)
    assert http in sentence
    assert not (folder / "var").exists()


@pytest.mark.parametrize("smtp", ["127.0.0.1", "0.0.0.0"])
def test_pages_and_mail_at_one_address_are_refused_and_nothing_is_made(capsys, folder, free_port, monkeypatch, smtp):
    for name in ("ENS_SMTP_CERT", "ENS_SMTP_KEY", "ENS_SMTP_CA"):
        monkeypatch.setenv(name, "/nulle/part")
    places = ("--http", f"127.0.0.1:{free_port}", "--smtp", f"{smtp}:{free_port}")
    assert "à la même adresse" in refused(capsys, "up", "--data", str(folder / "var"), *places)
    assert not (folder / "var").exists()


def test_a_folder_that_cannot_be_written_is_said(capsys, free_port):
    places = ("--http", f"127.0.0.1:{free_port}", "--smtp", f"127.0.0.1:{a_free_port()}")
    assert "accessible en écriture" in refused(capsys, "up", "--demo", "--data", "/proc/ens", *places)


def test_a_file_in_place_of_the_folder_is_said(capsys, folder):
    (folder / "var").write_text("autre chose")
    assert "n'est pas un dossier" in refused(capsys, "up", "--demo", "--data", str(folder / "var"))


def test_a_folder_of_something_else_is_left_alone(capsys, folder):
    (folder / "photos").mkdir()
    assert "photos" in refused(capsys, "up", "--demo", "--data", str(folder))
    assert [path.name for path in folder.iterdir()] == ["photos"]


@pytest.mark.parametrize("words", [None, "ENS_STORE : ailleurs"])
def test_a_settings_file_that_cannot_be_read_is_said(folder, words):
    if words:
        (folder / "ens.toml").write_text(words)
    command = [str(ENS), "up", "--data", str(folder / "var")]
    environment = {**bare_environment(), "ENS_CONFIG": str(folder / "ens.toml")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "ENS_CONFIG" in done.stderr and done.stderr.count("\n") == 1
    assert not (folder / "var").exists()


def test_the_settings_file_speaks_to_the_command_too(folder):
    (folder / "ens.toml").write_text('ENS_SMTP_CERT = "espace.pem"\n')
    command = [str(ENS), "up", "--data", str(folder / "var"), "--http", "0.0.0.0:8000"]
    environment = {**bare_environment(), "ENS_CONFIG": str(folder / "ens.toml")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "ENS_TLS_CERT" in done.stderr  # and no longer the certificate of the mail


def test_a_second_start_on_the_same_folder_is_refused(capsys, folder):
    first = Space(folder)
    first.lock()
    assert "déjà en marche" in refused(capsys, "up", "--demo", "--data", str(folder))


@pytest.mark.parametrize("option", ["--http", "--smtp"])
def test_the_demonstration_listens_to_this_machine_only(capsys, folder, option):
    assert "que sur cette machine" in refused(capsys, "up", "--demo", "--data", str(folder), option, "0.0.0.0:8000")


def test_production_does_not_listen_to_the_world_in_clear(capsys, folder):
    assert "ENS_TLS_CERT" in refused(capsys, "up", "--data", str(folder), "--http", "0.0.0.0:8000")


def test_production_needs_the_certificates_of_its_mail(capsys, folder):
    assert "ENS_SMTP_CERT" in refused(capsys, "up", "--data", str(folder))


@pytest.mark.parametrize("text", ["8000", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:70000"])
def test_an_address_that_cannot_be_read_is_said(capsys, folder, text):
    assert "HOTE:PORT" in refused(capsys, "up", "--demo", "--data", str(folder), "--http", text)


@pytest.mark.parametrize("duration", ["42d", "+42", "-1d", "demain"])
def test_a_duration_that_cannot_be_read_is_said(capsys, folder, duration):
    assert "+42d" in refused(capsys, "clock", "--data", str(folder), "--", duration)


@pytest.mark.parametrize("command", [("clock", "+1d"), ("crowd", "3")])
def test_clock_and_crowd_need_the_running_space(capsys, folder, command):
    assert "ens up" in refused(capsys, *command, "--data", str(folder))


def test_clock_and_crowd_need_a_demonstration(capsys, folder):
    space = Space(folder)
    space.lock()
    space.keep_environment({"ENS_DEMONSTRATION": "0"})
    assert "démonstration" in refused(capsys, "clock", "+1d", "--data", str(folder))


@pytest.mark.parametrize("number", ["0", "-3", "1000000"])
def test_a_crowd_has_a_sensible_size(capsys, folder, number):
    assert "100 000" in refused(capsys, "crowd", "--data", str(folder), "--", number)


def test_a_file_to_import_must_be_there(capsys, folder):
    assert "nulle-part.csv" in refused(capsys, "import", "population", "nulle-part.csv", "--data", str(folder))


def test_a_refusal_is_also_an_object_for_programs(capsys, folder):
    assert main(["clock", "+1d", "--json", "--data", str(folder)]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out) == {"error": said.err.rstrip()}


def test_a_key_that_is_gone_is_never_replaced_beside_its_database(folder):
    space = Space(folder)
    space.data.mkdir(exist_ok=True)
    from ens.cli.refusals import CommandRefused

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ENS_SECRETS", raising=False)
        space.make_secrets(first_time=True)
        (space.secrets / "recherche").unlink()
        with pytest.raises(CommandRefused, match="recherche"):
            space.make_secrets(first_time=False)
        assert not (space.secrets / "recherche").exists()


def test_keys_are_random_and_closed_to_others(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ENS_SECRETS", raising=False)
        for name in ("un", "deux"):
            Space(folder / name).make_secrets(first_time=True)
    keys = list(Path(folder).glob("*/secrets/*"))
    assert len({path.read_bytes() for path in keys}) == len(keys) == 10
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    assert {path.parent.stat().st_mode & 0o777 for path in keys} == {0o700}
    shutil.rmtree(folder / "un")
