"""Mistakes one could make in this pack, each planted and caught by the claim that is named."""

from __future__ import annotations

import numpy as np
import pytest
from planting import fallen, plant

from lcnn_verify.packs.oymak_soltanolkotabi import (
    descent,
    evaluation,
    fitting,
    kernels,
    quantities,
    ranks,
)

DESCENT = "os.certified-descent"
pytestmark = pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")


def test_a_sign_in_the_jacobian(monkeypatch):
    right = evaluation.gradient
    plant(monkeypatch, right, lambda problem, W: -right(problem, W))
    assert "‖r_t‖" in fallen(DESCENT, examples=0.05)


def test_the_largest_singular_value_for_the_smallest(monkeypatch):
    right = quantities.gram_eigenvalue
    plant(
        monkeypatch,
        right,
        lambda problem, index, label="": right(problem, -1 - index, label),
    )
    assert fallen(DESCENT, examples=0.05).startswith("r₀ − ‖r_t‖ ≥ ")


def test_a_step_three_times_as_long(monkeypatch):
    right = evaluation.gradient
    plant(monkeypatch, right, lambda problem, W: 3.0 * right(problem, W))
    assert "outside its error bound" in fallen(DESCENT, examples=0.05)


def test_the_residual_of_the_step_before(monkeypatch):
    right = descent.Run.residual
    monkeypatch.setattr(descent.Run, "residual", lambda run, t: right(run, max(0, t - 1)))
    assert fallen(DESCENT, examples=0.05).startswith("r₀ − ‖r_t‖ ≥ ")


def test_a_path_of_squares(monkeypatch):
    right = descent.Run.path

    def wrong(run, t):
        found = right(run, t)
        return descent.Quantity(found.label, found.value**2, found.error, enclosed=found.enclosed)

    monkeypatch.setattr(descent.Run, "path", wrong)
    assert "path length" in fallen(DESCENT, examples=0.05)


def test_a_gram_matrix_without_a_half(monkeypatch):
    right = evaluation.gram
    plant(monkeypatch, right, lambda problem, W: 2.0 * right(problem, W))
    assert "outside its error bound" in fallen(DESCENT, examples=0.05)


def test_a_certificate_made_easier(monkeypatch):
    right = quantities.certificate
    plant(monkeypatch, right, lambda problem: 2.0 * right(problem))
    assert "2 · α₀²/(16Λr₀) ≤ " in fallen(DESCENT, examples=0.1, only="long_run")


def test_a_rank_by_float_cut(monkeypatch):
    def wrong(grid, slope=ranks.power):
        rows = [[float(int(e.p)) / int(e.q) for e in row] for row in right(grid, slope).tolist()]
        return _Cut(np.array(rows))

    class _Cut:
        def __init__(self, matrix):
            self.matrix = matrix

        def rank(self):
            return int(np.linalg.matrix_rank(self.matrix))

    right = ranks.jacobian
    plant(monkeypatch, right, wrong)
    assert fallen("os.jacobian-rank", examples=0.3).startswith("rank J")


def test_a_wrong_coefficient_of_the_kernel(monkeypatch):
    monkeypatch.setattr(kernels, "KERNELS", tuple(map(_with_wrong_coefficient, kernels.KERNELS)))
    assert "λ_min(Σ − its parts" in fallen("os.kernel-bound", examples=0.2)


def _with_wrong_coefficient(kernel):
    if kernel.squares is None:
        return kernel
    return kernels.Kernel(
        kernel.sigma, kernel.entry, lambda j, kit: kernel.squares(j, kit) * (2 if j == 1 else 1)
    )


def test_a_kernel_without_its_linear_part(monkeypatch):
    def without(kernel):
        if kernel.entry is None:
            return kernel
        return kernels.Kernel(
            kernel.sigma,
            lambda rho, kit: kernel.entry(rho, kit) - kernel.squares(0, kit) * rho,
            kernel.squares,
        )

    monkeypatch.setattr(kernels, "KERNELS", tuple(map(without, kernels.KERNELS)))
    assert "λ_min(Σ − its parts" in fallen("os.kernel-bound", examples=0.2)


def test_nothing_planted_nothing_fallen():
    reason = fallen(DESCENT, examples=0.05)
    assert not reason or "never drew" in reason  # so few examples may lack a class


def test_a_fit_reported_early(monkeypatch):
    plant(monkeypatch, fitting.by_levenberg, lambda problem: True)
    monkeypatch.setattr(fitting, "by_levenberg", lambda problem: True)
    assert fallen("os.capacity-wall").startswith("fits of random labels = 0")
