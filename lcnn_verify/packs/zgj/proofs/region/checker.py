"""The independent checker of region certificates: ``python checker.py FILE``, with NumPy alone.

Beside it there has to be ``arithmetic.py``, and nothing else.

What it proves. One or two teachers v_j in the plane, with norms and an angle between them that are
exact numbers, and m students w_i; L is the loss of the tied |·| model, κ = 1/‖V‖_F and
ε₀ = v_min⁴·M(Δ)/(8r). Then ‖∇L(W)‖_F ≥ multiple·κ·L(W) for all W with inner·ε₀ ≤ L(W) ≤ outer·ε₀.

How. A certificate is a tree of boxes. Its root, recomputed here, holds every W in question; a digit
halves a box across that coordinate; a letter says why nothing is left to prove in a box. So what is
checked is that the root is large enough, that the tree leaves no gap, and each letter.

The formulas (THEORY §2). A student is its mass q = ‖w‖² and the angle φ of its line, û = (cos φ,
sin φ). The kernel is k(θ) = cos θ + c(θ) with c(θ) = (2/π)(sin|θ| − |θ|cos θ) for |θ| ≤ π. With
masses z, q_i for students and −‖v_j‖² for teachers, R = Σ z û, and γ_a = Σ_b z_b c(φ_a − φ_b),

    L = ½|R|² + ½Σ_a z_a γ_a,    g_i = ∂L/∂q_i = ⟨û_i, R⟩ + γ_i,    ∂L/∂φ_i = q_i h_i,
    h_i = ⟨û_i⊥, R⟩ + Σ_b z_b c′(φ_i − φ_b),      ‖∇L‖² = Σ_i q_i(4g_i² + h_i²).

If q_i ≥ q̲_i, Cauchy and Schwarz give ‖∇L‖ ≥ Σ_i √q̲_i(2α_i g_i + β_i h_i) for any |(α, β)| ≤ 1.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import re
import reprlib
import sys
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

if __package__:
    from lcnn_verify.packs.zgj.proofs.region.arithmetic import (
        HALF,
        ONE,
        PI,
        UP,
        ZERO,
        Array,
        Form,
        cubic,
        exact,
        sine_cosine,
    )
else:  # a script, with arithmetic.py beside it
    from arithmetic import (  # type: ignore[import-not-found,no-redef]
        HALF,
        ONE,
        PI,
        UP,
        ZERO,
        Array,
        Form,
        cubic,
        exact,
        sine_cosine,
    )

Neuron = tuple[Form, Form]  # its mass and its angle
Watch = Callable[[int], None]
BATCH, MANY = 4096, 8  # boxes judged at once; and from how many such on processes are worth it
MOST = 2**27  # bytes of a certificate, unpacked: 20 million boxes


class Rejected(Exception):
    """Why the certificate proves nothing, naming the box where there is one."""


def malformed(name: str, got: object, wanted: str) -> Rejected:
    """That the certificate has no ``wanted`` under ``name``."""
    said = "nothing" if got is None else reprlib.repr(got)
    return Rejected(f"malformed: {name}: got {said}, wanted {wanted}")


def rational(name: str, text: object) -> Fraction:
    """An exact number above 0 as certificates write it, digits or digits/digits."""
    digits = "[0-9]{1,30}(/(?!0+$)[0-9]{1,30})?"
    if isinstance(text, str) and re.fullmatch(digits, text) and (value := Fraction(text)) > 0:
        return value
    raise malformed(name, text, "a number above 0, written digits or digits/digits")


class Claim:
    """What is claimed, in ``words`` too: ``teachers`` (mass, angle) and ``m`` students.

    ``level`` is outer·ε₀, ``inner`` is ε₁, ``rate`` is multiple·κ, rounded up. The coordinates are
    the total mass Σq, m − 1 shares, a mean angle and m − 1 spreads (see :func:`students`). ``root``
    bounds each of them, rounded outward:

    - |Σq − Σ‖v‖²| ≤ √(πL) ≤ √(π·level) bounds the total mass (THEORY §3, fact 6);
    - a line has an angle in [−π/2, π/2], so that a mean angle has too, and a spread is within ±π;
    - two teachers: students are ordered by angle, which makes the spreads ≥ 0;
    - one teacher: students are ordered by mass, so that the lighter ones have at most 1/2, or 2/3,
      of it, and mirrored on the teacher's line to make the first spread ≥ 0.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        if not isinstance(teacher := document.get("teacher"), dict):
            raise malformed("teacher", teacher, "an object")
        if not isinstance(texts := teacher.get("norms"), list):
            raise malformed("norms", texts, "a list")
        norms = [rational("norms", text) for text in texts]
        degrees = rational("separation", teacher.get("separation"))
        multiple, inner = (rational(name, document.get(name)) for name in ("multiple", "inner"))
        outer, r = rational("outer", document.get("outer", "1")), len(norms)
        m, dimension = document.get("students"), document.get("dimension")
        if r not in (1, 2):
            raise malformed("norms", texts, "one or two")
        if type(m) is not int or not r <= m <= 3:
            raise malformed("students", m, f"{'1, ' * (r == 1)}2 or 3")
        if dimension != 2:
            raise malformed("dimension", dimension, "2")
        if not (degrees == 90 or (r == 2 and degrees < 90)):
            raise malformed("separation", str(degrees), "90" if r == 1 else "at most 90")
        self.m: int = m
        self.words = (
            f"‖∇L‖ ≥ {multiple}·κ·L for all m = {self.m} in the plane with "
            f"{inner}·ε₀ ≤ L ≤ {'' if outer == 1 else f'{outer}·'}ε₀, "
            f"teachers of norm {', '.join(map(str, norms))}, {degrees}° apart"
        )
        gap, total = PI * exact(degrees / 180), exact(sum(norm**2 for norm in norms))
        angles = [gap * HALF, ZERO - gap * HALF] if r == 2 else [ZERO]
        self.teachers = [(exact(v**2), psi) for v, psi in zip(norms, angles, strict=True)]
        parts = [(q * c, q * s) for q, psi in self.teachers for s, c in [sine_cosine(psi)]]
        self.across, self.along = (sum(some, ZERO) for some in zip(*parts, strict=True))
        self.apart = ZERO if r == 1 else self.teachers[0][0] * self.teachers[1][0] * cubic(gap)[0]
        whole, half = (cubic(x)[0] + sine_cosine(x)[1] for x in (gap, gap * HALF))
        merged = ONE + whole - (half * half).times(2.0)  # M(Δ)
        threshold = exact(min(norms) ** 4 / (8 * r)) * merged
        self.level, self.inner = threshold * exact(outer), threshold * exact(inner)
        self.rate = Form(float(multiple) * UP / np.sqrt(total.centre / UP) * UP)
        most, pi = math.pi * (self.level.centre + self.level.reach), math.pi * UP
        stray = np.sqrt(most).item() * UP
        self.root = [(max((total.centre - stray) / UP, 0.0), (total.centre + stray) * UP)]
        self.root += [(0, k / (k + 1) * UP if r == 1 else 1.0) for k in range(self.m - 1, 0, -1)]
        self.root += [(-pi / 2, pi / 2), (0.0, pi), (-pi if r == 1 else 0.0, pi)][: self.m]


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and proves nothing
def settled(claim: Claim, codes: Array, lower: Array, upper: Array) -> Array:
    """Whether the letter of each box [lower, upper] (coordinates, boxes) holds on all of it.

    a: L > level.  b: L < ε₁.  g: ‖∇L‖ > rate·L, or > rate·level, as good where L ≤ level.
    e, elsewhere: a student's angle is beyond ±π/2, and its line has another angle in the root.
    """
    centre = 0.5 * (lower + upper)
    slopes = np.eye(len(centre))[:, :, None] * np.maximum(upper - centre, centre - lower) * UP
    x = [Form(*pair) for pair in zip(centre, slopes, strict=True)]
    loss, rows = loss_and_rows(claim, x, placed := students(claim, x))
    gradient = lower_bound(claim, placed, loss, rows)
    beyond = [(Form(abs(phi.centre), rest=phi.reach) - PI * HALF).positive() for _, phi in placed]
    steep = [(gradient - claim.rate * most).positive() for most in (loss, claim.level)]
    holds = {
        "a": (loss - claim.level).positive(),
        "b": (claim.inner - loss).positive(),
        "e": np.any(beyond, axis=0),
        "g": np.any(steep, axis=0),
    }
    return np.select([codes == letter for letter in holds], list(holds.values()), default=False)


def students(claim: Claim, x: list[Form]) -> list[Neuron]:
    """Step 1. Masses and angles of the students at coordinates x.

    They begin as one, of the total mass at the mean angle. Each share and spread split the last in
    two, (1 − share)·q and share·q, ``spread`` apart, so that Σq and Σqφ stay exactly what they are.
    """
    placed = [(x[0], x[claim.m])]
    for share, spread in zip(x[1 : claim.m], x[claim.m + 1 :], strict=True):
        q, phi = placed.pop()
        placed += [(q * (ONE - share), phi + share * spread)]
        placed += [(q * share, phi - (ONE - share) * spread)]
    return placed


def loss_and_rows(claim: Claim, x: list[Form], placed: list[Neuron]) -> tuple[Form, list[Form]]:
    """Step 2. The loss, and the rows 2g_1, h_1, 2g_2, … of the gradient.

    R = (Σz − Σz(1 − cos φ), Σzφ − Σz(φ − sin φ)): for students Σq and Σqφ are a coordinate and a
    product of two, so that R stays narrow where students take the place of a teacher. c is even and
    c′ odd, so that a pair is met once; c(0) = c′(0) = 0.
    """
    across, along, turns = x[0] - claim.across, x[0] * x[claim.m] - claim.along, []
    for z, phi in placed:
        middle = Form(phi.centre)
        sine, cosine = sine_cosine(middle)
        down, left = sine.times(-1.0), cosine.times(-1.0)
        turns.append(
            (phi.through(cosine, down, 1.0, left, 1.0), phi.through(sine, cosine, 1.0, down, 1.0))
        )
        bend = np.minimum(1.0, abs(sine.centre) + sine.reach + phi.reach)  # of φ − sin φ
        across -= z * (ONE - turns[-1][0])
        along -= z * phi.through(middle - sine, ONE - cosine, bend, sine, 1.0)
    loss = (across * across + along * along).times(0.5) + claim.apart
    near, far, slopes = [[ZERO] * claim.m for _ in range(3)]
    for i, (z, phi) in enumerate(placed):
        for mass, psi in claim.teachers:
            value, slope = cubic(phi - psi)
            far[i], slopes[i] = far[i] - mass * value, slopes[i] - mass * slope
        for j, (y, psi) in enumerate(placed[:i]):
            value, slope = cubic(phi - psi)
            near[i], slopes[i] = near[i] + y * value, slopes[i] + y * slope
            near[j], slopes[j] = near[j] + z * value, slopes[j] - z * slope
    rows = []
    for (z, _), (cosine, sine), *pulls, slope in zip(placed, turns, near, far, slopes, strict=True):
        loss += z * (pulls[0].times(0.5) + pulls[1])
        rows.append((cosine * across + sine * along + pulls[0] + pulls[1]).times(2.0))
        rows.append(cosine * along - sine * across + slope)
    return loss, rows


def lower_bound(claim: Claim, placed: list[Neuron], loss: Form, rows: list[Form]) -> Form:
    """Step 3. A lower bound of ‖∇L‖ that is linear in the rows: Σ √q̲_i(2α_i g_i + β_i h_i).

    Any (α, β) of length at most 1 will do. This one is large for what the bound loses over the box:
    it minimizes Σ_k (slope_k of the bound)² + (rate·L)² + (rest)² for a bound of 1 at the centre,
    which is a ridge regression. Nothing rests on how well its equations are solved.
    """
    least = [np.maximum(q.centre - q.reach * UP, 0.0) for q, _ in placed]
    scale = np.sqrt([mass for mass in least for _ in "gh"])
    aim = np.array([row.centre for row in rows]) * scale
    stray = np.array([row.rest for row in rows]) * scale
    moves, curves = (
        np.array(it) * scale[:, None]
        for it in ([row.slope for row in rows], [row.curve for row in rows])
    )
    top = np.clip(loss.centre + loss.reach, claim.inner.centre, claim.level.centre)
    normal = np.einsum("ikn,jkn->nij", moves, moves) + 2 * np.einsum("ikn,jkn->nij", curves, curves)
    ridge = (claim.rate.centre * top) ** 2 + len(rows) * stray**2
    ridge += 1e-14 * np.trace(normal, 0, 1, 2) + 1e-280
    normal += np.eye(len(rows)) * ridge.T[..., None]
    direction = np.linalg.solve(normal, aim.T[..., None])[..., 0].T
    unit = direction / np.sqrt((direction**2).sum(0)) / UP
    return sum((row * Form(it) for row, it in zip(rows, unit * scale / UP, strict=True)), ZERO)


@np.errstate(all="ignore")  # halves of a root that is too large: it proves nothing either
def check(document: Any, watch: Watch = lambda boxes: None, each: Any = map) -> int:
    """The number of boxes proved; raises :class:`Rejected`, naming the first that is not.

    ``watch`` is told of each batch. ``each`` is ``map``, of several processes for ``MANY`` batches.
    """
    if not isinstance(document, dict):
        raise malformed("certificate", document, "an object")
    claim, text, bounds = Claim(document), document.get("tree"), document.get("root")
    if not isinstance(text, str):
        raise malformed("tree", text, "text")
    try:
        root = np.array(bounds, dtype=np.float64).reshape(2 * claim.m, 2)
    except (OverflowError, TypeError, ValueError):
        raise malformed("root", bounds, f"{2 * claim.m} pairs of numbers") from None
    tree, outside = np.array(list(text)), np.isfinite(root) & ((claim.root - root) * [1, -1] >= 0)
    if not outside.all():
        raise Rejected(f"box 0, the root {root.tolist()}, misses students: {claim.root}")
    numbers, lower, upper = leaves(tree, root)
    parts = [slice(first, first + BATCH) for first in range(0, len(numbers), BATCH)]
    work = [(claim, tree[numbers[part]], lower[:, part], upper[:, part]) for part in parts]
    found = (each if len(parts) >= MANY else map)(settled, *zip(*work, strict=True))
    for part, stands in zip(parts, found, strict=True):
        if not stands.all():
            box = part.start + np.argmin(stands)
            text = " × ".join(map(str, np.stack([lower[:, box], upper[:, box]], 1).tolist()))
            raise Rejected(f"box {numbers[box]}, {text}: reason {tree[numbers[box]]} is not proved")
        watch(len(stands))
    return len(numbers)


def leaves(tree: Array, root: Array) -> tuple[Array, ...]:
    """The boxes that no digit halves: their places in the tree, lower and upper bounds.

    The tree is written level by level; the two halves of a box stand side by side in the next. So
    the leaves cover the root if every level has as many characters as boxes. Halving is exact:
    whatever ½(lower + upper) is rounded to, both halves end there.
    """
    lower, upper, first, found = root[:, :1], root[:, 1:], 0, []
    while width := lower.shape[1]:
        codes = tree[first : first + width]
        if len(codes) < width:
            raise Rejected(f"box {first + len(codes)}, deleted: the tree ends before it")
        halved = np.isin(codes, list("012345"[: len(root)]))
        found.append((first + np.flatnonzero(~halved), lower[:, ~halved], upper[:, ~halved]))
        lower, upper, axes = lower[:, halved], upper[:, halved], codes[halved].astype(int)
        cut, middle = np.eye(len(root), dtype=bool)[:, axes], 0.5 * (lower + upper)
        lower = np.stack([lower, np.where(cut, middle, lower)], 2).reshape(len(root), -1)
        upper = np.stack([np.where(cut, middle, upper), upper], 2).reshape(len(root), -1)
        first += width
    if first < len(tree):
        raise Rejected(f"box {first}: the tree goes on after its last box")
    return tuple(np.concatenate(parts, -1) for parts in zip(*found, strict=True))


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, unless it has a key twice: which of two values is meant nobody knows."""
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a key twice in one object")
    return found


def number(text: str) -> float:
    """A number of JSON, unless it is none, or none of float64."""
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:40]} is no number")
    return value


def read(path: str) -> Any:
    """The document in a file, gzipped or not, of at most ``MOST`` bytes of UTF-8."""
    with Path(path).open("rb") as file:
        data = file.read(MOST + 1)
    if data[:2] == b"\x1f\x8b":
        data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MOST + 1)
    if len(data) > MOST:
        raise ValueError(f"more than {MOST:,} bytes, unpacked")
    return json.loads(
        data.decode(), object_pairs_hook=once, parse_float=number, parse_constant=number
    )


def main(arguments: list[str]) -> int:
    """Check the certificate in a file: 0 if it is proved, 1 if not, 2 if there is none."""
    try:
        (document,) = map(read, arguments)
    except (EOFError, MemoryError, OSError, RecursionError, ValueError, zlib.error) as error:
        reason = str(error) or type(error).__name__
        print(f"usage: python checker.py FILE, a region certificate ({reason})", file=sys.stderr)
        return 2
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:  # starts none unasked
        try:
            boxes = check(document, each=pool.map)
        except Rejected as error:
            print(f"REJECTED {error}")
            return 1
    print(f"PROVED {Claim(document).words}: {boxes:,} boxes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
