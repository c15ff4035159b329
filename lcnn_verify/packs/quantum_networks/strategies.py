"""What Hypothesis draws: small circuits, simple angles first, and states that M leaves alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from lcnn_verify.evidence.draws import discard, readable
from lcnn_verify.packs.quantum_networks import simulator
from lcnn_verify.packs.quantum_networks.circuit import PAIRS, Layer, Problem

ANGLES = readable(-3.0, 3.0, simple=(0.0, 0.5, 1.0, 0.1))
KINDS = ("any", "any", "any", "aligned", "turning")
MOVING = ("any", "turning")
"""Kinds of problems, most of them any; and those that a flow moves."""
LEAST = 0.05
"""The loss at which flows start: nearer to 0 some are nearer to their bound than an integrator."""
_LETTERS = st.sampled_from("XZYHI")
_PARTS = st.integers(-2, 2)


@st.composite
def words(draw: Any, qubits: int, letters: Any = _LETTERS) -> str:
    """An involution of so many qubits, other than I: a word, or one of two qubits."""
    if qubits > 1 and letters is _LETTERS and draw(st.integers(0, 5)) == 5:
        return str(draw(st.sampled_from(PAIRS)))
    word = "".join(draw(letters) for _ in range(qubits))
    return word if set(word) != {"I"} else word[:-1] + "Z"


@st.composite
def states(draw: Any, qubits: int, basis: bool) -> tuple[tuple[int, int], ...]:
    """A state of complex integers, not normalised; with ``basis`` one of the standard basis."""
    D, first = 2**qubits, draw(st.integers(0, 2**qubits - 1))
    standard = tuple((int(j == first), 0) for j in range(D))
    state = () if basis else draw(st.tuples(*[st.tuples(_PARTS, _PARTS)] * D))
    return state if any(map(any, state)) else standard


@st.composite
def problems(
    draw: Any,
    most_qubits: int = 2,
    most_p: int = 4,
    most_n: int = 2,
    labels: Any = (1.0, -1.0),
    kinds: tuple[str, ...] = KINDS,
) -> Problem:
    """Any circuit: one parameter, inputs twice, eigenvectors of M that stay, and some that turn."""
    qubits, p, n = (draw(st.integers(1, most)) for most in (most_qubits, most_p, most_n))
    identity, pairs = "I" * qubits, PAIRS if qubits > 1 else ()
    kind = draw(st.sampled_from(kinds))
    generator, measured, fixed = words(qubits), words(qubits), st.sampled_from((identity, *pairs))
    if kind == "any" and qubits == 1:
        fixed = st.sampled_from(("I", "H"))
    if kind == "aligned":  # θ = 0, and nothing else moves a state of the basis out of it
        measured = words(qubits, st.sampled_from("ZI"))
    if kind == "turning":  # ŷ = ± cos 2Σθ
        generator, measured = (st.just(letter + identity[1:]) for letter in "XZ")
        fixed = st.just(identity)
    angle = st.just(0.0) if kind == "aligned" else ANGLES
    layers = tuple(Layer(draw(generator), draw(angle), draw(fixed)) for _ in range(p))
    inputs = [draw(states(qubits, kind != "any")) for _ in range(n)]
    if draw(st.booleans()):
        inputs = [inputs[0]] * n
    signs = tuple(draw(st.sampled_from(labels)) for _ in range(n))
    return Problem(qubits, layers, draw(measured), tuple(inputs), signs)


def started(problem: Problem) -> Problem:
    """A problem from which a flow can start; others are given up."""
    L0, _ = simulator.risk(problem)(np.array(problem.angles))
    if L0 < LEAST:
        discard("L < 0.05 at the start")
    return problem
