"""What of this pack's numerics is timed, beside peers: JAX, PyTorch, NumPy, SciPy, mpmath."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from flint import arb
from scipy.integrate import solve_ivp

from lcnn_verify.evidence.benchmark import Benchmark, Size, Way
from lcnn_verify.numerics.arrays import FloatArray
from lcnn_verify.numerics.trajectory import Trajectory
from lcnn_verify.packs.zgj import double_double, enclosure, oracle, peers
from lcnn_verify.packs.zgj.conformance.implementation import open_implementation
from lcnn_verify.packs.zgj.dynamics import gradient_descent, gradient_flow
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.laws import general_law
from lcnn_verify.packs.zgj.model import MODELS, TIED_ABS
from lcnn_verify.packs.zgj.oracle import closed_form
from lcnn_verify.packs.zgj.population import gradient, loss_and_gradient
from lcnn_verify.packs.zgj.proofs.region import checker, prove
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim

_MOST_WHOLE = 3000
"""Neurons up to which whole n × n matrices are no strain on memory: half a gigabyte."""
_STEPS = 10
"""Steps of a loop over calls, each of which takes long."""


def network(m: int, r: int, d: int) -> tuple[FloatArray, FloatArray]:
    """Students that share the mass of r teachers, each displaced by 30 % of itself."""
    V = np.eye(d)[np.arange(r) % d] + 0.1 * np.random.default_rng(1).normal(size=(r, d))
    shift = 0.3 * np.random.default_rng(0).normal(size=(m, d))
    return (V[np.arange(m) % r] + shift) / math.sqrt(m / r), V


def call(m: int, r: int, d: int) -> Mapping[str, Way]:
    """A call beside peers; the products, and its parts, each alone."""
    W, V = network(m, r, d)
    n, one = m + r, np.ones((1, 1))
    jax, torch = peers.with_jax(W, V), peers.with_torch(W, V)
    products, angles = peers.products(n, d), peers.arcs(n * (n - 1) // 2)

    def parts() -> None:
        loss_and_gradient(one, one)
        products()
        angles()

    return {
        "ours": Way(lambda: loss_and_gradient(W, V)),
        "JAX": Way(jax and (lambda: jax[0].block_until_ready(jax[2](jax[1])))),
        "PyTorch": Way(torch and (lambda: torch[1](torch[0]))),
        "NumPy": Way((lambda: peers.whole(W, V)) if n <= _MOST_WHOLE else None),
        "products": Way(products, limit=True),
        "parts": Way(parts, limit=True),
    }


def grown(m: int, r: int, d: int) -> Mapping[str, Way]:
    """A call beside its products alone, where one number of its size grows."""
    W, V = network(m, r, d)
    return {
        "ours": Way(lambda: loss_and_gradient(W, V)),
        "products": Way(peers.products(m + r, d), limit=True),
    }


def plane(m: int) -> Mapping[str, Way]:
    """A call in the plane beside a sort of as many numbers."""
    rng = np.random.default_rng(0)
    W, V = rng.normal(size=(m, 2)), rng.normal(size=(2, 2))
    angles = rng.random(m)
    return {
        "ours": Way(lambda: loss_and_gradient(W, V)),
        "sort": Way(lambda: np.argsort(angles), limit=True),
    }


def step(m: int, r: int, d: int) -> Mapping[str, Way]:
    """Descent beside ``lax.scan``, which keeps losses and norms, and loops over a call.

    Where whole matrices are too large there is none, but a sort of the students by their angles.
    """
    W, V = network(m, r, d)
    n, rate = m + r, 0.1 / float((V**2).sum())
    count = max(40_000 // n**2 * 10, min(50, 20_000_000 // n**2), _STEPS)
    whole, angles = n <= _MOST_WHOLE, np.random.default_rng(0).random(m)
    jax, torch = (peers.with_jax(W, V), peers.with_torch(W, V)) if whole else (None, None)
    pairs = n * (n - 1) // 2
    alone = (peers.arcs(pairs * count), peers.products_of_steps(n, d, count)) if whole else ()

    def parts() -> None:
        for part in alone:
            part()

    def ours(steps: int) -> FloatArray:
        run = gradient_descent(W, V, step=rate, max_steps=steps, record_every="log")
        return run.weights

    def loop(start: Any, evaluate: Callable[[Any], Any]) -> Any:
        weights = start
        for _ in range(_STEPS):
            weights = weights - rate * evaluate(weights)[1]
        return weights

    def same(weights: Any) -> bool:
        return near(weights, ours(_STEPS), 1e-9)

    numpy = partial(loop, W, lambda weights: peers.whole(weights, V))
    return {
        "ours": Way(lambda: ours(count), count),
        "JAX": Way(jax and peers.scan(*jax, rate, count), count),
        "PyTorch": Way(torch and (lambda: loop(*torch)), _STEPS, same=same),
        "NumPy": Way(numpy if whole else None, _STEPS, same=same),
        "parts": Way(parts if whole else None, count, limit=True),
        "sort": Way(None if whole else (lambda: np.argsort(angles)), limit=True),
    }


def near(found: Any, wanted: Any, within: float) -> bool:
    """Whether an array is another up to ``within`` of that one's largest number."""
    return bool(np.max(np.abs(np.asarray(found) - wanted)) <= within * np.max(np.abs(wanted)))


def flow(m: int, r: int, d: int) -> Mapping[str, Way]:
    """The flow to t = 1000, where it is stiff, beside SciPy's default explicit method."""
    W, V = network(m, r, d)
    duration = 1000.0

    def explicit() -> FloatArray:
        solved = solve_ivp(
            lambda _, y: -gradient(y.reshape(W.shape), V).ravel(),
            (0.0, duration),
            W.ravel(),
            rtol=1e-9,
            atol=1e-11,
        )
        return np.asarray(solved.y[:, -1]).reshape(W.shape)

    return {
        "ours": Way(lambda: gradient_flow(W, V, duration=duration).weights),
        "SciPy's RK45": Way(explicit),
    }


def enclosed(digits: int, *, name: str) -> Mapping[str, Way]:
    """Balls beside mpmath, both to ``digits`` − 5 of a value or 2·digits − 5 of the masses."""
    law, rng = general_law(models=MODELS, norms=(0.5, 2.0)), np.random.default_rng(digits)
    sample = [law.draw(rng)["instance"] for _ in range(20)]
    enclose, reference = getattr(enclosure, name), getattr(oracle, name)
    relative, bits = 10.0 ** (5 - digits), int(3.33 * 2 * digits)

    def ball(x: Instance) -> arb:
        mass = float(np.sum(np.vstack((x.W, x.V)) ** 2))
        wide = mass**2 * 10.0 ** (5 - 2 * digits)
        return enclose(x.W, x.V, precision=bits, model=x.model, width=wide, relative_width=relative)

    def balls() -> list[arb]:
        return [ball(x) for x in sample]

    def numbers() -> list[mpmath.mpf]:
        closed_form.forget_kernels()
        return [reference(x.W, x.V, dps=digits, model=x.model) for x in sample]

    def same(found: Any) -> bool:
        return all(arb(value) in held for held, value in zip(balls(), found, strict=True))

    return {"ours": Way(balls, len(sample)), "mpmath": Way(numbers, len(sample), same=same)}


def precise(m: int, r: int, d: int) -> Mapping[str, Way]:
    """A step of descent in double-doubles beside loss and gradient in mpmath, at 32 digits."""
    W, V = network(m, r, d)
    count, rate = max(2, 20_000 // (m + r) ** 2), 0.1 / float((V**2).sum())

    def ours(steps: int) -> Trajectory:
        return double_double.gradient_descent(W, V, step=rate, max_steps=steps)

    def numbers() -> tuple[float, FloatArray]:
        closed_form.forget_kernels()
        with mpmath.workdps(32):
            value = closed_form._loss(W, V, TIED_ABS)
            slope = closed_form._gradient(W, V, TIED_ABS)
        return float(value), W - rate * np.reshape([float(entry) for entry in slope], W.shape)

    def same(found: Any) -> bool:
        run = ours(1)
        return near(found[0], run.losses[0], 1e-15) and near(found[1], run.weights, 1e-15)

    return {"ours": Way(lambda: ours(count).weights, count), "mpmath": Way(numbers, same=same)}


def region(students: int) -> Mapping[str, Way]:
    """The search for a certified region, beside the check of what it finds."""
    claim = RegionClaim(students=students, multiple=Fraction(2), inner=Fraction(1, 2))
    document = prove.certify(claim, budget=100_000).document
    boxes = document["boxes"]
    return {
        "ours": Way(lambda: prove.certify(claim, budget=100_000).document["boxes"], boxes),
        "checking it": Way(lambda: checker.check(document), boxes),
    }


@contextmanager
def served(m: int, r: int, d: int) -> Iterator[Mapping[str, Way]]:
    """A call of code under test in its own process, beside the same in this one."""
    W, V = np.ones((m, d)), np.ones((r, d))
    with (
        _trivial() as target,
        open_implementation(target) as apart,
        open_implementation(target, isolate=False) as here,
    ):
        yield {
            "ours": Way(lambda: apart.call("gradient", W, V)),
            "in this process": Way(lambda: here.call("gradient", W, V), limit=True),
        }


@contextmanager
def start() -> Iterator[Mapping[str, Way]]:
    """A process with code under test, beside a bare interpreter that imports NumPy."""
    command = [sys.executable, "-c", "import numpy"]
    with _trivial() as target:
        yield {
            "ours": Way(lambda: open_implementation(target).close()),
            "bare": Way(lambda: subprocess.run(command, check=True) and None, limit=True),
        }


@contextmanager
def _trivial() -> Iterator[str]:
    """The file of an implementation that computes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trivial.py"
        file.write_text("def loss(W, V): return 0.0\ndef gradient(W, V): return W\n")
        yield str(file)


def _sizes(*sizes: tuple[int, int, int]) -> tuple[Size, ...]:
    return tuple(dict(zip("mrd", size, strict=True)) for size in sizes)


_DIGITS: tuple[Size, ...] = tuple({"digits": digits} for digits in (10, 20, 40))
_PLANE: tuple[Size, ...] = tuple({"m": m} for m in (10_000, 30_000, 100_000, 300_000, 1_000_000))
_CALLS = _sizes(
    *((4, 2, 3), (16, 4, 8), (64, 8, 16), (500, 10, 50), (2000, 20, 50), (8000, 20, 50)),
    (300, 2, 2),
)
_DESCENTS = _sizes(
    *((4, 2, 3), (8, 3, 4), (16, 4, 8), (64, 8, 16)),
    *((16, 2, 2), (512, 2, 2), (1000, 10, 20), (20_000, 2, 2)),
)
_WIDER = _sizes(*((m, 10, 20) for m in (250, 500, 1000, 2000, 4000)))
_DEEPER = _sizes(*((1000, 10, d) for d in (4, 16, 64, 256)))
_MORE = _sizes(*((10, r, 20) for r in (250, 500, 1000, 2000, 4000)))
BENCHMARKS = (
    Benchmark(
        id="zgj.call",
        title="Loss and gradient",
        ways=call,
        sizes=_CALLS,
        quick=4,
        note="The parts: a call for one neuron, asin and √ of each pair, and the two products, "
        "each alone. One call may take less than their sum, for it fuses them.",
    ),
    Benchmark(
        id="zgj.step",
        title="A step of gradient descent",
        ways=step,
        unit="step",
        sizes=_DESCENTS,
        quick=4,
        within=1e-6,
        note="JAX: lax.scan. PyTorch, NumPy: loops over calls. The parts: asin and √ of each pair, "
        "and the two products, each alone. Sort: of as many numbers as there are students.",
    ),
    Benchmark(
        id="zgj.plane",
        title="Loss and gradient in the plane",
        ways=plane,
        sizes=_PLANE,
        quick=3,
        axis="m",
    ),
    Benchmark(
        id="zgj.growth-m", title="More students", ways=grown, sizes=_WIDER, quick=3, axis="m"
    ),
    Benchmark(id="zgj.growth-r", title="More teachers", ways=grown, sizes=_MORE, quick=3, axis="r"),
    Benchmark(
        id="zgj.growth-d", title="More dimensions", ways=grown, sizes=_DEEPER, quick=3, axis="d"
    ),
    Benchmark(
        id="zgj.flow",
        title="The gradient flow to t = 1000",
        ways=flow,
        unit="run",
        sizes=_sizes((4, 2, 3), (16, 4, 8), (64, 2, 2)),
        within=1e-4,
    ),
    Benchmark(
        id="zgj.enclosure",
        title="A ball around the loss",
        ways=partial(enclosed, name="loss"),
        sizes=_DIGITS,
    ),
    Benchmark(
        id="zgj.enclosure-gradient",
        title="A ball around the gradient norm",
        ways=partial(enclosed, name="gradient_norm"),
        sizes=_DIGITS,
    ),
    Benchmark(
        id="zgj.double-double",
        title="A step of gradient descent in double-doubles",
        ways=precise,
        unit="step",
        sizes=_sizes((2, 1, 2), (4, 2, 3), (16, 4, 8)),
        quick=2,
    ),
    Benchmark(
        id="zgj.region",
        title="A certified region, found",
        ways=region,
        unit="box",
        sizes=({"students": 1}, {"students": 2}),
    ),
    Benchmark(
        id="zgj.served",
        title="A call of code under test",
        ways=served,
        sizes=_sizes((4, 2, 3), (40, 40, 40), (1000, 10, 100)),
    ),
    Benchmark(id="zgj.start", title="A process for code under test", ways=start, unit="start"),
)
