"""The independent checker of region certificates: NumPy and its own balls, nothing of the search.

Its arithmetic, its reading of the claim and its view of a box are ``checker_arithmetic``,
``checker_claim`` and ``checker_view``, which import nothing else of ours.

What is trusted, and why it suffices:
1. IEEE float64 rounds +, −, ×, / and √ correctly; ``checker_arithmetic`` adds an ulp for each.
2. With w_i = √q_i(cos φ_i, sin φ_i) and k(θ) = cos θ + c(θ) for |θ| ≤ π (c: ``cubic``):
   R = Σq û − Σ‖v‖²v̂, g_i = ∂L/∂q_i = ⟨û_i, R⟩ + Σ_b z_b c(φ_i − φ_b), h_i = (∂L/∂φ_i)/q_i, and
   ‖∇L‖² = Σ q_i(4g_i² + h_i²) ≥ (Σ 2α_i g_i + β_i h_i)²/Σ(α_i² + β_i²)/q_i, any α, β (THEORY §2).
3. ε₀ = v_min⁴M(Δ)/(8r), κ = 1/‖V‖_F and the root are recomputed: |Σq − Σ‖v‖²| ≤ √(πL) bounds the
   masses, lines have angles in [−π/2, π/2], and students are ordered: by angle for two teachers, by
   mass for one, whose mirror image makes the first spread ≥ 0. So the root misses no student.
4. A digit halves a box, a letter settles it: replaying the tree from the root leaves no gap.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np

from lcnn_verify.certificates.checker_arithmetic import UP, ZERO, A, Ball
from lcnn_verify.certificates.checker_claim import CLAIM, SHAPES, Claim, Rejected
from lcnn_verify.certificates.checker_view import View, rooted, view

__all__ = ["Claim", "Rejected", "check", "proved", "statement"]

BATCH = 4096


def steep(claim: Claim, seen: View) -> A:
    """Whether ‖∇L‖ > rate·L wherever L ≤ ε₀ in the box, by a direction of any origin."""
    rows, h = seen.rows, seen.h
    least = np.array([np.maximum(f.c.low() - f.p * UP, 0.0) for f in seen.q for _ in (0, 1)])
    scale, aim = np.sqrt(least), np.array([row.c.m for row in rows])
    moves = np.array([row.s.m * h for row in rows]) * scale[:, None]
    stray = np.array([(row.s.r * h).sum(0) for row in rows]) * scale
    top = np.clip(seen.loss.m + seen.reach, claim.inner.m, claim.level.m)
    normal = np.einsum("ikn,jkn->nij", moves, moves)
    ridge = (claim.rate * top) ** 2 + len(rows) * stray**2 + 1e-14 * np.trace(normal, 0, 1, 2)
    each = range(len(rows))
    normal[:, each, each] += np.where(least > 0, ridge + 1e-280, 1.0).T
    weight = np.linalg.solve(normal, (aim * scale).T[..., None])[..., 0].T
    weight = weight / np.sqrt((weight**2).sum(0) + 1e-300) * scale
    square = (weight**2 / np.where(least > 0, least, 1.0)).sum(0) * UP
    rate = Ball(claim.rate * np.sqrt(square) * UP)
    value, slope = ZERO, ZERO
    for factor, row in zip(weight, rows, strict=True):
        value, slope = value + row.c * Ball(factor), slope + row.s * Ball(factor)
    steps = (slope - seen.slope * rate).size() * h
    direct = (value - rate * seen.loss).low() > (steps.sum(0) + rate.m * sum(seen.bends)) * UP
    capped = (value - rate * claim.level).low() > (slope.size() * h).sum(0) * UP
    return direct | capped


def settled(claim: Claim, letter: str, lower: A, upper: A) -> A:
    """Whether the reason ``letter`` is proved, for each box."""
    if letter == "z":
        return rooted(claim, lower, upper)
    seen = view(claim, lower, upper)
    if letter == "g":
        return steep(claim, seen)
    if letter == "a":
        return seen.loss.low() - seen.reach * UP > claim.level.high()
    if letter == "b":
        return seen.loss.high() + seen.reach * UP < claim.inner.low()
    outside = [abs(f.c.m) - f.c.r - f.p * UP > math.pi / 2 * UP for f in seen.phi]
    if claim.r == 2 or claim.m == 3:
        pair = seen.phi if claim.r == 2 else seen.q
        order = (pair[0] - pair[1]).within(seen.h)
        outside.append(order.c.high() + order.p * UP < 0)
    return np.any(outside, axis=0)


def proved(claim: Claim, codes: A, lower: A, upper: A) -> A:
    """Whether each box (coordinates, boxes) is settled by its letter; what overflows is not."""
    found = np.zeros(len(codes), dtype=bool)
    for letter in np.unique(codes):
        boxes = np.flatnonzero(codes == letter)
        with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):
            found[boxes] = settled(claim, str(letter), lower[:, boxes], upper[:, boxes])
    return found


def refuted(claim: Claim, point: list[float]) -> bool:
    """Whether students at ``point`` have ε₁ ≤ L ≤ ε₀ and ‖∇L‖ < multiple·κ·L."""
    x = np.array(point, dtype=np.float64)[:, None]
    if x.shape != (SHAPES[claim.r, claim.m], 1):
        raise ValueError(f"coordinates of shape {x.shape[:-1]}")
    seen, square = view(claim, x, x), ZERO
    for mass, g, h in zip(seen.q, seen.rows[::2], seen.rows[1::2], strict=True):
        square = square + mass.c * (g.c * g.c + h.c * h.c)
    low, high = seen.loss.low(), seen.loss.high()
    there = (low >= claim.inner.high()) & (high <= claim.level.low()) & (claim.least * low > 0)
    real = [
        (f.c.low() >= 0) & (p.c.size() < 1.5707963) for f, p in zip(seen.q, seen.phi, strict=True)
    ]
    return bool(np.all(there & real) and square.high() < (claim.least * low / UP) ** 2 / UP)


def statement(document: dict[str, Any]) -> str:
    """What a document that passes :func:`check` proves, in words, from what the checker read."""
    teacher, m = document["teacher"], document["students"]
    denied = "fails somewhere" if "point" in document else "holds"
    multiple, inner = (float(Fraction(document[name])) for name in ("multiple", "inner"))
    shell = f"{inner:g}·ε₀ ≤ L ≤ ε₀" if inner else "L ≤ ε₀"
    return (
        f"‖∇L‖ ≥ {multiple:g}·κ·L {denied} for {m} student{'s' * (m > 1)} in the plane with "
        f"{shell}; teachers of norm {', '.join(teacher['norms'])}"
        + (f" at {teacher['separation']}°" if len(teacher["norms"]) == 2 else "")
    )


def unsealed(document: dict[str, Any], settled: int) -> int:
    """``settled`` if the document says no more than was proved, and its digest is its own."""
    said = [document.get(key) for key in ("claim", "verdict")]
    if said != [CLAIM, "REFUTED" if "point" in document else "CERTIFIED"]:
        raise Rejected(f"something is proved, but not what it says: {said}")
    rest = {key: value for key, value in document.items() if key != "digest"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != document.get("digest"):
        raise Rejected("what it proves stands, but an entry was changed after it was written")
    return settled


def check(document: dict[str, Any], watch: Callable[[int], None] = lambda boxes: None) -> int:
    """The number of boxes, or points, proved anew; raises :class:`Rejected` otherwise."""
    try:
        claim = Claim(document)
        if "point" in document:
            with np.errstate(all="ignore"):
                wrong = refuted(claim, document["point"]["coordinates"])
            if not wrong:
                raise Rejected("its point is not proved to violate the claim")
            return unsealed(document, 1)
        root = np.array(document["root"], dtype=np.float64)
        tree, seals = str(document["tree"]), str(document["seals"])
        if root.shape != (SHAPES[claim.r, claim.m], 2) or not tree.isascii():
            raise ValueError(f"a root of shape {root.shape}, or letters beyond ASCII")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise Rejected(f"malformed: {type(error).__name__}: {error}") from None
    for k, (low, high) in enumerate(claim.root()):
        if not (-1e9 * high <= root[k, 0] <= low and high <= root[k, 1] <= 1e9 * high):
            wanted = f"{document['root'][k]} for {low, high}"
            raise Rejected(f"box 0, the root, misses students, or is far too wide: {wanted}")
    lower, upper, first, sealed = root[:, :1], root[:, 1:], 0, 0

    def fail(box: Any, reason: str) -> None:
        bounds = zip(lower[:, box].tolist(), upper[:, box].tolist(), strict=True)
        raise Rejected(
            f"box {first + box}, {' × '.join(f'[{a}, {b}]' for a, b in bounds)}: {reason}"
        )

    while width := lower.shape[1]:
        codes = np.array(list(tree[first : first + width]), dtype="U1")
        if len(codes) < width:
            fail(len(codes), "deleted: the tree ends before it")
        bounds = np.ascontiguousarray(np.stack([lower, upper]).transpose(2, 0, 1))
        digits = np.isin(codes, list("012345"[: len(root)]))
        for box in np.flatnonzero(~digits):
            seal = zlib.crc32(bounds[box].tobytes() + str(codes[box]).encode()) & 0xFFFF
            if seals[4 * sealed : 4 * sealed + 4] != f"{seal:04x}":
                fail(box, "not the box that was sealed: it, or one before it, was changed")
            sealed += 1
        leaves = np.flatnonzero(~digits)
        if (unknown := leaves[~np.isin(codes[leaves], list("abegz"))]).size:
            fail(unknown[0], "open: nothing is proved there")
        for part in np.array_split(leaves, -(-len(leaves) // BATCH) or 1):
            stands = proved(claim, codes[part], lower[:, part], upper[:, part])
            if not stands.all():
                box = part[int(np.argmin(stands))]
                fail(box, f"its reason {str(codes[box])!r} is not proved")
            watch(len(part))
        first, axes, kept = first + width, codes[digits].astype(int), np.arange(digits.sum())
        lower, upper = lower[:, digits], upper[:, digits]
        middle, left, right = (
            0.5 * (lower[axes, kept] + upper[axes, kept]),
            upper.copy(),
            lower.copy(),
        )
        left[axes, kept], right[axes, kept] = middle, middle
        lower = np.stack([lower, right], 2).reshape(len(root), -1)
        upper = np.stack([left, upper], 2).reshape(len(root), -1)
    if len(tree) != first or len(seals) != 4 * sealed:
        raise Rejected(f"box {first}: the tree goes on after its last box")
    return unsealed(document, sealed)
