"""The independent checker of region certificates: NumPy and an arithmetic of its own.

1. IEEE float64 rounds +, −, ×, / and √ correctly. A form m + Σ s_k ξ_k ± r holds a function over a
   box of coordinates c_k + h_k ξ_k, |ξ_k| ≤ 1; r takes up what is not linear, and all rounding.
2. With w_i = √q_i(cos φ_i, sin φ_i), k(θ) = cos θ + c(θ) (|θ| ≤ π; c: ``cubic``), signed masses z,
   R = Σ z û and γ_i = Σ_b z_b c(φ_i − φ_b): L = ½|R|² + ½Σ_a z_a γ_a, ∂L/∂φ_i = q_i h_i, ∂L/∂q_i =
   g_i = ⟨û_i, R⟩ + γ_i and ‖∇L‖² = Σ q_i(4g_i² + h_i²), so that, by Cauchy and Schwarz,
   ‖∇L‖ ≥ Σ √q_i(2α_i g_i + β_i h_i) for any unit vector (α, β) (THEORY §2).
3. ε₀ = v_min⁴M(Δ)/(8r), κ = 1/‖V‖_F and the root are recomputed: |Σq − Σ‖v‖²| ≤ √(πL) bounds the
   total mass, angles are taken in [−π/2, π/2], and students are ordered: for two teachers by angle,
   for one by mass, where a mirror image makes the first spread ≥ 0. So the root misses none.
4. A digit halves a box, a letter settles it: replaying the tree from the root leaves no gap.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

A = Any  # float64 arrays, (boxes,) or (coordinates, boxes)
U = 1.2e-16  # more than the relative error of one rounding, 2⁻⁵³
UP = 1 + 4e-15  # lifts a positive result over the errors of the thirty roundings before it
BATCH, SHAPES = 4096, {(1, 1), (1, 2), (1, 3), (2, 2)}  # boxes at a time; (teachers, students)


class Rejected(Exception):
    """Why the certificate proves nothing, naming the box where there is one."""


class Form:
    """m + Σ s_k ξ_k ± r for all |ξ_k| ≤ 1: within ``p`` of ``m``, at most ``size`` from 0."""

    def __init__(self, m: A, s: A = 0.0, r: A = 0.0) -> None:
        self.m, self.s, self.r = m, np.atleast_2d(s), r * UP
        self.p = (abs(self.s).sum(0) + self.r) * UP
        self.size = (abs(m) + self.p) * UP

    def __add__(self, o: Form) -> Form:
        m = self.m + o.m
        return Form(m, self.s + o.s, self.r + o.r + U * (abs(m) + self.p + o.p))

    def __sub__(self, o: Form) -> Form:
        return self + Form(-o.m, -o.s, o.r)

    def __mul__(self, o: Form) -> Form:
        a, b, s = abs(self.m), abs(o.m), self.m * o.s + o.m * self.s
        rounding = 3 * U * ((a + self.p) * (b + o.p)) + 1e-300
        return Form(self.m * o.m, s, a * o.r + b * self.r + self.p * o.p + rounding)

    def through(self, at: Form, slope: Form, bend: A) -> Form:
        """The function ``at`` its m, with ``slope`` there and second derivative ≤ ``bend``."""
        line = at + slope * (self - Form(self.m))
        return Form(line.m, line.s, line.r + bend * self.p * self.p / 2 * UP)

    def positive(self) -> A:
        """Whether nothing in it is 0 or less."""
        return self.m > self.p * UP


def exact(number: float | Fraction) -> Form:
    """A number that ``float`` rounds correctly."""
    return Form(float(number), r=abs(float(number)) * U + 1e-300)


ZERO, ONE, TWO, HALF = Form(0.0), Form(1.0), Form(2.0), Form(0.5)
PI, SCALE = Form(math.pi, r=1.3e-16), Form(0.6366197723675814, r=1e-16)  # π, 2/π


def sine_cosine(x: Form) -> tuple[Form, Form]:
    """Taylor series at x/8, doubled three times; for |x| < 8 what they leave out is below 1e-22."""
    y, sums = x * Form(0.125), []
    for last in (23, 22):
        total = Form(0.0, r=np.where(y.size < 1, 1e-22, np.inf))
        for n in range(last, -1, -2):
            total = exact(Fraction((-1) ** (n // 2), math.factorial(n))) + y * y * total
        sums.append(total)
    s, c = y * sums[0], sums[1]
    for _ in range(3):
        s, c = TWO * s * c, ONE - TWO * s * s
    return s, c


def cubic(a: Form) -> tuple[Form, Form]:
    """c(θ) = (2/π)(sin|θ| − |θ|cos θ), c′ = (2/π)θ sin|θ|; c″ = (2/π)(sin|θ| + |θ|cos θ)."""
    s, c = sine_cosine(t := Form(abs(a.m)))
    value, slope, bend = SCALE * (s - t * c), SCALE * Form(a.m) * s, SCALE * (s + t * c)
    third = 0.637 * (2 + t.m + a.p) * UP  # of |c‴|, and of how fast c″ changes across its kink at 0
    return a.through(value, slope, bend.size + third * a.p), a.through(slope, bend, third)


def number(text: str) -> Fraction:
    """A rational as certificates write it, digits or digits/digits."""
    return Fraction(*(int(part) for part in text.split("/")))


class Claim:
    """‖∇L‖ ≥ rate·L for ε₁ ≤ L ≤ ε₀, with its root and coordinates, from the exact numbers."""

    def __init__(self, document: dict[str, Any]) -> None:
        teacher, self.m = document["teacher"], document["students"]
        norms, degrees = [number(text) for text in teacher["norms"]], number(teacher["separation"])
        r, inner, multiple = len(norms), number(document["inner"]), number(document["multiple"])
        known = type(self.m) is int and (r, self.m) in SHAPES and document["dimension"] == 2
        fits = 90 * (2 - r) <= degrees <= 90 and min(*norms, degrees, inner, multiple) > 0
        if not (known and fits):
            raise Rejected("its claim is none that this checker knows")
        gap, total = PI * exact(degrees / 180), exact(sum(norm**2 for norm in norms))
        sides = [Form((0.5 - j) * (r - 1)) for j in range(r)]
        self.teachers = [(exact(v**2), gap * side) for v, side in zip(norms, sides, strict=True)]
        far, near = (cubic(t)[0] + sine_cosine(t)[1] for t in (gap, gap * HALF))
        self.level = exact(min(norms) ** 4 / (8 * r)) * (ONE + far - TWO * near * near)
        self.inner = self.level * exact(inner)
        self.rate = Form(exact(multiple).size / np.sqrt(total.m / UP) * UP)
        stray, pi = np.sqrt((PI * self.level).size).item() * UP, math.pi * UP
        parts = [k / (k + 1) * UP if r == 1 else 1.0 for k in range(self.m - 1, 0, -1)]
        self.root = [((total.m - stray) / UP, (total.m + stray) * UP), *((0.0, u) for u in parts)]
        self.root += [(-pi / 2, pi / 2), (0.0, pi), (-pi, pi)][: self.m]


@np.errstate(all="ignore")
def settled(claim: Claim, codes: A, lower: A, upper: A) -> A:
    """Which reasons hold: a, L > ε₀; b, L < ε₁; e, an angle beyond ±π/2; g, ‖∇L‖ > rate·L."""
    m, centre = claim.m, 0.5 * (lower + upper)
    radii = np.eye(2 * m)[:, :, None] * np.maximum(upper - centre, centre - lower) * UP
    x = [Form(*pair) for pair in zip(centre, radii, strict=True)]
    students = [(x[0], x[m])]  # total mass and mean angle, split in two by each share and spread
    for share, spread in zip(x[1:m], x[m + 1 :], strict=True):
        q, phi = students.pop()
        students += [(q * (ONE - share), phi + share * spread)]
        students += [(q * share, phi - (ONE - share) * spread)]
    family = [*students, *((ZERO - v, psi) for v, psi in claim.teachers)]
    across = sum((z for z, _ in family[m:]), x[0])
    along = sum((z * psi for z, psi in family[m:]), x[0] * x[m])
    turns, rows = [], []
    for z, phi in family:  # R as Σz − Σz(1 − cos φ), Σzφ − Σz(φ − sin φ)
        s, c = sine_cosine(Form(phi.m))
        turns.append((phi.through(c, ZERO - s, 1.0), phi.through(s, c, 1.0)))
        across -= z * (ONE - turns[-1][0])
        along -= z * phi.through(Form(phi.m) - s, ONE - c, np.minimum(1.0, s.size + phi.p))
    loss = HALF * (across * across + along * along)
    for i, (z, phi) in enumerate(family):
        parts, (cosine, sine) = [(y, *cubic(phi - psi)) for y, psi in family], turns[i]
        near, far = (sum((y * c for y, c, _ in some), ZERO) for some in (parts[:m], parts[m:]))
        loss += z * (HALF * near + far if i < m else HALF * far)
        rows.append(TWO * (cosine * across + sine * along + near + far))
        rows.append(sum((y * s for y, _, s in parts), cosine * along - sine * across))
    scale = np.sqrt([np.maximum(q.m - q.p * UP, 0.0) for q, _ in students for _ in "gh"])
    aim, stray = (np.array([getattr(row, part) for row in rows[: 2 * m]]) * scale for part in "mr")
    moves = np.array([row.s for row in rows[: 2 * m]]) * scale[:, None]
    top = np.clip(loss.m + loss.p, claim.inner.m, claim.level.m)
    normal = np.einsum("ikn,jkn->nij", moves, moves)
    ridge = (claim.rate.m * top) ** 2 + 2 * m * stray**2 + 1e-14 * np.trace(normal, 0, 1, 2)
    normal += np.eye(2 * m) * (ridge + 1e-280).T[..., None]
    weight = np.linalg.solve(normal, aim.T[..., None])[..., 0].T
    weight *= scale / np.sqrt((weight**2).sum(0)) / UP
    bound = sum((row * Form(factor) for factor, row in zip(weight, rows, strict=False)), ZERO)
    steep = [(bound - claim.rate * most).positive() for most in (loss, claim.level)]
    beyond = [(Form(abs(phi.m), r=phi.p) - PI * HALF).positive() for _, phi in students]
    shell = [(loss - claim.level).positive(), (claim.inner - loss).positive()]
    proofs = [*shell, np.any(beyond, axis=0), np.any(steep, axis=0)]
    return np.select([codes == letter for letter in "abeg"], proofs, default=False)


def check(document: dict[str, Any], watch: Callable[[int], None] = lambda boxes: None) -> int:
    """The number of boxes proved anew; raises :class:`Rejected`."""
    try:
        claim, tree = Claim(document), np.array(list(str(document["tree"])))
        root = np.array(document["root"], dtype=np.float64).reshape(2 * claim.m, 2)
        holds = np.isfinite(root) & ((claim.root - root) * [1, -1] >= 0)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Rejected(f"malformed: {type(error).__name__}: {error}") from None
    if not holds.all():
        raise Rejected(f"box 0, the root {root.tolist()}, misses students: {claim.root}")
    lower, upper, first, leaves = root[:, :1], root[:, 1:], 0, []
    while width := lower.shape[1]:
        codes = tree[first : first + width]
        if len(codes) < width:
            raise Rejected(f"box {first + len(codes)}, deleted: the tree ends before it")
        halved = np.isin(codes, list("012345"[: len(root)]))
        leaves.append((first + np.flatnonzero(~halved), lower[:, ~halved], upper[:, ~halved]))
        lower, upper, axes = lower[:, halved], upper[:, halved], codes[halved].astype(int)
        cut, middle = np.eye(len(root), dtype=bool)[:, axes], 0.5 * (lower + upper)
        lower = np.stack([lower, np.where(cut, middle, lower)], 2).reshape(len(root), -1)
        upper = np.stack([np.where(cut, middle, upper), upper], 2).reshape(len(root), -1)
        first += width
    if first < len(tree):
        raise Rejected(f"box {first}: the tree goes on after its last box")
    numbers, lower, upper = (np.concatenate(parts, -1) for parts in zip(*leaves, strict=True))
    for part in np.array_split(np.arange(len(numbers)), -(-len(numbers) // BATCH)):
        stands = settled(claim, tree[numbers[part]], lower[:, part], upper[:, part])
        if not stands.all():
            box = part[np.argmin(stands)]
            text = " × ".join(map(str, np.stack([lower[:, box], upper[:, box]], 1).tolist()))
            raise Rejected(f"box {numbers[box]}, {text}: reason {tree[numbers[box]]} is not proved")
        watch(len(part))
    return len(numbers)
