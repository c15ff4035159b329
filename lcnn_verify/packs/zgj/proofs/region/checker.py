"""The independent checker of region certificates: ``python checker.py FILE``, with NumPy alone.

What it proves. One or two teachers v_j in the plane, with norms and an angle between them that are
exact numbers, and m students w_i; L is the loss of the tied |·| model, κ = 1/‖V‖_F and
ε₀ = v_min⁴·M(Δ)/(8r). Then ‖∇L(W)‖_F ≥ multiple·κ·L(W) for all W with
inner·ε₀ ≤ L(W) ≤ outer·ε₀, where outer is 1 if none is given.

How. A certificate is a tree of boxes. Its root, recomputed here, holds every W in question; a digit
halves a box across that coordinate; a letter says why nothing is left to prove in a box. So there
are three things to check: that the root is large enough, that the tree leaves no gap, and each
letter. The first and the last are inequalities between functions on a box, which ``Form`` encloses.

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
import sys
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

Array = Any  # of float64: (boxes,) or (coordinates, boxes)

# IEEE float64 rounds +, −, ×, / and √ correctly: the result is wrong by at most 2⁻⁵³ of itself.
U = 1.2e-16  # more than 2⁻⁵³
UP = 1 + 4e-15  # lifts a result that is not negative over the thirty roundings that made it
TINY = 1e-300  # more than what is lost where a product underflows
MOST = 2**27  # bytes of a certificate, unpacked: 20 million boxes


class Rejected(Exception):
    """Why the certificate proves nothing, naming the box where there is one."""


# --- An arithmetic of functions on a box ----------------------------------------------------------


class Form:
    """A function f on a box, as centre + Σ_k slope_k ξ_k ± rest for all |ξ_k| ≤ 1.

    The box is c_k + h_k ξ_k. ``rest`` holds all of f that is not linear in ξ, and all rounding. So
    |f − centre| ≤ ``reach`` = Σ|slope_k| + rest, and |f| ≤ ``bound``. A number is a form of no box.
    """

    def __init__(self, centre: Array, slope: Array = 0.0, rest: Array = 0.0) -> None:
        self.centre, self.slope, self.rest = centre, np.atleast_2d(slope), rest * UP
        self.reach = (abs(self.slope).sum(0) + self.rest) * UP
        self.bound = (abs(centre) + self.reach) * UP

    def __add__(self, other: Form) -> Form:
        """The sum. Centre and slopes are rounded once each: by at most U of what they are."""
        centre = self.centre + other.centre
        rounding = U * (abs(centre) + self.reach + other.reach)
        return Form(centre, self.slope + other.slope, self.rest + other.rest + rounding)

    def __sub__(self, other: Form) -> Form:
        return self + Form(-other.centre, -other.slope, other.rest)

    def __mul__(self, other: Form) -> Form:
        """The product (a + s)(b + t) = ab + (as + bt) + st, where |st| ≤ reach·reach."""
        a, b = abs(self.centre), abs(other.centre)
        slope = self.centre * other.slope + other.centre * self.slope
        rest = a * other.rest + b * self.rest + self.reach * other.reach
        rounding = 3 * U * ((a + self.reach) * (b + other.reach)) + TINY
        return Form(self.centre * other.centre, slope, rest + rounding)

    def through(self, value: Form, derivative: Form, bend: Array) -> Form:
        """F(self), by Taylor at the centre: F there, F′ there, and |F″| ≤ ``bend`` on the box."""
        line = value + derivative * (self - Form(self.centre))
        return Form(line.centre, line.slope, line.rest + bend * self.reach * self.reach / 2 * UP)

    def positive(self) -> Array:
        """Whether the function is positive on all of the box."""
        return self.centre > self.reach * UP


def exact(number: float | Fraction) -> Form:
    """A number that ``float`` rounds correctly."""
    return Form(float(number), rest=abs(float(number)) * U + TINY)


ZERO, ONE, TWO, HALF = Form(0.0), Form(1.0), Form(2.0), Form(0.5)
PI = Form(math.pi, rest=1.3e-16)
TWO_OVER_PI = Form(0.6366197723675814, rest=1e-16)


def sine_cosine(x: Form) -> tuple[Form, Form]:
    """Sine and cosine of numbers |x| < 8: Taylor series at y = x/8, doubled three times.

    The series end at y²³ and y²². For |y| < 1 what they leave out is below 1/24! < 1e-22; else
    nothing is said.
    """
    y, sums = x * Form(0.125), []
    for last in (23, 22):
        total = Form(0.0, rest=np.where(y.bound < 1, 1e-22, np.inf))
        for n in range(last, -1, -2):
            total = exact(Fraction((-1) ** (n // 2), math.factorial(n))) + y * y * total
        sums.append(total)
    sine, cosine = y * sums[0], sums[1]
    for _ in range(3):
        sine, cosine = TWO * sine * cosine, ONE - TWO * sine * sine
    return sine, cosine


def cubic(angle: Form) -> tuple[Form, Form]:
    """The kernel's part c, and c′: c′(θ) = (2/π)θ sin|θ|, c″(θ) = (2/π)(sin|θ| + |θ|cos θ).

    |c‴(θ)| = (2/π)|2cos θ − |θ|sin|θ|| where θ ≠ 0, and c″ is continuous: it changes by at most
    ``third`` times the way, also across 0. So |c″| ≤ |c″(centre)| + third·reach on the box.
    """
    theta = Form(abs(angle.centre))
    sine, cosine = sine_cosine(theta)
    value = TWO_OVER_PI * (sine - theta * cosine)
    first = TWO_OVER_PI * Form(angle.centre) * sine
    second = TWO_OVER_PI * (sine + theta * cosine)
    third = 0.637 * (2 + theta.centre + angle.reach) * UP  # 0.637 > 2/π
    bend = second.bound + third * angle.reach
    return angle.through(value, first, bend), angle.through(first, second, third)


# --- The claim, and a box that holds every student it is about -----------------------------------


def rational(text: str) -> Fraction:
    """An exact number as certificates write it, digits or digits/digits."""
    if not re.fullmatch("[0-9]{1,30}(/[0-9]{1,30})?", text):
        raise ValueError(f"{text[:40]!r} is not written digits or digits/digits")
    return Fraction(text)


class Claim:
    """What is claimed: ``teachers`` (mass, angle), ``m`` students, how they are bounded.

    ``words`` say it. ``level`` is outer·ε₀, ``inner`` is ε₁ = inner·ε₀.
    ``rate`` is multiple·κ, rounded up. The coordinates are the total mass Σq, m − 1 shares, a mean
    angle and m − 1 spreads (see :func:`students`). ``root`` bounds each of them, rounded outward:

    - |Σq − Σ‖v‖²| ≤ √(πL) ≤ √(π·level) bounds the total mass (THEORY §3, fact 6);
    - a line has an angle in [−π/2, π/2], so that a mean angle has too, and a spread is within ±π;
    - two teachers: students are ordered by angle, which makes the spread ≥ 0;
    - one teacher: students are ordered by mass, so that the lighter ones have at most 1/2, or 2/3,
      of it, and mirrored on the teacher's line to make the first spread ≥ 0.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        teacher, self.m = document["teacher"], document["students"]
        norms = [rational(text) for text in teacher["norms"]]
        stated = (teacher["separation"], document["multiple"], document["inner"])
        degrees, multiple, inner = map(rational, stated)
        outer, r = rational(document.get("outer", "1")), len(norms)
        known = type(self.m) is int and (r, self.m) in {(1, 1), (1, 2), (1, 3), (2, 2)}
        known &= document["dimension"] == 2 and (degrees == 90 or (r == 2 and 0 < degrees < 90))
        if not known or min(*norms, multiple, inner, outer) <= 0:
            raise Rejected("its claim is none that this checker knows")
        self.words = (
            f"‖∇L‖ ≥ {multiple}·κ·L for all m = {self.m} in the plane with "
            f"{inner}·ε₀ ≤ L ≤ {'' if outer == 1 else f'{outer}·'}ε₀, "
            f"teachers of norm {', '.join(map(str, norms))}, {degrees}° apart"
        )
        gap, total = PI * exact(degrees / 180), exact(sum(norm**2 for norm in norms))
        angles = [gap * HALF, ZERO - gap * HALF] if r == 2 else [ZERO]
        self.teachers = [(exact(v**2), psi) for v, psi in zip(norms, angles, strict=True)]

        def kernel(theta: Form) -> Form:
            return cubic(theta)[0] + sine_cosine(theta)[1]

        merged = ONE + kernel(gap) - TWO * kernel(gap * HALF) * kernel(gap * HALF)  # M(Δ)
        threshold = exact(min(norms) ** 4 / (8 * r)) * merged
        self.level, self.inner = threshold * exact(outer), threshold * exact(inner)
        self.rate = Form(exact(multiple).bound / np.sqrt(total.centre / UP) * UP)
        stray, pi = np.sqrt((PI * self.level).bound).item() * UP, math.pi * UP
        shares = [k / (k + 1) * UP if r == 1 else 1.0 for k in range(self.m - 1, 0, -1)]
        self.root = [(max((total.centre - stray) / UP, 0.0), (total.centre + stray) * UP)]
        self.root += [(0.0, most) for most in shares]
        self.root += [(-pi / 2, pi / 2), (0.0, pi), (-pi, pi)][: self.m]


# --- What settles a box ---------------------------------------------------------------------------


@np.errstate(all="ignore")  # what overflows is infinite or NaN, and proves nothing
def settled(claim: Claim, codes: Array, lower: Array, upper: Array) -> Array:
    """Whether the letter of each box [lower, upper] (coordinates, boxes) holds on all of it.

    a: L > level.  b: L < ε₁.  g: ‖∇L‖ > rate·L, or > rate·level, as good where L ≤ level.
    e, elsewhere: a student's angle is beyond ±π/2, and its line has another angle in the root.
    """
    x = coordinates(lower, upper)
    placed = students(claim, x)
    loss, rows = loss_and_rows(claim, x, placed)
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


def coordinates(lower: Array, upper: Array) -> list[Form]:
    """Step 1. The coordinates as forms: a centre, and a slope in the coordinate's own ξ."""
    centre = 0.5 * (lower + upper)
    radii = np.maximum(upper - centre, centre - lower) * UP
    slopes = np.eye(len(centre))[:, :, None] * radii
    return [Form(*pair) for pair in zip(centre, slopes, strict=True)]


def students(claim: Claim, x: list[Form]) -> list[tuple[Form, Form]]:
    """Step 2. Masses and angles of the students at coordinates x.

    They begin as one, of the total mass at the mean angle. Each share and spread split the last in
    two, (1 − share)·q and share·q, ``spread`` apart, so that Σq and Σqφ stay exactly what they are.
    """
    placed = [(x[0], x[claim.m])]
    for share, spread in zip(x[1 : claim.m], x[claim.m + 1 :], strict=True):
        q, phi = placed.pop()
        placed += [(q * (ONE - share), phi + share * spread)]
        placed += [(q * share, phi - (ONE - share) * spread)]
    return placed


def loss_and_rows(
    claim: Claim, x: list[Form], placed: list[tuple[Form, Form]]
) -> tuple[Form, list[Form]]:
    """Step 3. The loss, and the rows 2g_1, h_1, 2g_2, … of the gradient.

    R = (Σz − Σz(1 − cos φ), Σzφ − Σz(φ − sin φ)): for students Σq and Σqφ are a coordinate and a
    product of two, so that R stays narrow where students take the place of a teacher.
    """
    m, family = claim.m, [*placed, *((ZERO - mass, psi) for mass, psi in claim.teachers)]
    across = sum((z for z, _ in family[m:]), x[0])
    along = sum((z * psi for z, psi in family[m:]), x[0] * x[m])
    turns = []
    for z, phi in family:
        middle = Form(phi.centre)
        sine, cosine = sine_cosine(middle)
        turns.append((phi.through(cosine, ZERO - sine, 1.0), phi.through(sine, cosine, 1.0)))
        bend = np.minimum(1.0, sine.bound + phi.reach)  # of φ − sin φ
        across -= z * (ONE - turns[-1][0])
        along -= z * phi.through(middle - sine, ONE - cosine, bend)
    loss, rows = HALF * (across * across + along * along), []
    for i, (z, phi) in enumerate(family):
        parts = [(y, *cubic(phi - psi)) for y, psi in family]
        near, far = (sum((y * c for y, c, _ in some), ZERO) for some in (parts[:m], parts[m:]))
        # ½Σ_a z_a γ_a, with what students and teachers have in common counted for students, twice.
        loss += z * (HALF * near + far if i < m else HALF * far)
        if i < m:
            cosine, sine = turns[i]
            rows.append(TWO * (cosine * across + sine * along + near + far))
            turn = cosine * along - sine * across
            rows.append(sum((y * slope for y, _, slope in parts), turn))
    return loss, rows


def lower_bound(
    claim: Claim, placed: list[tuple[Form, Form]], loss: Form, rows: list[Form]
) -> Form:
    """Step 4. A lower bound of ‖∇L‖ that is linear in the rows: Σ √q̲_i(2α_i g_i + β_i h_i).

    Any (α, β) of length at most 1 will do. This one is large for what the bound loses over the box:
    it minimizes Σ_k (slope_k of the bound)² + (rate·L)² + (rest)² for a bound of 1 at the centre,
    which is a ridge regression. Nothing rests on how well its equations are solved.
    """
    least = [np.maximum(q.centre - q.reach * UP, 0.0) for q, _ in placed]
    scale = np.sqrt([mass for mass in least for _ in "gh"])
    aim = np.array([row.centre for row in rows]) * scale
    stray = np.array([row.rest for row in rows]) * scale
    moves = np.array([row.slope for row in rows]) * scale[:, None]
    top = np.clip(loss.centre + loss.reach, claim.inner.centre, claim.level.centre)
    normal = np.einsum("ikn,jkn->nij", moves, moves)
    ridge = (claim.rate.centre * top) ** 2 + len(rows) * stray**2
    ridge += 1e-14 * np.trace(normal, 0, 1, 2) + 1e-280
    normal += np.eye(len(rows)) * ridge.T[..., None]
    direction = np.linalg.solve(normal, aim.T[..., None])[..., 0].T
    unit = direction / np.sqrt((direction**2).sum(0)) / UP
    terms = (row * Form(weight) for row, weight in zip(rows, unit * scale / UP, strict=True))
    return sum(terms, ZERO)


# --- The tree ------------------------------------------------------------------------------------


@np.errstate(all="ignore")  # halves of a root that is too large: it proves nothing either
def check(document: dict[str, Any], watch: Callable[[int], None] = lambda boxes: None) -> int:
    """The number of boxes proved; raises :class:`Rejected`. ``watch`` is told of each batch."""
    try:
        claim, tree = Claim(document), np.array(list(str(document["tree"])))
        root = np.array(document["root"], dtype=np.float64).reshape(2 * claim.m, 2)
        outside = np.isfinite(root) & ((claim.root - root) * [1, -1] >= 0)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Rejected(f"malformed: {type(error).__name__}: {error}") from None
    if not outside.all():
        raise Rejected(f"box 0, the root {root.tolist()}, misses students: {claim.root}")
    numbers, lower, upper = leaves(tree, root)
    for part in np.array_split(np.arange(len(numbers)), -(-len(numbers) // 4096)):
        stands = settled(claim, tree[numbers[part]], lower[:, part], upper[:, part])
        if not stands.all():
            box = part[np.argmin(stands)]
            text = " × ".join(map(str, np.stack([lower[:, box], upper[:, box]], 1).tolist()))
            raise Rejected(f"box {numbers[box]}, {text}: reason {tree[numbers[box]]} is not proved")
        watch(len(part))
    return len(numbers)


def leaves(tree: Array, root: Array) -> tuple[Array, Array, Array]:
    """The boxes that no digit halves: their places in the tree, lower and upper bounds.

    The tree is written level by level; the two halves of a box stand side by side in the next. So
    the leaves cover the root if every level has as many characters as boxes. Halving is exact:
    whatever ½(lower + upper) is rounded to, both halves end there.
    """
    axes_known = list("012345"[: len(root)])
    lower, upper, first, found = root[:, :1], root[:, 1:], 0, []
    while width := lower.shape[1]:
        codes = tree[first : first + width]
        if len(codes) < width:
            raise Rejected(f"box {first + len(codes)}, deleted: the tree ends before it")
        halved = np.isin(codes, axes_known)
        found.append((first + np.flatnonzero(~halved), lower[:, ~halved], upper[:, ~halved]))
        lower, upper, axes = lower[:, halved], upper[:, halved], codes[halved].astype(int)
        cut, middle = np.eye(len(root), dtype=bool)[:, axes], 0.5 * (lower + upper)
        lower = np.stack([lower, np.where(cut, middle, lower)], 2).reshape(len(root), -1)
        upper = np.stack([np.where(cut, middle, upper), upper], 2).reshape(len(root), -1)
        first += width
    if first < len(tree):
        raise Rejected(f"box {first}: the tree goes on after its last box")
    numbers, lower, upper = (np.concatenate(parts, -1) for parts in zip(*found, strict=True))
    return numbers, lower, upper


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
        (path,) = arguments
        document = read(path)
    except (EOFError, MemoryError, OSError, RecursionError, ValueError, zlib.error) as error:
        deep = "it is nested too deep" if isinstance(error, RecursionError) else ""
        reason = deep or str(error) or type(error).__name__
        print(f"usage: python checker.py FILE, a region certificate ({reason})", file=sys.stderr)
        return 2
    try:
        boxes = check(document)
    except Rejected as error:
        print(f"REJECTED {error}")
        return 1
    print(f"PROVED {Claim(document).words}: {boxes:,} boxes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
