"""Kernels of other libraries, where those are installed, are judged as examples/README.md says."""

from __future__ import annotations

from pathlib import Path

import pytest

from lcnn_verify import run_conformance_test

pytestmark = [pytest.mark.field, pytest.mark.slow]

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_gpflow_passes():
    pytest.importorskip("gpflow", reason="GPflow is not installed")
    run_conformance_test(f"{EXAMPLES / 'gpflow_arccosine.py'}:Loss")


def test_neural_tangents_is_wrong_for_short_neurons_alone():
    pytest.importorskip("neural_tangents", reason="neural-tangents is not installed")
    target = f"{EXAMPLES / 'neural_tangents_abs.py'}:Loss"
    run_conformance_test(target, checks=["loss-values", "gradient-of-loss", "shapes", "euler"])
    for check in ("gradient-values", "vectors", "degenerate"):
        with pytest.raises(AssertionError, match="wrong only for short neurons"):
            run_conformance_test(target, checks=[check])
