"""The routes agree, at every shape and block edge, and a wrong sign in any of them shows."""

# Runs as plain Python, too: it reaches every line and branch of the compiled bodies.
from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any, NoReturn

import mpmath
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from population_reference import Exact, evaluate, floors, routes

from lcnn_verify.numerics import threads
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.packs.zgj.model import TIED_ABS, TIED_RELU, UNIT_RELU, Model
from lcnn_verify.packs.zgj.population import family, pairs, planar
from lcnn_verify.packs.zgj.population.family import Family
from lcnn_verify.packs.zgj.population.scaling import scaled_family

JIT = not numba.config.DISABLE_JIT


def disagreement(
    first: tuple[float, FloatArray],
    second: tuple[float, FloatArray],
    bounds: tuple[float, FloatArray],
) -> float:
    """The largest difference between two routes in units of the two floors; 1 is the limit."""
    losses = abs(first[0] - second[0]) / (2 * bounds[0])
    rows = np.linalg.norm(first[1] - second[1], axis=1) / (2 * bounds[1])
    return float(max(losses, rows.max()))


@settings(max_examples=80 if JIT else 8)
@given(
    m=st.integers(1, 40), r=st.integers(1, 40), d=st.integers(1, 40), seed=st.integers(0, 2**32 - 1)
)
def test_routes_agree_at_every_shape(m: int, r: int, d: int, seed: int, model: Model) -> None:
    rng = np.random.default_rng(seed)
    W, V = rng.normal(size=(m, d)), rng.normal(size=(r, d))
    for plane in (False, True):
        A, B = (rng.normal(size=(k, 2)) for k in (m, r)) if plane else (W, V)
        results = [evaluate(route, A, B, model) for route in routes(A.shape[1]).values()]
        for other in results[1:]:
            assert disagreement(results[0], other, floors(A, B, model)) <= 1.0


@pytest.mark.parametrize("d", [1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100])
def test_routes_agree_at_block_edges_of_the_dimension(d: int) -> None:
    rng = np.random.default_rng(d)
    W, V = rng.normal(size=(9, d)), rng.normal(size=(2, d))
    first, second = (evaluate(route, W, V, TIED_RELU) for route in list(routes(d).values())[:2])
    assert disagreement(first, second, floors(W, V, TIED_RELU)) <= 1.0


@pytest.mark.parametrize("n", [15, 16, 17, 31, 32, 33, 49, 80, 95, 96, 97, 192, 193, 257])
def test_routes_agree_at_the_edges_of_blocks_and_tiles(n: int) -> None:
    rng = np.random.default_rng(n)
    W, V = rng.normal(size=(n - 3, 2)), rng.normal(size=(3, 2))
    first, second = (
        evaluate(route, W, V, UNIT_RELU) for route in (pairs.loss_and_pull, planar.loss_and_pull)
    )
    assert disagreement(first, second, floors(W, V, UNIT_RELU)) <= 1.0


def test_the_plane_agrees_with_the_tiles_among_thousands(model: Model) -> None:
    rng = np.random.default_rng(5)
    W, V = rng.normal(size=(2000 if JIT else 300, 2)), rng.normal(size=(5, 2))
    W[100:200] = W[0]  # clones, and lines that coincide
    W[200:250] = -W[1]
    first, second = (
        evaluate(route, W, V, model) for route in (pairs.loss_and_pull, planar.loss_and_pull)
    )
    assert disagreement(first, second, floors(W, V, model)) <= 1.0


def test_a_million_neurons_in_the_plane_equal_their_merged_pairs() -> None:
    # Clones of a handful of students: the exact loss is that of the handful (THEORY §3.3), with
    # tied masses. 512² clones are one student 512 times as long, which is exact in binary.
    root = 512 if JIT else 64
    few = np.array([[1.0, 0.25], [-0.5, 2.0], [3.0, -1.0], [-1.0, -0.125]])
    V = np.array([[1000.0, 300.0], [-200.0, 700.0]])
    many = np.tile(few, (root * root, 1))
    rng = np.random.default_rng(6)
    many *= rng.choice([-1.0, 1.0], size=len(many))[:, None]
    loss, gradient = evaluate(planar.loss_and_pull, many, V, TIED_ABS)
    merged_loss, merged_gradient = evaluate(pairs.loss_and_pull, root * few, V, TIED_ABS)
    bound, rows = floors(many, V, TIED_ABS)
    assert abs(loss - merged_loss) <= 2 * bound
    signs = np.sign(many[:, 0] * np.tile(few, (root * root, 1))[:, 0])
    expected = np.tile(merged_gradient / root, (root * root, 1)) * signs[:, None]
    assert np.all(np.linalg.norm(gradient - expected, axis=1) <= 2 * rows)


class TestOrder:
    """Lines are sorted by angle, cheaply where they nearly are."""

    def family(self, n: int) -> Family:
        rng = np.random.default_rng(n)
        return scaled_family(rng.normal(size=(n - 1, 2)), rng.normal(size=(1, 2)), TIED_ABS).family

    @pytest.mark.parametrize("start", ["sorted", "reversed", "shuffled", "one late"])
    @pytest.mark.parametrize("n", [2, 5, 200])
    def test_any_order_of_the_last_evaluation_is_repaired(self, n: int, start: str) -> None:
        family = self.family(n)
        units = family.units
        right = np.argsort(np.mod(np.arctan2(units[:, 1], units[:, 0]), math.pi))
        space = planar.Workspace.of(n)
        space.order[:] = {
            "sorted": right,
            "reversed": right[::-1],
            "shuffled": np.random.default_rng(0).permutation(n),
            "one late": np.roll(right, 1),
        }[start]
        expected = planar.loss_and_pull(family)
        loss, pull = planar._alone(*family, *space)
        assert np.array_equal(space.order, right)
        assert loss == expected[0]
        assert np.array_equal(pull, expected[1])

    @pytest.mark.parametrize("bits", [0, 3])
    @pytest.mark.parametrize("name", ["spread", "close", "two clusters", "equal", "nearly sorted"])
    def test_keys_are_sorted_and_equal_ones_stay_in_order(self, name: str, bits: int) -> None:
        rng = np.random.default_rng(7)
        top = 2**62 if bits else 0  # the first three bits are shared
        keys = {
            "spread": top + rng.integers(0, 2 ** (63 - bits) - 1, 400) // 2,
            "close": top + rng.integers(0, 2**20, 400),
            "two clusters": top + 2**50 * rng.integers(0, 2, 400) + rng.integers(0, 9, 400),
            "equal": np.full(400, top),
            "nearly sorted": top + (np.arange(400) ^ 1),
        }[name]
        right = np.argsort(keys, kind="stable")
        order, found = np.arange(400), keys.copy()
        planar._sort(found, order, bits)
        assert np.array_equal(order, right)
        assert np.array_equal(found, keys[right])

    def test_what_nearly_is_in_order_is_not_sorted_afresh(self) -> None:
        calls: list[int] = []
        sort = as_python(planar._sort, _sort_by_digits=lambda keys, *a: calls.append(len(keys)))
        keys, order = np.arange(300), np.arange(300)
        for array in (keys, order):
            array[[10, 11]], array[[200, 205]] = array[[11, 10]], array[[205, 200]]
        sort(keys, order, 0)
        assert not calls
        assert np.array_equal(keys, np.arange(300))
        sort(keys[::-1].copy(), order, 0)
        assert calls == [300, 300]

    def test_a_zero_neuron_has_an_order_but_no_pull(self) -> None:
        W, V = np.array([[0.0, -0.0], [-0.0, 0.0], [1.0, 2.0]]), np.array([[2.0, 1.0]])
        _, gradient = evaluate(planar.loss_and_pull, W, V, UNIT_RELU)
        assert not gradient[:2].any()
        assert gradient[2].any()


def test_the_in_place_kernel_does_not_see_what_its_workspace_held() -> None:
    rng = np.random.default_rng(1)
    drawn = scaled_family(rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), TIED_ABS).family
    space, pull = pairs.Workspace(*pairs.room(6, 3)), np.full((4, 3), np.nan)
    expected = pairs.loss_and_pull(drawn)
    first = pairs.loss_and_pull_into(drawn, space, pull)
    assert first == pairs.loss_and_pull_into(drawn, space, pull) == expected[0]
    assert np.array_equal(pull, expected[1])


def as_python(function: Callable[..., Any], **names: Any) -> Callable[..., Any]:
    """The plain Python body of a compiled function, with some of its global names replaced."""
    body = getattr(function, "py_func", function)
    return types.FunctionType(body.__code__, {**body.__globals__, **names}, body.__name__)


PLAIN_ARCS = as_python(pairs.arc_and_sine)


def python_pairs(**names: Any) -> Callable[..., Any]:
    """The route of all pairs as plain Python, whatever calls what of it included."""
    names = {"two_sum": as_python(pairs.two_sum), "arc_and_sine": PLAIN_ARCS} | names
    order = (
        "products cosines fill add between play _play whole finish _finish by_threads loss_and_pull"
    )
    for name in order.split():
        names[name] = as_python(getattr(pairs, name), **names)
    return names["loss_and_pull"]


def python_planar(**names: Any) -> Callable[..., Any]:
    parts = ("_aim", "_deal", "_sort_sectors", "_balance", "_sweep", "_collect")
    names = {part: as_python(getattr(planar, part), **names) for part in parts} | names
    alone = as_python(
        planar._alone, loss_and_pull_into=as_python(planar.loss_and_pull_into, **names)
    )
    return as_python(planar.loss_and_pull, _alone=alone)


def python_assemble(**names: Any) -> Callable[..., Any]:
    return as_python(planar.assemble, **names)


def against(scaled: Family, i: int, sine: float, along: float) -> tuple[float, float]:
    """In place of ``direction``: the other way."""
    alive, radial = family.direction(scaled, i, sine, along)
    return alive, -radial


BROKEN: dict[str, Callable[[], Callable[..., Any]]] = {
    "pairs: cosine's sign": lambda: python_pairs(arc_and_sine=lambda it: PLAIN_ARCS(-it)),
    "pairs: sine for arc": lambda: python_pairs(arc_and_sine=lambda it: PLAIN_ARCS(it)[::-1]),
    "pairs: not turned": lambda: python_pairs(
        turn=lambda tiles, here, step, others, there, skip: pairs.store(
            others, there, skip, pairs.load(tiles, here, step)
        )
    ),
    "pairs: radial part": lambda: python_pairs(direction=against),
    "pairs: linear part": lambda: python_pairs(column=lambda *at: -pairs.column(*at)),
    "planar: order ignored": lambda: python_planar(_sort=lambda keys, order, bits: None),
    "planar: no folding": lambda: python_planar(
        _collect=as_python(planar._collect, _is_folded=lambda x, y: False)
    ),
    "planar: own side only": lambda: python_planar(_balance=lambda space: None),
    "planar: radial part": lambda: python_planar(assemble=python_assemble(direction=against)),
    "planar: linear part": lambda: python_planar(
        assemble=python_assemble(signed_sum=lambda s, m, u: -(s * m) @ u)
    ),
}


def test_arcs_and_sines_are_within_two_units_in_the_last_place() -> None:
    # Around ¾, where the way to the arc changes, around 1, and beyond it.
    edges = [np.nextafter(0.75, 0.0), 0.75, np.nextafter(0.75, 1.0), 1.0 - 2.0**-53, 1.0]
    rng = np.random.default_rng(4)
    cosines = np.concatenate((edges, rng.uniform(0.7, 0.8, 150), rng.uniform(0.0, 1.0, 150)))
    cosines = np.concatenate((cosines, -cosines, 1.0 - np.geomspace(1e-16, 0.1, 30)))
    with mpmath.workdps(40):
        found = PLAIN_ARCS(cosines.reshape(-1, pairs.ROWS, pairs.LANES))
        for cosine, *computed in zip(cosines, *(it.ravel() for it in found), strict=True):
            exact = mpmath.asin(cosine), mpmath.sqrt((1 - mpmath.mpf(cosine)) * (1 + cosine))
            for got, wanted in zip(computed, exact, strict=True):
                assert abs(got - wanted) <= 4 * 2.0**-53 * abs(wanted)
    assert [it[0, 0] for it in PLAIN_ARCS(pairs.spread(1.0 + 1e-15))] == [0.5 * math.pi, 0.0]


def test_plain_python_bodies_are_right_to_begin_with() -> None:
    rng = np.random.default_rng(3)
    W, V = rng.normal(size=(30, 2)), rng.normal(size=(3, 2))
    exact = Exact.of(W, V, TIED_RELU)
    for route in (python_pairs(), python_planar()):
        assert max(exact.error(*evaluate(route, W, V, TIED_RELU))) <= 1.0


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_kernel_leaves_its_floor(name: str) -> None:
    rng = np.random.default_rng(3)
    W, V = rng.normal(size=(30, 2)), rng.normal(size=(3, 2))
    exact = Exact.of(W, V, TIED_RELU)
    assert max(exact.error(*evaluate(BROKEN[name](), W, V, TIED_RELU))) > 1e6


def _no_room() -> NoReturn:
    raise RuntimeError("can't start new thread")


@pytest.mark.skipif(not JIT, reason="plain Python takes minutes for 700 neurons")
@pytest.mark.parametrize("d", [2, 3, 20, 70])
def test_how_many_threads_there_are_changes_no_digit(
    d: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(d)
    drawn = scaled_family(rng.normal(size=(650, d)), rng.normal(size=(51, d)), TIED_ABS).family
    route = planar if d == 2 else pairs
    monkeypatch.setattr(planar, "WHOLE", 600)
    monkeypatch.setattr(planar, "_SECTOR", 20)
    found = [route.loss_and_pull(drawn), *(route.by_threads(drawn, k) for k in (1, 2, 3, 99))]
    monkeypatch.setattr(threads, "pool", _no_room)
    found.append(route.by_threads(drawn, 2))
    assert len({value for value, _ in found}) == 1
    assert all(np.array_equal(found[0][1], pull) for _, pull in found)


def test_no_more_threads_than_asked_for_nor_than_processors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "processors", lambda: 4)
    for said, wanted in (("1", 1), ("3", 3), ("64", 4), ("", 4), ("2,1", 4)):
        monkeypatch.setenv("OMP_NUM_THREADS", said)
        assert threads.cores() == wanted
