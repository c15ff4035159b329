"""What settles boxes of a region: the guide, the checker's forms, and balls beside them."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from region_kit import CLAIMS, boxes, certified, confirmed, inside
from region_reasons_kit import reasons, steep, steepest

from lcnn_verify.packs.zgj.proofs.region import (
    arithmetic,
    checker,
    guide,
    split_tree,
)
from lcnn_verify.packs.zgj.proofs.region.claim import Shell
from lcnn_verify.packs.zgj.proofs.region.forms import centred, landscape
from lcnn_verify.packs.zgj.proofs.region.search import judge

EACH = pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)


def test_a_guess_that_is_not_proved_is_halved(monkeypatch):
    claim = CLAIMS["one"]
    root = np.array(claim.root())
    sure = judge(claim, root[:, :1] + 0.3, root[:, :1] + 0.305).codes
    assert sure[0].isalpha()
    monkeypatch.setattr(checker, "settled", lambda *given: np.zeros(1, dtype=bool))
    assert judge(claim, root[:, :1] + 0.3, root[:, :1] + 0.305).codes[0].isdigit()


@EACH
def test_the_guide_gives_the_reasons_that_slopes_give(claim):
    """Compiled, box by box, against slopes over arrays, on boxes of every size.

    Runs as plain Python, too.
    """
    lower, upper = boxes(claim, np.random.default_rng(9), 60, 0.1)
    shell = Shell.of(claim, float)
    seen = landscape(claim, shell, *centred(lower, upper))
    bounds = steep(shell, seen, steepest(shell, seen))
    codes, digits, violated = guide.guided(claim, lower, upper)
    expected = digits.copy()
    for letter, settled in reasons(shell, seen, bounds, guide.MARGIN, guide.SLACK).items():
        expected[settled] = letter
    assert {"a", "g"} & set(codes)
    if claim.students == 3:  # what slopes settle, curves do, and much more
        assert np.char.isalpha(codes)[np.char.isalpha(expected)].all()
        assert np.char.isalpha(codes).sum() > 1.2 * np.char.isalpha(expected).sum()
        return
    assert codes.tolist() == expected.tolist()
    axes = np.where(
        (seen.loss.at > shell.level) | (seen.loss.at < shell.inner) | ~bounds[0].steps().any(0),
        seen.loss.steps().argmax(0),
        bounds[0].steps().argmax(0),
    )
    assert digits.tolist() == axes.astype(str).tolist()
    assert not violated.any()
    strong = guide.guided(replace(claim, multiple=Fraction(1000)), lower, upper)[2]
    norms, loss = seen.squared_norm(), seen.loss.at
    low = (loss <= shell.level) & (norms < (1000 * shell.rate * loss) ** 2)
    assert strong.tolist() == (low & (codes != "e")).tolist()


def aimed(claim, lower, upper):
    """The direction of ‖∇L‖ that the search would choose."""
    shell = Shell.of(claim, float)
    return steepest(shell, landscape(claim, shell, *centred(lower, upper)))


@EACH
def test_balls_prove_a_sample_of_what_the_checker_has_settled(claim):
    """Another arithmetic, and slopes that keep a remainder for each coordinate."""
    lower, upper = boxes(claim, np.random.default_rng(6), 60, 0.02)
    codes = judge(claim, lower, upper).codes
    kept = np.char.isalpha(codes)
    assert kept.any()
    lower, upper, codes = lower[:, kept], upper[:, kept], codes[kept]
    if claim.students == 3:  # slopes alone prove less: a part of each box, somewhere in it
        part = (upper - lower) / 6
        lower = lower + part * np.random.default_rng(8).integers(0, 6, lower.shape)
        upper = lower + part
    assert confirmed(claim, lower, upper, codes, aimed(claim, lower, upper)).all()


@EACH
def test_curves_are_second_derivatives(claim):
    """Of the loss and every row, where there are any, against differences of slopes.

    In boxes so small that none meets 0 in an angle, where the curve of c′ has a kink.
    """
    x, step, radius = inside(claim, np.random.default_rng(10), 10).T, 1e-5, 1e-6
    stated, shell, n = checker.Claim(claim.to_json()), Shell.of(claim, float), len(x)
    at = [arithmetic.Form(x[k], np.eye(n)[k][:, None] * radius) for k in range(n)]
    loss, rows = checker.loss_and_rows(stated, at, checker.students(stated, at))
    for k in range(n):
        move = step * np.eye(n)[:, [k]]
        up, down = (landscape(claim, shell, y, np.ones_like(x)) for y in (x + move, x - move))
        for form, high, low in zip(
            (loss, *rows), (up.loss, *up.rows), (down.loss, *down.rows), strict=True
        ):
            if n < 6:
                assert not form.curve.any()
                continue
            change = (high.slope - low.slope) / (2 * step)
            pairs = (k == arithmetic.K) | (k == arithmetic.J)
            others = np.where(k == arithmetic.K, arithmetic.J, arithmetic.K)[pairs]
            twice = np.where(others == k, 2.0, 1.0)[:, None]
            found = form.curve[pairs] * twice / radius**2
            assert found == pytest.approx(change[others], abs=1e-6)


@pytest.mark.parametrize("name", ["one", "two"])
def test_balls_prove_a_sample_of_a_certificate(name):
    found = certified(name, multiple=2, inner=Fraction(1, 2))
    lower, upper, codes = split_tree.settled(found.document)
    some = np.random.default_rng(7).permutation(len(codes))[:60]
    lower, upper, codes = lower[:, some], upper[:, some], codes[some]
    aim = aimed(found.claim, lower, upper)
    assert confirmed(found.claim, lower, upper, codes, aim).all()
    claim = replace(found.claim, multiple=Fraction(50))  # planted: false, and so not confirmed
    assert not confirmed(claim, lower, upper, codes, aim).all()


def test_false_reasons_are_not_confirmed():
    """Planted: each reason on a box where it is false."""
    claim = CLAIMS["one"]
    boxes_of = {
        "a": (1.0, 0.3),
        "b": (1.2, 0.1),
        "g": (1.0, 0.0),
        "e": (1.0, 0.3),
    }
    for letter, centre in boxes_of.items():
        x, aim = np.array(centre)[:, None], np.ones((2, 1))
        reason = np.array([letter])
        assert not confirmed(claim, x - 1e-4, x + 1e-4, reason, aim).any()
