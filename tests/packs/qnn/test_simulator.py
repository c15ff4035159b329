"""The simulator against exponentials, differences and another library; its bounds; its examples."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings

from lcnn_verify.errors import InputError
from lcnn_verify.evidence.audit import Audit, auditing
from lcnn_verify.evidence.draws import Discarded
from lcnn_verify.evidence.hooks import from_json, to_json
from lcnn_verify.numerics import balls
from lcnn_verify.packs.quantum_networks import circuit, hooks, quantities, simulator, strategies
from lcnn_verify.packs.quantum_networks.circuit import Layer, Problem

UP = ((1, 0), (0, 0))
THREE = Problem(
    3,
    (Layer("XYZ", 0.4, "CNOT"), Layer("HIX", -1.3, "III"), Layer("SWAP", 0.8, "YHI")),
    "IZX",
    (((1, 0), (0, 2)) * 4, ((0, -1), *((1, 1),) * 7)),
    (1.0, -1.0),
)
few = settings(max_examples=10)


def turning(*angles: float, n: int = 1) -> Problem:
    """A circuit with ŷ = cos 2Σθ, n times."""
    layers = tuple(Layer("X", angle, "I") for angle in angles)
    return Problem(1, layers, "Z", (UP,) * n, (1.0,) * n)


@pytest.mark.parametrize("name", ["XZ", "YH", "HH", *circuit.PAIRS])
def test_involutions_are_hermitian_and_of_square_one(name):
    matrix, power = circuit.involution(name, 2)
    assert (matrix == matrix.conj().T).all()
    assert (matrix @ matrix == 2**power * np.eye(4)).all()


@few
@given(problem=strategies.problems(most_qubits=3))
def test_outputs_are_those_of_dense_exponentials_and_derivatives_those_of_differences(problem):
    found = simulator.simulate(problem, simulator.FLOATS)
    values = np.subtract(found.plus, found.minus)
    assert values == pytest.approx(hooks.dense(problem), abs=1e-13)
    assert np.add(found.plus, found.minus) == pytest.approx(1.0, abs=1e-13)
    risk, theta = simulator.risk(problem), np.array(problem.angles)
    steps = 1e-5 * np.eye(problem.p)
    differences = [(risk(theta + e)[0] - risk(theta - e)[0]) / 2e-5 for e in steps]
    assert risk(theta)[1] == pytest.approx(differences, abs=4e-9)


def test_three_routes_agree_on_three_qubits():
    exact = simulator.oracle(THREE, 30)
    with balls.working_precision(200):
        held = simulator.simulate(THREE, simulator.BALLS)
    found = simulator.simulate(THREE, simulator.FLOATS)
    for name in ("plus", "minus", "slopes"):
        got, fine, ball = (np.ravel(getattr(each, name)) for each in (found, exact, held))
        for value, decimal, inside in zip(got, fine, ball, strict=True):
            assert value == pytest.approx(float(decimal), abs=1e-14)
            with mpmath.workdps(40), balls.working_precision(200):
                middle = mpmath.mpf(inside.mid().str(40, radius=False))
                assert abs(middle - decimal) < 1e-28
            assert float(inside.rad()) < 1e-50


def test_another_library_finds_the_same():
    """Qiskit's operators, states and evolution gates: the extra ``quantum``."""
    pytest.importorskip("qiskit", reason="Qiskit is optional: pip install 'lcnn-verify[quantum]'")
    from qiskit.circuit.library import CXGate, CZGate, PauliEvolutionGate, SwapGate
    from qiskit.quantum_info import Operator, Pauli, Statevector

    gates = {"CNOT": Operator(CXGate()).reverse_qargs(), "CZ": CZGate(), "SWAP": SwapGate()}
    layers = (("XY", 0.3, "CNOT"), ("ZZ", -1.1, "CZ"), ("YI", 2.0, "SWAP"), ("IX", 0.7, "ZY"))
    states = (((1, 0), (0, 2), (-1, 1), (0, 0)), ((0, 1), (1, 0), (1, 0), (2, -1)))
    problem = Problem(2, tuple(Layer(*layer) for layer in layers), "ZX", states, (1.0, -1.0))

    def values(angles):
        for entries in states:
            column = np.array([complex(*pair) for pair in entries])
            state = Statevector(column / np.linalg.norm(column))
            for (word, _, fixed), angle in zip(layers, angles, strict=True):
                state = state.evolve(PauliEvolutionGate(Pauli(word), time=angle))
                state = state.evolve(Operator(gates[fixed] if fixed in gates else Pauli(fixed)))
            yield state.expectation_value(Pauli("ZX")).real

    found = simulator.simulate(problem, simulator.FLOATS)
    assert np.subtract(found.plus, found.minus) == pytest.approx([*values(problem.angles)])
    for k, turn in enumerate(math.pi / 4 * np.eye(4)):
        up, down = ([*values(np.add(problem.angles, s * turn))] for s in (1, -1))
        assert found.slopes[k] == pytest.approx(np.subtract(up, down))


@settings(few, max_examples=4)
@given(problem=strategies.problems())
def test_routes_of_all_quantities_agree(problem):
    other = problem.at([angle + 0.1 for angle in problem.angles])
    wider = replace(problem, scale=1.5, labels=(0.5,) * problem.n)
    with auditing():
        found = [
            quantities.slope(problem, 0, 0),
            quantities.spread(problem, 0),
            quantities.fastest(problem),
            quantities.squared_gradient(wider),
            quantities.fourth_root(wider, "L^{1/4}") - quantities.reach(problem, other),
        ]
        assert Audit(everything=True).defect(*found) is None


def test_the_audit_sees_a_deviation_that_lost_its_digits(monkeypatch):
    near = turning(1e-6)
    fine = quantities.spread(near, 0)
    value = 1.0 - 2.0 * math.sin(1e-6) ** 2
    lost = replace(fine, value=2.0 * math.sqrt(1.0 - value * value))
    assert fine.value == pytest.approx(2 * math.sin(2e-6), rel=1e-6)
    assert Audit(everything=True).defect(fine) is None
    assert Audit(everything=True).defect(lost) is not None


def test_balls_widen_with_little_precision_and_hold_the_truth():
    with balls.working_precision(30):
        coarse = simulator.simulate(turning(0.3, 0.4), simulator.BALLS)
    with balls.working_precision(300):
        assert coarse.plus[0].contains(arb(0.7).cos() ** 2)
        assert coarse.slopes[1][0].contains(-2 * arb(1.4).sin())
    assert float(coarse.plus[0].rad()) > 1e-10


def test_descent_in_floats_and_in_balls():
    problem = Problem(1, (Layer("Y", 0.7, "H"), Layer("X", 0.4, "I")), "Z", (UP,), (1.0,))
    theta, risk = np.array(problem.angles), simulator.risk(problem)
    for _ in range(40):
        theta = theta - 0.004 * risk(theta)[1]
    found = quantities.descended(problem, 0.004, 40)
    assert found.value == pytest.approx(risk(theta)[0], rel=1e-12)
    assert Audit(everything=True).defect(found) is None
    off = replace(found, value=found.value + 3.0 * found.error)
    assert Audit(everything=True).defect(off) is not None
    assert found.error < 1e-9


@pytest.mark.parametrize("n", [1, 3])
def test_the_bound_along_the_sharpest_flow(n):
    start = turning(0.4, 0.3, n=n)
    own = simulator.own_time(start)
    assert quantities.lower_bound(start, own).value == pytest.approx(
        quantities.loss(start).value / 4
    )
    there, path = simulator.flow(start, 1e4 * own)
    ratio = quantities.loss(there).value / quantities.lower_bound(start, 1e4 * own).value
    assert 1.0 < ratio < 1.01
    assert (np.diff(path.losses) < 0).all()
    assert quantities.exponent(there, 1e4 * own).value == pytest.approx(2.0, abs=0.01)
    assert quantities.sharpness(there).value == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("p", "n"), [(1, 1), (3, 1), (2, 3)])
def test_the_reach_is_what_the_sharpest_circuit_goes(p, n):
    there, back = turning(*(1e-4,) * p, n=n), turning(*(0.0,) * p, n=n)
    gone = quantities.fourth_root(there, "") - quantities.fourth_root(back, "")
    assert gone.value == pytest.approx(quantities.reach(there, back).value, rel=1e-6)


def test_the_bound_of_descent_says_its_factor():
    start, ratio = turning(0.4), Fraction(10, 9)
    label = quantities.lower_bound(start, 1.0, ratio).label
    assert label == "(L₀^{−1/2} + (10/9)·8√2·p√n·t)^{−2}"
    assert quantities.lower_bound(start, 1.0).label == label.replace("(10/9)·", "")
    slower = quantities.lower_bound(start, 9.0, ratio).value
    assert slower == pytest.approx(quantities.lower_bound(start, 10.0).value)


def test_a_start_without_loss_is_given_up():
    for angle in (0.0, 0.2):
        with pytest.raises(Discarded):
            strategies.started(turning(angle))
    assert strategies.started(turning(0.5)) == turning(0.5)


def test_problems_say_what_they_are_and_are_made_again():
    for problem in (THREE, replace(turning(0.0, n=2), scale=1.1)):
        assert from_json(json.loads(json.dumps(to_json(problem)))) == problem
    assert turning(0.0, n=2).classes() == ("repeated inputs", "Pauli word", "p = 1")
    shown = Problem.show(to_json(replace(THREE, scale=1.5)))
    assert shown.parameters["U"] == "YHI·exp(−0.8i·SWAP)·exp(1.3i·HIX)·CNOT·exp(−0.4i·XYZ)"
    assert shown.parameters["M"] == "1.5·IZX"
    assert shown.arrays["Im ψ"][0] == [0, 2] * 4


@pytest.mark.parametrize(
    ("changes", "argument"),
    [
        ({"measurement": "XXX"}, "involution"),
        ({"measurement": "Q"}, "involution"),
        ({"layers": (Layer("CNOT", 0.1, "I"),)}, "involution"),
        ({"layers": ()}, "problem"),
        ({"labels": (1.0, 1.0)}, "problem"),
        ({"inputs": (((0, 0), (0, 0)),)}, "input"),
        ({"inputs": (((1, 0),),)}, "input"),
    ],
)
def test_what_does_not_fit_is_told(changes, argument):
    with pytest.raises(InputError) as told:
        replace(turning(0.1), **changes)
    assert told.value.argument == argument


def test_the_self_check_passes_and_sees_a_wrong_sign(monkeypatch):
    assert hooks.circuits()[0]
    right = hooks.dense
    monkeypatch.setattr(hooks, "dense", lambda problem: [-y for y in right(problem)])
    assert not hooks.circuits()[0]
    hooks.warm_up()
