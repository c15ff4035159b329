"""What this pack's numerics give the engine."""

from __future__ import annotations

import importlib
import math

import numpy as np
from scipy.linalg import expm

from lcnn_verify.evidence.hooks import Hooks
from lcnn_verify.packs.quantum_networks import circuit, simulator
from lcnn_verify.packs.quantum_networks.circuit import Layer, Problem


def warm_up() -> None:
    """Import what most properties import; nothing here is compiled."""
    importlib.import_module("lcnn_verify.packs.quantum_networks.strategies")


def dense(problem: Problem) -> list[float]:
    """⟨M⟩ of each input by SciPy's exponentials of dense matrices, for a comparison."""

    def matrix(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.complex128]]:
        found, power = circuit.involution(name, problem.qubits)
        return found / math.sqrt(2.0) ** power

    states = np.array([[complex(*pair) for pair in state] for state in problem.inputs]).T
    states = states / np.linalg.norm(states, axis=0)
    for layer in problem.layers:
        states = matrix(layer.fixed) @ expm(-1j * layer.angle * matrix(layer.generator)) @ states
    values = (states.conj() * (matrix(problem.measurement) @ states)).sum(axis=0)
    return [float(value.real) for value in values]


def circuits() -> tuple[bool, str]:
    """Check the simulator against dense exponentials, and its derivatives against differences."""
    layers = (Layer("XY", 0.3, "CNOT"), Layer("HZ", 1.1, "II"), Layer("SWAP", -0.7, "CZ"))
    problem = Problem(2, layers, "ZI", (((1, 0), (0, 1), (2, 0), (0, -1)),), (1.0,))

    def value(theta: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        found = simulator.simulate(problem, simulator.FLOATS, theta.tolist())
        return float(found.plus[0] - found.minus[0])

    theta, step = np.array(problem.angles), 1e-5
    off = abs(value(theta) - dense(problem)[0])
    slopes = simulator.simulate(problem, simulator.FLOATS).slopes
    for k, moved in enumerate(step * np.eye(3)):
        difference = (value(theta + moved) - value(theta - moved)) / (2 * step)
        off = max(off, abs(difference - float(slopes[k][0])))
    return off < 1e-8, f"within {off:.1e} of dense exponentials and of finite differences"


HOOKS = Hooks(examples=(Problem,), warm_up=warm_up, self_checks={"circuits": circuits})
