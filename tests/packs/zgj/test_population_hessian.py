"""The Hessian against the oracle, against differences of the oracle's gradient, and its edges."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from population_reference import nasty_instances

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj import oracle, population
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS, UNIT_ABS, UNIT_RELU, Model
from lcnn_verify.packs.zgj.population import curvature

SMOOTH = {name: (W, V) for name, (W, V) in nasty_instances().items() if W.any(axis=1).all()}
# In these some entries, or the oracle's squares of them, are past the range of a float.
SMOOTH = {k: v for k, v in SMOOTH.items() if "denormal" not in k and not k.startswith("wide")}


def sizes(W: FloatArray, V: FloatArray, model: Model) -> FloatArray:
    """The natural size of each entry, (m·d, m·d): what cancels in it, by blocks."""
    d, p = W.shape[1], model.mass_power
    norms = np.linalg.norm(np.concatenate((W, V)), axis=1)
    m = len(W)
    blocks = (norms[:m, None] * norms[:m]) ** (p - 1)
    blocks += np.diag(norms[:m] ** (p - 2) * np.sum(norms**p))
    return np.kron(blocks, np.ones((d, d)))


@pytest.mark.parametrize("name", SMOOTH)
def test_hessian_equals_the_oracles(name: str, model: Model) -> None:
    W, V = SMOOTH[name]
    computed = population.hessian(W, V, model=model)
    exact = oracle.hessian(W, V, dps=60, model=model)
    with np.errstate(under="ignore"):
        expected = np.array([[float(x) for x in row] for row in exact.tolist()])
    assert np.array_equal(computed, computed.T)
    assert np.all(np.abs(computed - expected) <= 2e-15 * sizes(W, V, model))


@pytest.mark.parametrize("gap", [0.0, 2.0**-30, 2.0**-20, 0.5])
def test_hessian_is_the_slope_of_the_oracles_gradient(gap: float, model: Model) -> None:
    W = np.array([[1.0, 0.25], [1.0, 0.25 + gap], [-0.5, 0.75], [-1.0, -0.25]])
    V = np.array([[2.0, 0.5], [0.5, 1.0]])
    step = 2.0**-42  # W ± step is exact; past a kink of k'' the error is of the order of the step
    computed = population.hessian(W, V, model=model)
    for column in range(W.size):
        nudge = np.zeros(W.size)
        nudge[column] = step
        ahead, behind = W + nudge.reshape(W.shape), W - nudge.reshape(W.shape)
        with mpmath.workdps(80):
            rise = oracle.gradient(ahead, V, model=model) - oracle.gradient(behind, V, model=model)
            slope = np.array([float(x / (2 * step)) for x in rise])
        assert computed[:, column] == pytest.approx(slope, abs=1e-11)


def test_a_cosine_would_lose_half_the_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    # The planted bad input of this file: angles from dot products, as most implementations do.
    W = np.array([[0.1, 0.2, 0.3], [0.1, 0.2, 0.3 + 1e-10]])
    V = np.array([[0.3, 0.2, 0.1]])
    right = population.hessian(W, V, model=TIED_ABS)

    class FromCosine:
        def __getattr__(self, name: str) -> object:
            return getattr(np, name)

        @staticmethod
        def arctan2(apart: FloatArray, together: FloatArray) -> FloatArray:
            return 0.5 * np.arccos(np.clip(1.0 - apart**2 / 2, -1.0, 1.0))

    monkeypatch.setattr(curvature, "np", FromCosine())
    wrong = population.hessian(W, V, model=TIED_ABS)
    assert np.abs(wrong - right).max() > 1e-12


def test_a_zero_student_is_named() -> None:
    for model in MODELS:
        with pytest.raises(InputError, match="zero neuron in row 1"):
            population.hessian([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0]], model=model)


def test_a_zero_teacher_is_nothing() -> None:
    W, V = np.array([[1.0, 2.0]]), np.array([[3.0, 1.0]])
    both = np.concatenate((V, np.zeros((2, 2))))
    for model in MODELS:
        expected = population.hessian(W, V, model=model)
        assert np.array_equal(population.hessian(W, both, model=model), expected)


def test_a_lone_unit_student_on_a_line_has_curvature_one() -> None:
    # d = 1: L = ½(|w| − |v|)², whatever the sizes.
    for w in (1e-150, 1.0, 1e150):
        assert population.hessian([[w]], [[2.0]], model=UNIT_ABS)[0, 0] == 1.0


def test_overflow_names_the_neuron() -> None:
    with pytest.raises(OverflowError, match=r"Hessian of W\[0\] .* V\[0\] has norm 1e\+160"):
        population.hessian([[1.0, 0.0]], [[1e160, 0.0]])
    with pytest.raises(OverflowError, match=r"Hessian of W\[0\] .* W\[0\] has norm 1e-300"):
        population.hessian([[1e-300, 0.0]], [[6e9, 8e9]], model=UNIT_RELU)
