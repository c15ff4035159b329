"""The studies' own tools, by an independent route."""

from __future__ import annotations

import sys

import numpy as np

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load


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
