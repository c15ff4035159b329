"""Gradient flow of the population loss, by adaptive integrators with error control."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.flow import FlowOptions, integrate
from lcnn_verify.numerics.options import nonnegative_real
from lcnn_verify.numerics.trajectory import Trajectory
from lcnn_verify.packs.zgj.dynamics.problem import ScaledProblem, rate_bound
from lcnn_verify.packs.zgj.model import TIED_ABS, ModelLike, as_model, as_pair

_SMALLEST_SIZE = 1e-290


def gradient_flow(
    W: ArrayLike | Any,
    V: ArrayLike | Any,
    *,
    duration: float,
    target_loss: float = 0.0,
    model: ModelLike = TIED_ABS,
    rtol: float = 1e-9,
    atol: float = 1e-11,
    max_steps: int = 100_000,
) -> Trajectory:
    """Solve W' = −∇L(W) from students W (m, d), for teachers V (r, d), up to time ``duration``.

    Every accepted step of the integrator is recorded. It keeps the local error of a coordinate
    below ``rtol``·|coordinate| + ``atol``·s, where s follows the neuron's norm within a factor 16
    (tied readout) or is within a factor 2 of the largest norm of any neuron at the start (unit).
    Ends where L = ``target_loss``, located within the last step; where L or every row of ∇L is
    inside its rounding floor; after ``max_steps`` steps; or when the integrator fails. With unit
    readout the velocity jumps at a zero neuron, and a flow that meets one ends in one of the last
    two ways. Times are in units of length^(2−2p), p the mass power. A zero neuron stays at zero, as
    in ``gradient_descent``.

    Raises :class:`InputError` on bad input, and ``OverflowError`` if L(W) overflows float64.
    """
    model = as_model(model)
    students, teachers = as_pair(W, V)
    target_loss = nonnegative_real("target_loss", target_loss)
    options = FlowOptions(duration, rtol, atol, max_steps)
    # An implicit step could let rounding stir a zero neuron: only the others are integrated.
    alive = students.any(axis=1) if students.any() else np.ones(len(students), dtype=bool)
    problem = ScaledProblem.of(students[alive], teachers, target_loss, model)
    lengths = problem.space.lengths[:, None]

    def sizes(_: FloatArray) -> FloatArray:
        """The norms of the neurons evaluated last, if tied.

        A tiny neuron then grows or fades exponentially. Far below its tolerance an implicit step
        takes it for zero and it stays there, so tolerances follow each neuron's norm. With unit
        readout a neuron leaves zero at a speed of its own, and one size does for all.
        """
        tied = model.mass_power == 2
        return np.maximum(lengths, _SMALLEST_SIZE) if tied else np.ones_like(lengths)

    end = problem.scaled_time(options.duration)
    run = integrate(problem.evaluate, problem.weights, end, options, sizes)
    run = problem.unscaled(replace(run, times=problem.times_from(run.times)))
    weights = np.zeros_like(students)
    weights[alive] = run.weights
    bound = partial(rate_bound, students, teachers, model, 0.0)
    return replace(run, weights=weights, bound=bound)
