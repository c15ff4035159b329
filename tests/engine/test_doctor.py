"""The self-check passes here, and fails by name when something is planted."""

from __future__ import annotations

import os
import subprocess
import sys

import campaign_kit as kit
import numpy as np
import pytest

from lcnn_verify import doctor, ledger, warmup
from lcnn_verify.cli.doctor import doctor as command
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import enclosure, population


def test_a_sound_installation_is_ready(tmp_path, capsys):
    files = {claim.id: kit.HOLDS for claim in ledger.claims()}
    assert command(kit.write(tmp_path, files)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        "ok   versions",
        "ok   properties",
        "ok   compiled code",
        "ok   numerics",
        "ok   enclosures",
    ]
    assert lines[-1] == "lcnn-verify is ready"
    assert "numpy" in lines[0]


def test_missing_and_mismatched_properties_are_named(tmp_path, capsys):
    files = {claim.id: kit.HOLDS for claim in ledger.claims() if claim.id != "lab.fifth"}
    files["lab.first"] = kit.HOLDS.replace("{claim}", "lab.second")
    assert command(kit.write(tmp_path, files)) == 1
    lines = capsys.readouterr().out.splitlines()
    total = len(ledger.claims())
    assert lines[1].startswith(f"FAIL properties: {total - 2} of {total} claims")
    assert lines[1].endswith("; missing: lab.fifth, lab.first")
    assert lines[-1] == "lcnn-verify is NOT ready: properties"


def test_a_property_that_does_not_load_is_a_finding_and_no_crash(tmp_path):
    (finding,) = [
        entry
        for entry in doctor.findings(kit.write(tmp_path, {"lab.sixth": kit.BAD_SYNTAX}))
        if entry.check == "properties"
    ]
    assert not finding.passed
    assert finding.detail.startswith("SyntaxError: ")


def test_a_wrong_sign_in_the_gradient_is_noticed(monkeypatch):
    assert doctor.numerics()[0]
    right = population.gradient

    def wrong(W: FloatArray, V: FloatArray, **options: object) -> FloatArray:
        rows = np.array(right(W, V, **options))
        rows[-1, -1] *= -1.0
        return rows

    monkeypatch.setattr(population, "gradient", wrong)
    passed, detail = doctor.numerics()
    assert not passed
    assert "of its bound" in detail


def test_a_loss_that_is_off_is_noticed(monkeypatch):
    right = population.loss
    monkeypatch.setattr(population, "loss", lambda *a, **k: right(*a, **k) * (1.0 + 1e-12))
    assert not doctor.numerics()[0]


def test_a_ball_that_misses_the_loss_is_noticed(monkeypatch):
    assert doctor.enclosures()[0]
    right = enclosure.loss
    monkeypatch.setattr(enclosure, "loss", lambda *a, **k: right(*a, **k) + 1e-9)
    passed, detail = doctor.enclosures()
    assert not passed
    assert detail == ("the loss lies outside its ball: tied-abs, unit-abs, tied-relu, unit-relu")


def test_warming_up_takes_every_route(monkeypatch):
    taken: set[str] = set()
    for module in (population.small, population.planar, population.dense):
        route = module.loss_and_pull

        def spy(*arguments: object, name: str = module.__name__, route: object = route) -> object:
            taken.add(name.rpartition(".")[2])
            return route(*arguments)

        monkeypatch.setattr(module, "loss_and_pull", spy)
    warmup.warm_up()
    assert taken == {"small", "planar", "dense"}


def test_compiled_functions_are_counted(monkeypatch):
    warmup.warm_up()
    loaded, compiled = warmup.compile_counts()
    functions = list(warmup._dispatchers())
    assert bool(functions) == (loaded + compiled > 0)


@pytest.mark.parametrize(("disabled", "cold"), [("0", True), ("1", False)])
def test_an_empty_cache_is_noticed(tmp_path, disabled, cold):
    probe = "from lcnn_verify import warmup; print(warmup.is_cold())"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_DISABLE_JIT": disabled}
    done = subprocess.run(
        [sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{cold}\n"


def test_a_warm_cache_is_noticed():
    warmup.warm_up()
    assert not warmup.is_cold()


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (100, 3)])
def test_the_example_is_in_general_position(shape):
    rows = warmup.example(*shape)
    assert rows.shape == shape
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    if shape[1] > 1:
        cosines = np.abs(units @ units.T) - np.eye(len(rows))
        assert cosines.max() < 1.0 - 1e-9
