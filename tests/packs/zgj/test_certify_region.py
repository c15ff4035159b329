"""Certified regions: the forms against other routes, the search, and what it must refuse."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb
from region_kit import CLAIMS, boxes, certified, check, inside, proved, weights
from region_reasons_kit import above, below, positive, steep

from lcnn_verify.errors import InputError, heard
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.enclosure import working_precision
from lcnn_verify.packs.zgj.population import loss_and_gradient
from lcnn_verify.packs.zgj.proofs.region import (
    checker,
    guide,
    prove,
    search,
    split_tree,
)
from lcnn_verify.packs.zgj.proofs.region.checker import Claim
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell
from lcnn_verify.packs.zgj.proofs.region.forms import as_balls, centred, landscape
from lcnn_verify.packs.zgj.proofs.region.point import coordinates, teachers, violation
from lcnn_verify.packs.zgj.proofs.region.search import judge
from lcnn_verify.packs.zgj.threshold import kappa, loss_threshold

EACH = pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)


@EACH
def test_the_forms_are_the_loss_and_its_gradient(claim):
    x = inside(claim, np.random.default_rng(1), 40)
    seen = landscape(claim, Shell.of(claim, float), x.T, np.zeros_like(x.T))
    for k, point in enumerate(x):
        value, gradient = loss_and_gradient(weights(claim, point), teachers(claim))
        assert seen.loss.at[k] == pytest.approx(value, abs=1e-13)
        assert seen.squared_norm()[k] == pytest.approx(np.sum(gradient**2), abs=1e-12)


@EACH
def test_slopes_at_the_centre_are_derivatives(claim):
    """Of the loss and of every row of the gradient, in boxes of radius 1."""
    x = inside(claim, np.random.default_rng(2), 10).T
    shell, step = Shell.of(claim, float), 1e-6
    seen = landscape(claim, shell, x, np.ones_like(x))
    for k in range(len(x)):
        move = step * np.eye(len(x))[:, k : k + 1]
        high, low = (landscape(claim, shell, y, np.zeros_like(y)) for y in (x + move, x - move))
        pairs = zip((high.loss, *high.rows), (low.loss, *low.rows), strict=True)
        for form, (up, down) in zip((seen.loss, *seen.rows), pairs, strict=True):
            assert form.slope[k] == pytest.approx((up.at - down.at) / (2 * step), abs=1e-8)


@EACH
def test_the_constants_are_those_of_the_claim(claim):
    V, shell = teachers(claim), Shell.of(claim, float)
    assert shell.level == pytest.approx(loss_threshold(V), rel=1e-13)
    assert shell.rate == pytest.approx(float(claim.multiple) * kappa(V), rel=1e-13)
    assert shell.inner == pytest.approx(1e-6 * shell.level, rel=1e-13)
    with working_precision(100):
        balls = Shell.of(claim, arb)
        assert float(balls.level.mid()) == pytest.approx(shell.level, rel=1e-14)
        assert float(balls.rate.mid()) == pytest.approx(shell.rate, rel=1e-14)


@EACH
@pytest.mark.parametrize("width", [1e-1, 1e-3])
def test_slopes_enclose_in_balls(claim, width):
    """Gradient rows and loss at points of a box lie within what its slopes say."""
    rng = np.random.default_rng(3)
    lower, upper = boxes(claim, rng, 4, width)
    centres, radii = centred(lower, upper)
    with working_precision(64):
        shell = Shell.of(claim, arb)
        seen = landscape(claim, shell, as_balls(centres), as_balls(radii))
        for _ in range(6):
            x = lower + rng.random(lower.shape) * (upper - lower)
            there = landscape(claim, shell, as_balls(x), as_balls(np.zeros_like(x)))
            step = np.where(radii > 0, (x - centres) / np.where(radii > 0, radii, 1), 0)
            xi = as_balls(step)
            slack = 1e-14 * (1 + width)  # ξ is rounded
            for wide, point in zip((seen.loss, *seen.rows), (there.loss, *there.rows), strict=True):
                stray = np.abs(point.at - wide.at - (wide.slope * xi).sum(0))
                assert not (stray > (wide.spread * np.abs(xi)).sum(0) + slack).any()
                assert not (np.abs(point.at - wide.at) > wide.reach + slack).any()


@EACH
def test_what_settles_a_box_is_true_in_it(claim):
    rng = np.random.default_rng(4)
    lower, upper = boxes(claim, rng, 300, 0.02)
    codes = judge(claim, lower, upper, proving=False).codes
    shell, V = Shell.of(claim, float), teachers(claim)
    assert {"a", "g"} & set(codes)
    for box in np.flatnonzero(np.isin(codes, list("abg"))):
        x = lower[:, box] + rng.random(len(lower)) * (upper - lower)[:, box]
        value, gradient = loss_and_gradient(weights(claim, x), V)
        if codes[box] == "g":
            assert value > shell.level or np.linalg.norm(gradient) > shell.rate * value
        else:
            assert value > shell.level if codes[box] == "a" else value < shell.inner


def below_threshold(claim, count):
    """Students with L ≤ ε₀: clones that add up to teachers, each moved, turned, in any order."""
    rng, V, drawn = np.random.default_rng(5), teachers(claim), []
    while len(drawn) < count:
        home = np.append(np.arange(len(V)), rng.integers(len(V), size=claim.students - len(V)))
        part = rng.dirichlet(np.ones(claim.students))
        W = np.sqrt(part / np.bincount(home, part)[home])[:, None] * V[home]
        W = rng.permutation(W + 0.15 * rng.standard_normal(W.shape))
        W *= rng.choice([-1.0, 1.0], (claim.students, 1))
        if loss_and_gradient(W, V)[0] <= loss_threshold(V):
            drawn.append(W)
    return drawn


def lines(W):
    """Its students, whatever their order and signs."""
    return np.array(sorted((W[:, :, None] * W[:, None]).reshape(-1, 4).tolist()))


@EACH
def test_every_student_below_the_threshold_has_a_place_in_the_root(claim):
    """In the checker's root, up to order and sign, and the mirror of one teacher."""
    root = np.array(Claim(claim.to_json()).root)
    mirrors = [[1.0, 1.0], [1.0, -1.0]][: 3 - len(claim.norms)]
    for W in below_threshold(claim, 40):
        x = np.array(coordinates(claim, W))
        assert ((root[:, 0] <= x) & (x <= root[:, 1])).all()
        strays = [np.abs(lines(weights(claim, x)) - lines(W * sign)).max() for sign in mirrors]
        assert min(strays) < 1e-13


@pytest.mark.parametrize("name", ["orthonormal", "pair-three"])
def test_a_root_that_leaves_out_a_part_is_noticed(name):
    """Planted: without either half across any coordinate students have no place in it.

    Nor does the checker take a root that is smaller by a little.
    """
    claim = CLAIMS[name]
    placed = np.array([coordinates(claim, W) for W in below_threshold(claim, 100)])
    middle = np.mean(claim.root(), axis=1)
    assert (placed < middle).any(axis=0).all()
    assert (placed > middle).any(axis=0).all()
    for k, end in np.ndindex(len(middle), 2):
        root = claim.root()
        root[k][end] += (1e-6, -1e-6)[end]
        with pytest.raises(checker.Rejected, match=r"^box 0, the root .* misses students"):
            checker.check(claim.to_json() | {"root": root, "tree": "g"})


@pytest.mark.parametrize(("name", "inner"), [("one", Fraction(1, 10**6)), ("two", Fraction(1, 2))])
def test_a_region_is_certified(name, inner):
    found = certified(name, multiple=2, inner=inner)
    document = found.document
    assert found.verdict == document["verdict"] == "CERTIFIED"
    assert found.search["settled_share"] == 1.0
    assert document["boxes"] == sum(document["reasons"].values()) == len(document["seals"]) // 4
    assert set(document["reasons"]) <= set("abeg")
    assert found.search["arithmetic"] == "float64 forms of the checker"
    assert prove.box(found).startswith(f"{document['coordinates'][0]} [0.6321, 1.368] × ")


@pytest.mark.parametrize("inner", [Fraction(1, 1000), Fraction(1, 10), Fraction(1, 2)])
def test_what_is_written_of_every_inner_level_is_accepted(monkeypatch, inner):
    found = certified("one", inner=inner)
    (said,) = proved(found.document)
    below = inner < Fraction(1, 2)
    assert ("zero" in found.document, "with L ≤ ε₀" in said) == (below, below)

    def refused(*_):
        raise Rejected("too wide for a checker")

    monkeypatch.setattr(prove.interval_checks, "check_near_zero_loss", refused)
    assert prove._below(found.claim, found.document) == {}


def test_the_settled_boxes_fill_the_root():
    document = certified("one").document
    lower, upper, letters = split_tree.settled(document)
    root = np.array(document["root"])
    assert len(letters) == document["boxes"]
    assert np.prod(upper - lower, axis=0).sum() == pytest.approx(np.prod(np.ptp(root, axis=1)))


def test_a_false_multiple_is_refuted_at_a_point():
    found = certified("two", multiple=20)
    point = found.told["point"]
    assert found.verdict == "REFUTED"
    W = np.array(point["weights"])
    value, gradient = oracle.loss(W, [[1.0, 0.0]]), oracle.gradient(W, [[1.0, 0.0]])
    norm = mpmath.sqrt(sum(entry**2 for entry in gradient))
    assert 1e-6 * loss_threshold([[1.0, 0.0]]) <= value <= loss_threshold([[1.0, 0.0]])
    assert norm < 20 * value
    assert arb(point["ratio"]) < 20
    assert abs(float(arb(point["ratio"])) - float(norm / value)) < 1e-9


def test_the_search_itself_finds_a_violation(monkeypatch):
    """Where the local search misses it, the centre of a box refutes."""
    monkeypatch.setattr(prove, "smallest_ratio", lambda claim: (1e9, None))
    found = prove.certify(replace(CLAIMS["one"], multiple=Fraction(20)), budget=1000)
    assert found.verdict == "REFUTED"
    assert len(found.document["point"]["coordinates"]) == 2
    assert check(found.document) == 1


def test_a_point_that_holds_refutes_nothing():
    claim = CLAIMS["two"]
    assert violation(claim, (1.05, 0.3, 0.1, 0.2)) is None  # the bound holds there
    wrong = replace(claim, multiple=Fraction(20))
    assert violation(wrong, (3.0, 0.3, 0.1, 0.2)) is None  # L > ε₀
    at_zero_loss = coordinates(wrong, np.array([[1.0, 0.0], [0.0, 0.0]]))
    assert violation(wrong, at_zero_loss) is None  # L = 0 < ε₁


def test_a_spent_budget_keeps_what_was_reached():
    found = certified("two", multiple=2, budget=2000)
    document = found.document
    assert found.verdict == "INCONCLUSIVE"
    assert found.search["judged"] == 2000
    assert document["reasons"]["?"] > 0
    assert 0.0 < found.search["settled_share"] < 1.0


def ctrl_c_after(boxes):
    """A watcher that is interrupted once so many boxes are judged."""

    def watch(judged, share):
        if judged >= boxes:
            raise KeyboardInterrupt

    return watch


@pytest.mark.parametrize("boxes", [1, 100])
def test_ctrl_c_keeps_what_was_reached(boxes):
    claim, whole = CLAIMS["one"], certified("one").document
    with pytest.raises(prove.Interrupted) as stopped:
        prove.certify(certified("one").claim, budget=100_000, watch=ctrl_c_after(boxes))
    found = stopped.value.found
    document = found.document
    reached = document["tree"].rstrip("?")
    assert found.verdict == document["verdict"] == "INCONCLUSIVE"
    assert len(reached) == found.search["judged"] >= boxes
    assert whole["tree"].startswith(reached)
    assert document["reasons"]["?"] == len(document["tree"]) - len(reached) > 0
    assert 0.0 <= found.search["settled_share"] < 1.0
    assert (found.search["settled_share"] > 0.0) == (boxes > 1)
    assert split_tree.changed(document) == ""
    lower, upper, letters = split_tree.settled(document)
    share = np.prod(upper - lower, axis=0)[letters != "?"].sum()
    root = np.array(claim.root())
    assert share / np.prod(root[:, 1] - root[:, 0]) == pytest.approx(found.search["settled_share"])


def test_ctrl_c_while_compiled_code_is_entered_keeps_what_was_reached(monkeypatch):
    judge, calls = guide._judge, []

    def interrupted(*given):
        calls.append(given)
        if len(calls) > 3:
            raise SystemError("returned a result with an exception set") from KeyboardInterrupt()
        return judge(*given)

    monkeypatch.setattr(guide, "_judge", interrupted)
    with pytest.raises(prove.Interrupted) as stopped:
        prove.certify(certified("one").claim, budget=100_000)
    assert stopped.value.found.search["judged"] > 1
    with pytest.raises(SystemError), heard():
        raise SystemError("a defect")


def test_ctrl_c_after_the_last_box_leaves_the_proof_of_the_shell(monkeypatch):
    def interrupted(*boxes, all_below):
        raise KeyboardInterrupt

    whole = certified("one")
    monkeypatch.setattr(prove.near_zero_loss, "prove", interrupted)
    with pytest.raises(prove.Interrupted) as stopped:
        prove.certify(whole.claim, budget=100_000)
    found = stopped.value.found
    assert found.verdict == "CERTIFIED"
    assert found.document["tree"] == whole.document["tree"]
    assert "zero" not in found.document
    assert found.document["excluded_below"] > 0.0


def test_ctrl_c_before_a_multiple_is_settled_leaves_nothing():
    with pytest.raises(KeyboardInterrupt) as ended:
        prove.largest(CLAIMS["one"], budget=400, watch=ctrl_c_after(1))
    assert type(ended.value) is KeyboardInterrupt


def test_a_box_at_the_edge_of_a_level_is_left_open():
    claim, shell = CLAIMS["one"], Shell.of(CLAIMS["one"], float)
    mass = 1 + np.sqrt(2 * shell.level)  # L = ½(q − 1)² at angle 0
    x, radii = np.array([[mass], [0.0]]), np.array([[1e-9], [0.0]])
    seen = landscape(claim, shell, x, radii)
    assert not above(shell, seen)[0]
    assert above(shell, landscape(claim, shell, x + 1e-6, radii))[0]
    assert not below(shell, seen)[0]
    assert positive(steep(shell, seen, np.array([[1.0], [0.0]]))[0])[0]


@pytest.mark.parametrize("radius", [0.1, 0.9])
def test_a_mass_that_may_vanish_carries_no_proof(radius):
    """(α² + β²)/q of a mass that may be negative must not make the bound on it smaller."""
    claim = CLAIMS["orthonormal"]
    x = np.array([[2.0, 0.0, 0.3, 1.4]]).T  # the second student has no share
    with working_precision(64):
        shell = Shell.of(claim, arb)
        seen = landscape(claim, shell, as_balls(x), as_balls(radius * np.eye(4)[:, 1:2]))
        both = steep(shell, seen, as_balls(np.ones((4, 1))))[0]
        one = steep(shell, seen, as_balls(np.array([[1.0, 1.0, 0.0, 0.0]]).T))[0]
    assert not both.at[0].is_finite()
    assert one.at[0].is_finite()


def test_several_processes_grow_the_same_tree():
    claim = replace(CLAIMS["two"], inner=Fraction(1, 2))
    alone = search.grow(claim, budget=20_000, proving=False)
    with prove.workers(2) as team:
        shared = search.grow(claim, budget=20_000, proving=False, team=team)
    assert shared == alone
    assert "?" not in alone.counts


def test_the_largest_multiple_lies_under_the_smallest_ratio():
    found = prove.largest(CLAIMS["one"], budget=400)
    assert Fraction(2) <= found.multiple < Fraction(568, 100)
    assert prove.largest(CLAIMS["one"], budget=40).multiple < found.multiple


def test_multiples_that_begin_where_the_theorem_ends_reach_higher():
    found = prove.largest(CLAIMS["two"], budget=12_000, raised=True)
    assert found == prove.near_zero_loss.raised(found)
    assert found.multiple > prove.largest(CLAIMS["two"], budget=12_000).multiple


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"norms": (Fraction(1),) * 3}, "teachers"),
        ({"students": 4}, "students"),
        ({"norms": (Fraction(1),) * 2, "students": 1}, "students"),
        ({"norms": (Fraction(0),)}, "norms"),
        ({"norms": (Fraction(1),) * 2, "separation": Fraction(91)}, "separation"),
        ({"separation": Fraction(45)}, "separation"),
        ({"multiple": Fraction(10**30 + 1, 10**30)}, "multiple"),
        ({"norms": (Fraction(10**30 + 1, 10**30),)}, "norms"),
        ({"multiple": Fraction(0)}, "multiple"),
        ({"inner": Fraction(1)}, "inner"),
        ({"inner": Fraction(0)}, "inner"),
    ],
)
def test_a_claim_out_of_reach_is_refused(change, argument):
    with pytest.raises(InputError) as caught:
        RegionClaim(**change)
    assert caught.value.argument == argument


def test_a_budget_of_nothing_is_refused():
    with pytest.raises(InputError, match="budget"):
        prove.certify(CLAIMS["one"], budget=0)
