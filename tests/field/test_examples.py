"""Kernels of other libraries, where those are installed, are judged as examples/README.md says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lcnn_verify import conform

pytestmark = [pytest.mark.field, pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "examples"
NEURAL_TANGENTS = {
    "`neural_tangents_abs.py`": "",
    "`neural_tangents_abs.py`, of neurons of usual size": '    domain = {"smallest_norm": 1e-6}',
}


def promised(row):
    """How many checks hold, which fail and which are not judged, of a row of the README."""
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    cells = re.search(rf"^\| {re.escape(row)} \|(.*)\|$", text, re.MULTILINE)[1].split("|")
    _, held, failing, undecided = cells
    return int(held), *(set(re.findall("`(.+?)`", cell)) for cell in (failing, undecided))


def judged(target, folder):
    """The same of a run, and why each check that fails does so."""
    by_verdict = {"SUPPORTED": {}, "REFUTED": {}, "INCONCLUSIVE": {}}
    for entry in conform(target, out=folder).data["claims"]:
        name = entry["id"].removeprefix("zgj.conform.")
        by_verdict[entry["verdict"]][name] = entry["reason"]
    held, failing, undecided = by_verdict.values()
    return (len(held), set(failing), set(undecided)), failing.values()


def test_gpflow(tmp_path):
    pytest.importorskip("gpflow", reason="GPflow is not installed")
    found, _ = judged(f"{EXAMPLES / 'gpflow_arccosine.py'}:Loss", tmp_path)
    assert found == promised("`gpflow_arccosine.py`")


@pytest.mark.parametrize("row", NEURAL_TANGENTS)
def test_neural_tangents(row, tmp_path):
    pytest.importorskip("neural_tangents", reason="neural-tangents is not installed")
    file = tmp_path / "kernel.py"
    whole = (EXAMPLES / "neural_tangents_abs.py").read_text(encoding="utf-8")
    file.write_text(f"{whole}{NEURAL_TANGENTS[row]}\n", encoding="utf-8")
    found, reasons = judged(f"{file}:Loss", tmp_path / "out")
    assert found == promised(row)
    assert all("wrong only for short neurons" in reason for reason in reasons)
