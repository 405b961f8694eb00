"""What the first figures say is what was done: each act counted by the measure is a deposit like anybody's.

How many there are a second says how fast this machine is, and no test is about that: here a round is too short to
conclude anything from. What it must be is true: acknowledged, sealed, traced, kept, and told with what it is worth.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from ens.cli.postgres import EmbeddedPostgres

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.feature("B25")]
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
CLIENTS = 8  # those of the figure that is compared


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """The programs of ``make bench``, their rounds short, their file elsewhere."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import documents
    import marks
    import run
    import space

    for name, value in {"ROUNDS": 1, "SECONDS": 0.3, "WARMUP_S": 0.1}.items():
        monkeypatch.setattr(documents, name, value)
    monkeypatch.setattr(space.Space, "quiet", lambda _: None)
    monkeypatch.setattr(run, "PATH", tmp_path / "bench.json")
    return SimpleNamespace(documents=documents, marks=marks, run=run, Space=space.Space)


class Kept:
    """What a space holds: documents, lines of trace that tell of their deposit, sealed contents."""

    def __init__(self, data: Path) -> None:
        with psycopg.connect(EmbeddedPostgres(data / "base").urls.owner) as base:
            self.documents = {str(one) for (one,) in base.execute("SELECT id FROM record_document")}
            traced = base.execute("SELECT object_id FROM audit_auditline WHERE event = 'document_depose'")
            self.traced = {str(one) for (one,) in traced}
        self.contents = set((data / "contenus").glob("??/*"))


def test_each_act_of_the_figures_is_a_deposit_sealed_traced_and_kept_and_they_are_told_as_they_are(
    space: Any, bench: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    ours = bench.Space(space.data)
    space.ens("crowd", "4")
    people = (space.data / "crowd.txt").read_text().split()[-4:]  # of those before, a scenario deleted some
    (tmp_path / "etat.json").write_text(json.dumps({"patients": [], "write_patients": people, "docs": []}))
    target = bench.documents.Target(ours, tmp_path / "etat.json")
    before = Kept(space.data)

    def fhir(workloads: tuple[str, ...]) -> dict[str, Any]:
        figures = bench.documents.measure({"peu": target}, workloads, (CLIENTS,))["peu"]
        disk = {"by_table": {}, "database": 0, "store": 0}
        return {"stages": [{"on_record": 0, "fill_s": 0.0, "disk": disk, "figures": figures}], "growth": {}}

    monkeypatch.setitem(bench.run.PARTS, "fhir", fhir)
    assert bench.run.main("bundle") == 0

    told = json.loads((tmp_path / "bench.json").read_text())
    (figure,) = told["fhir"]["stages"][0]["figures"]
    assert (figure["workload"], figure["clients"], figure["errors"]) == ("bundle", CLIENTS, 0)
    assert figure["operations"] > 0

    after = Kept(space.data)
    filed, contents = after.documents - before.documents, after.contents - before.contents
    assert len(filed) >= figure["operations"]  # and those of the warming up
    assert filed == after.traced - before.traced
    assert len(contents) == len(filed)
    assert not any(b"%PDF" in path.read_bytes() for path in contents)

    scale, cost = figure["scale"], figure["cpu_ms"]
    assert figure["cpu_ms_scaled"] == pytest.approx(cost * scale, rel=0.01)
    assert told["calibration"]["scale"] > 0 and told["machine"]["cores"] >= 1
    rate = figure["ops_per_s"]
    assert f"{rate:g} dépôts/s durables ({rate / bench.marks.FRANCE_PER_S:.1f} × la France de 2025)" in told["summary"]
    shown = capsys.readouterr().out
    assert shown.endswith(told["summary"] + "\n")
    (line,) = [one for one in shown.splitlines() if one.startswith("bundle")]
    mark = bench.marks.DOCUMENTS["bundle"]
    verdict = bench.marks.verdict(figure["cpu_ms_scaled"], mark.first, mark.aim, figure["other_cores"][0])
    assert f"{figure['other_cores'][0]}  {verdict} ; Medplum" in line
