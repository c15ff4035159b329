"""The studies' own tools, by an independent route."""

from __future__ import annotations

import sys

import numpy as np

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence.recorder import Recorder, recording
from lcnn_verify.packs.zgj.proofs.facts import exponent


def test_the_tangent_kernel_is_that_of_differences():
    claim = ledger.claim("zgj.study.beyond-ntk")
    (found,) = load(directory_of(claim), claim.property_file)
    module = sys.modules[found.body.__module__]
    W, step = np.random.default_rng(3).standard_normal((3, 2)), 1e-6

    def outputs(W):
        return (np.linalg.norm(W, axis=1)[:, None] * np.abs(W @ module.INPUTS.T)).sum(axis=0)

    moves = step * np.eye(6).reshape(6, 3, 2)
    slopes = [(outputs(W + move) - outputs(W - move)) / (2.0 * step) for move in moves]
    np.testing.assert_allclose(module.kernel(W), np.transpose(slopes) @ slopes, rtol=1e-6)


def test_slopes_along_the_flow_are_those_of_the_exact_solution():
    claim = ledger.claim("zgj.study.exponent")
    module = sys.modules[load(directory_of(claim), claim.property_file)[0].body.__module__]
    u, V = 1e-5, np.eye(2)[:1]
    G, window = 1.0 - 4.0 / np.pi**2, (0.1, 10.0)
    with recording(Recorder(claim.id, "along")):
        power, rate, fall = module.along("across", exponent.students(1, u), V, 0.25 / u, window)
    times = np.geomspace(*window, 9)
    logs = -2.0 * np.log(1.0 / u + G * times / u)  # of 2L/G, as L = ½G/(1/u + 4Gt)²
    np.testing.assert_allclose(power, 0.75, rtol=1e-5)
    np.testing.assert_allclose(rate, -np.diff(logs) / np.diff(0.25 * times / u), rtol=1e-3)
    np.testing.assert_allclose(fall, -np.diff(logs) / np.diff(np.log(times)), rtol=1e-3)


def test_a_search_above_a_critical_level_finds_it_and_the_study_falls(monkeypatch):
    """The level 2.6·ε₀ is above the cones of d = 4, 2.41·ε₀."""
    claim = ledger.claim("zgj.study.lower-levels")
    _, searches = load(directory_of(claim), claim.property_file)
    module = sys.modules[searches.body.__module__]
    monkeypatch.setattr(module, "TEACHERS", {"two, 90°": (4, [1.0, 1.0], [90.0])})
    monkeypatch.setattr(module, "BELOW", 2.6)
    record = searches.run().to_json()
    assert record["violations"] == 1
    assert record["counterexample"]["tightness"] > 1e3
