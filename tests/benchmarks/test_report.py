"""The measures tell what they measured: nothing about how fast this machine is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def marks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import marks

    return marks


@pytest.fixture
def report(marks):
    import report

    return report


@pytest.fixture
def calibration(marks):
    import calibration

    return calibration


def figure(workload: str, clients: int, cpu: float) -> dict[str, object]:
    shares = {name: {"program": cpu / 4, "kernel": cpu / 4} for name in ("web", "postgres", "worker")}
    return {
        "workload": workload,
        "clients": clients,
        "ops_per_s": 133.0,
        "p50_ms": 10.0,
        "p95_ms": 11.0,
        "p99_ms": 12.0,
        "cpu_ms": cpu,
        "cpu_ms_scaled": cpu,
        "cpu_by_process": shares,
        "other_cores": [0.1, 0.2],
        "errors": 0,
        "first_error": None,
    }


def measured() -> dict[str, object]:
    table = {"record_document": {"table": 3000, "indexes": 300}}
    disk = {"by_table": table, "database": 3300, "store": 4096}
    stage = {"on_record": 10_000, "fill_s": 3.0, "disk": disk}
    stage["figures"] = [figure("bundle", 1, 4.0), figure("bundle", 8, 4.5), figure("read", 8, 0.7)]
    return {
        "machine": {"cores": 2, "load": 0.1, "file_system": "ext4", "synced_write_50kb_ms": 0.3},
        "calibration": {"sha256_1gib_s": 0.53, "sum_s": 0.173, "scale": 1.0},
        "fhir": {"stages": [stage], "growth": {"bundle": {"ratios": {"10000": 1.0, "20000": 1.1}, "other_cores": 0.1}}},
    }


def test_the_summary_reads_figures_with_most_clients_against_their_marks(report):
    told = report.summary(measured())
    assert "bundle 4.50 ms (repère 5 tenu)" in told
    assert "read 0.70 ms (visé 0.8 atteint)" in told
    assert "10.0 × la France de 2025" in told
    assert "web 33 %, base 33 %, worker 33 %, dont noyau 50 %, et 6.0 ms d'attente sur 10.0" in told


def test_the_table_has_a_line_for_each_figure_and_shows_errors(report):
    found = measured()
    found["fhir"]["stages"][0]["figures"][2] |= {"errors": 2, "first_error": "HTTP 500"}
    lines = report.table(found)
    assert len([line for line in lines if line.startswith(("bundle", "read"))]) == 3
    assert any("2 ERREURS : HTTP 500" in line for line in lines)


def test_a_folder_in_memory_is_said_to_keep_nothing(report):
    found = measured()
    found["machine"] |= {"file_system": "tmpfs"}
    assert any("rien n'y est durable" in line for line in report.table(found))


VERDICTS = ((2.0, "visé 2.2 atteint"), (4.0, "repère 5 tenu"), (6.0, "repère 5 manqué"))


@pytest.mark.parametrize(("value", "said"), VERDICTS)
def test_a_figure_is_judged_by_both_marks(marks, value, said):
    assert marks.verdict(value, 5.0, 2.2) == said


@pytest.mark.feature("B25")
def test_on_a_busy_machine_nothing_is_concluded_against_a_figure(marks, report):
    assert marks.verdict(6.0, 5.0, 2.2, other_cores=1.2) == "machine occupée, sans conclusion"
    assert marks.verdict(4.0, 5.0, 2.2, other_cores=1.2) == "repère 5 tenu"
    found = measured()
    assert any(line.endswith("20 000 × 1.1 (repère 1.2 tenu)") for line in report.table(found))
    found["fhir"]["growth"]["bundle"]["other_cores"] = 1.2
    assert any(line.endswith("20 000 × 1.1 (machine occupée, sans conclusion)") for line in report.table(found))


def test_a_slower_machine_has_its_times_brought_down(calibration):
    slow = calibration.Calibration(2 * calibration.SHA256_REFERENCE_S, 2 * calibration.SUM_REFERENCE_S)
    assert slow.scale == pytest.approx(0.5)
    assert calibration.mean(slow, slow).scale == pytest.approx(0.5, abs=0.01)


def test_without_the_mail_reference_it_is_said_with_how_to_install_it(marks, report, monkeypatch):
    import mail_reference

    monkeypatch.setattr(mail_reference, "PROGRAMS", ("/nulle/part/postfix",))
    absent = mail_reference.why_not()
    assert absent.startswith("référence non installée (/nulle/part/postfix manque)")
    assert "apt-get install -y postfix dovecot-lmtpd" in absent
    ours = {"server": "ens", "clients": 8, "delivered_per_s": 60.0, "accepted_per_s": 60.0, "cpu_ms": 14.0}
    ours |= {"p50_ms": 1.0, "p95_ms": 2.0, "p99_ms": 3.0, "load": 0.1, "errors": 0, "cpu_by_process": {}}
    part = {"figures": [ours], "scale": 1.0, "absent": absent, "ratios": {}}
    assert report.mail(part)[-1] == absent
    assert "référence non mesurée" in report.summary({"mail": part})


def test_the_summary_of_uniformity_is_the_furthest_from_one_half_and_what_chance_alone_gives(report):
    def door(name: str, **slower: float) -> dict[str, object]:
        cases: dict[str, object] = {"inconnu": {"p50_ms": 1.0}}
        return {"door": name, "cases": cases | {state: {"slower": found} for state, found in slower.items()}}

    control = "inconnu (témoin)"
    figures = [
        door("SMTP : RCPT", **{control: 0.51, "opposé": 0.47, "fermé": 0.5}),
        door("page : accord", **{control: 0.476, "opposé": 0.52}),
    ]
    told = report.summary({"uniformite": {"rounds": 400, "figures": figures}})
    assert told == (
        "Résumé : uniformité : « plus lent » s'écarte de 0.5 d'au plus 0.030 (opposé, SMTP : RCPT), "
        "le témoin de 0.024 (page : accord)"
    )
    assert report.summary({"uniformite": {"rounds": 0, "figures": []}}) == "Résumé : tout est dans le tableau"
    assert report.summary({"machine": {}}) == "Résumé : rien de mesuré"


def test_an_unknown_measure_is_refused_with_those_there_are():
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "run.py"), "vitesse"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    known = done.stderr.partition("Mesure inconnue : vitesse. Mesures : ")[2].strip().rstrip(".").split(", ")
    assert {"start", "fhir", "mail", "volume", "pages", "search"} <= set(known)
