"""Claim os.sgd: single samples with a constant step converge geometrically where labels fit.

Setting: softplus, paper scale, n = 15, d = 20, k = 40; one input a step, drawn with replacement,
    η = 1/(2·max K_ii), K = J₀J₀ᵀ.
Statement: (1) log ‖r‖ per epoch of n steps is a line with R² > 0.95, at least as steep as for a
    frozen Jacobian. (2) For a frozen Jacobian, E‖θ⁺ − θ*‖² ≤ ‖e‖² − (η/n)(2 − η·max K_ii)‖Je‖².
Kind: limit, an empirical band; (2) is exact.
Constants: 0.95 is ours.
How it is checked: seeded runs of 150 epochs; (2) in rational arithmetic, where the mean over the n
    inputs is a finite sum.
Source: abstract of the paper ("(stochastic) gradient descent"); (2) THEORY §7.
"""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lcnn_verify.evidence import Figure, Quantity, check, measure, verifies
from lcnn_verify.evidence.figures import Kind, linear, log
from lcnn_verify.numerics import activations
from lcnn_verify.packs.oymak_soltanolkotabi import evaluation, fast, problem, strategies
from lcnn_verify.profiles import active

EPOCHS = 150
CURVES = Figure(
    Kind.CURVES,
    "Residuals of stochastic descent",
    x=linear("epoch", "n steps"),
    y=log("‖r‖/r₀", "ratio"),
    bound="a frozen Jacobian",
)


@verifies("os.sgd")
def test_stochastic_descent_is_geometric():
    seed = active().derive_seed("os.sgd")
    for trial in range(active().pick(quick=3, standard=10, deep=40)):
        one = problem.drawn(activations.SOFTPLUS, 15, 20, 40, seed=(seed + trial) % 10**9)
        at = problem.at_paper_scale(one)
        K = evaluation.gram(at, at.W)
        largest = float(K.diagonal().max())
        step, least = 0.5 / largest, float(np.linalg.eigvalsh(K)[0])
        sizes = fast.stochastic(at, step, EPOCHS, np.random.default_rng(trial))[1]
        epochs, logs = np.arange(len(sizes)), np.log(sizes)
        slope = float(np.polyfit(epochs, logs, 1)[0])
        frozen = at.n / 2 * float(np.log1p(-step * (2 - step * largest) * least / at.n))
        curve = np.exp(frozen * epochs)
        CURVES.add(f"run {trial + 1}", x=epochs[::5], y=(sizes / sizes[0])[::5], bound=curve[::5])
        straight = float(np.corrcoef(epochs, logs)[0, 1] ** 2)
        measure("slope over that of a frozen Jacobian", slope / frozen, claimed="at least 1")
        check.at_least(Quantity("R² of log ‖r‖", straight, 1e-9), 0.95)
        check.at_most(Quantity("slope of log ‖r‖ an epoch", slope, 1e-9), frozen)


@verifies("os.sgd", examples=80)
@given(
    rows=st.integers(1, 3).flatmap(lambda p: strategies.rows(3, p)),
    error=st.tuples(*[st.integers(-5, 5)] * 3),
    part=st.integers(1, 39),
)
def test_the_mean_of_a_step_on_a_frozen_jacobian(rows, error, part):
    e = [Fraction(entry) for entry in error[: len(rows[0])]]
    norms = [sum(entry * entry for entry in row) for row in rows]
    products = [sum(a * b for a, b in zip(row, e, strict=True)) for row in rows]
    step = Fraction(part, 20) / max(*norms, 1)
    mean = Fraction(0)
    for row, product in zip(rows, products, strict=True):
        mean += sum((b - step * product * a) ** 2 for a, b in zip(row, e, strict=True)) / len(rows)
    spent = step / len(rows) * (2 - step * max(norms)) * sum(p * p for p in products)
    bound = sum(entry * entry for entry in e) - spent
    check.exactly(mean, "≤", bound, label="E‖θ⁺ − θ*‖²", wanted_label="‖e‖² − …")
