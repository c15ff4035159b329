"""One teacher's theorem: its kernels are the loss's, it is proved twice, forgeries are found."""

import functools
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from region_kit import proved

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.population import gradient, loss
from lcnn_verify.packs.zgj.proofs.facts import check as theorem_check
from lcnn_verify.packs.zgj.proofs.facts import one_teacher as theorem
from lcnn_verify.packs.zgj.threshold import loss_threshold

N = float(theorem.SHARE)
ROUGH = 2e-4
"""How well the grid on the sphere integrates functions that jump."""


@functools.cache
def sphere(count=700):
    """Points (3, n) of equal weight on the unit sphere; E f = 3·mean f where f is quadratic."""
    height, turn = np.meshgrid(
        (np.arange(count) + 0.5) / count * 2 - 1, (np.arange(count) + 0.5) / count * 2 * np.pi
    )
    across = np.sqrt(1 - height**2)
    return np.stack((height, across * np.cos(turn), across * np.sin(turn))).reshape(3, -1)


def mean(f):
    return 3.0 * float(f.mean())


def functions(u):
    """R and X of a student along the unit vector u, v = e₁."""
    x = sphere()
    apart = (u @ x) * x[0] < 0
    return 2 * np.abs(u @ x) * apart, 2 * np.abs(x[0]) * apart


def line(angle, turn=0.0):
    s = math.sin(angle)
    return np.array([math.cos(angle), s * math.cos(turn), s * math.sin(turn)])


POINTS = [(1.2, 0.7, 0.0), (0.5, 0.45, 0.4), (1.5, 1.4, 1.0), (0.9, 0.9, 2.5), (1.57, 0.6, 3.14)]


@pytest.mark.parametrize(("a", "b", "turn"), POINTS)
def test_the_closed_form_is_the_integral(a, b, turn):
    """K with the squares completed by projecting on |v·x|, sgn(v·x)·x₂ and sgn(v·x)·x₃."""
    x, (R, X), (S, Y) = sphere(), functions(line(a)), functions(line(b, turn))
    ca, cb = math.cos(a), math.cos(b)
    whole = N * mean(R * S) + 0.5 * (cb * mean(R * Y) + ca * mean(S * X))
    for tangent in (np.abs(x[0]), np.sign(x[0]) * x[1], np.sign(x[0]) * x[2]):
        whole -= mean((N * R + 0.5 * ca * X) * tangent) * mean((N * S + 0.5 * cb * Y) * tangent) / N
    held = theorem.slack(theorem.ARB, arb(a), arb(b), arb(math.cos(turn)))
    assert float(held) == pytest.approx(math.pi / 2 * N * whole, abs=ROUGH)
    assert float(held) > 0


@pytest.mark.parametrize(("a", "b", "turn"), POINTS)
def test_slopes_are_difference_quotients_and_the_near_bound_is_lower(a, b, turn):
    turn = min(max(turn, 0.1), 3.0)  # off the ends of t
    at = [a, b, math.cos(turn)]
    for i, slope in enumerate(theorem.slopes(theorem.ARB, *map(arb, at))):
        ends = [
            theorem.slack(theorem.ARB, *(arb(x + h * (i == j)) for j, x in enumerate(at)))
            for h in (-1e-7, 1e-7)
        ]
        assert float(slope) == pytest.approx(float(ends[1] - ends[0]) / 2e-7, abs=1e-6)
    small = b / 3
    tangents = [arb(math.tan(a / 2)), arb(math.tan(small / 2)), arb(at[2])]
    value = float(theorem.slack(theorem.ARB, arb(a), arb(small), arb(at[2])))
    mean_turn = math.acos((at[2] - 2) / 3)  # where Jensen takes the curvature
    rho = line(a) @ line(small, mean_turn)
    scaled = value / (math.sin(a) * math.sin(small)) ** 2
    least = float(theorem.near(theorem.ARB, tangents).lower())
    assert 0 < least <= scaled * (1.0 if at[2] < -0.9 else math.sqrt(1 - rho**2)) + 1e-9


def test_the_direction_gives_what_the_proof_says():
    """⟨∇L, D⟩ = (1 + a)·2L + E[E·Z], and ‖D‖² as stated, for students drawn at random."""
    rng, V = np.random.default_rng(0), np.eye(1, 3)
    for m in (1, 2, 4):
        W = rng.standard_normal((m, 3)) * rng.choice([0.1, 0.7], (m, 1))
        W *= np.where(W[:, :1] < 0, -1.0, 1.0)
        q = (W**2).sum(1)
        u = W / np.sqrt(q)[:, None]
        c, s = u[:, 0], np.sqrt(1 - u[:, 0] ** 2)
        a = q @ c - 1
        D = W * [0, 1, 1] + 0.5 * (a - s**2)[:, None] * W
        x = sphere()
        E = (q[:, None] * np.abs(u @ x)).sum(0) - np.abs(x[0])
        Z = sum(
            mass * cosine * functions(row)[1] for mass, cosine, row in zip(q, c, u, strict=True)
        )
        level = loss(W, V)
        right = (1 + a) * 2 * level + mean(E * Z)
        assert (gradient(W, V) * D).sum() == pytest.approx(right, abs=ROUGH)
        assert mean(E * Z) >= -N * 2 * level
        stated = 0.25 * a**2 * q.sum() + q @ (s**2 * (1 + 0.5 * a) - 0.75 * s**4)
        assert (D**2).sum() == pytest.approx(stated)


def test_a_smaller_share_fails_and_the_threshold_is_the_packs(monkeypatch):
    assert float(theorem.threshold(theorem.ARB)) == pytest.approx(loss_threshold(np.eye(1, 2)))
    monkeypatch.setattr(theorem, "SHARE", Fraction(1, 5))
    assert theorem.slack(theorem.ARB, arb(0.95), arb(0.95), arb("0.6")) < 0
    monkeypatch.setattr(theorem, "FACTOR", Fraction(1))
    monkeypatch.setattr(theorem, "positive", lambda *_, **__: None)
    with pytest.raises(NotProved, match="the factor at ε₀ is not above 1"):
        theorem.prove()


def test_it_is_proved_twice_and_a_forged_certificate_is_refused(monkeypatch):
    document = json.loads(json.dumps(theorem.prove().to_json()))
    (said,) = proved(document)
    assert said == f"{theorem.CLAIM}: {theorem.STATEMENT}, for {theorem.INSTANCES}"
    far, near = document["parts"]
    low = {**near, "box": [[0.0, 1.0], [0.0, 0.1], [-1.0, 1.0]]}
    for parts, reason in (
        ([far], r"the parts are \['far'\]"),
        ([near, {**far, "cells": far["cells"][1:]}], "no cell covers"),
        ([far, low], "the box to cover is"),
    ):
        with pytest.raises(Rejected, match=reason):
            proved({**document, "parts": parts})
    monkeypatch.setattr(theorem_check, "kernel", lambda theta: theta * 0)
    with pytest.raises(Rejected, match=r"factor at ε₀ is not above 0.39"):
        theorem_check._demand_one_teacher()
