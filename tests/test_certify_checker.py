"""The independent checker: its arithmetic against mpmath, and every way to spoil a certificate."""

import ast
import copy
import math
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from region_kit import CLAIMS, certified, inside, weights

from lcnn_verify.certificates import checker, checker_arithmetic, checker_claim, tree
from lcnn_verify.certificates.checker import Rejected, check
from lcnn_verify.certificates.checker_arithmetic import Ball, cubic, sine_cosine
from lcnn_verify.certificates.checker_claim import Claim
from lcnn_verify.certificates.checker_view import rooted, view
from lcnn_verify.certificates.region_point import teachers
from lcnn_verify.population import loss_and_gradient
from lcnn_verify.threshold import kappa, loss_threshold

FOLDER = Path(checker.__file__).parent


def certificate(name="one", **options):
    return copy.deepcopy(certified(name, **options).document)


def resealed(document, codes=None):
    """The document as a forger leaves it: seals and digest made anew."""
    text, first, sealed = codes or document["tree"], 0, ""
    root = np.array(document["root"])
    lower, upper = root[:, :1], root[:, 1:]
    while lower.shape[1]:
        level = np.array(list(text[first : first + lower.shape[1]]))
        sealed += tree.seals(lower, upper, level)
        inner = np.char.isdigit(level)
        first += len(level)
        lower, upper = tree.halves(lower[:, inner], upper[:, inner], level[inner].astype(int))
    document |= {"tree": text, "seals": sealed}
    return document | {"digest": tree.digest(document)}


def test_it_imports_nothing_of_the_search():
    """NumPy, the standard library and its own modules; each short enough to read."""
    ours = {"checker_arithmetic", "checker_claim", "checker_view"}
    for name in ("checker", *ours):
        source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom):
                parts = node.module.split(".")
            elif isinstance(node, ast.Import):
                parts = node.names[0].name.split(".")
            else:
                continue
            assert parts[0] != "lcnn_verify" or parts[-1] in ours
            assert parts[0] not in {"flint", "mpmath", "scipy", "numba"}
        assert len(source.splitlines()) <= 200


def contained(ball, values):
    return all(
        abs(mpmath.mpf(float(m)) - exact) <= mpmath.mpf(float(r))
        for m, r, exact in zip(ball.m, ball.r, values, strict=True)
    )


def points():
    rng = np.random.default_rng(0)
    edges = [k * math.pi / 4 for k in range(-9, 10)] + [1e-8, 1e-300, 5e-324, -0.0]
    return np.concatenate((rng.uniform(-8, 8, 3000), edges, 10.0 ** rng.uniform(-12, 0, 300)))


def holds_sines():
    with mpmath.workdps(40):
        x = points()
        s, c = sine_cosine(Ball(x))
        exact = [mpmath.mpf(float(v)) for v in x]
        return contained(s, map(mpmath.sin, exact)) and contained(c, map(mpmath.cos, exact))


def holds_sums():
    """Sums, products and constants, and the cubic part of the kernel, against 40 digits."""
    rng = np.random.default_rng(1)
    with mpmath.workdps(40):
        a, b = rng.standard_normal((2, 2000)) * 10.0 ** rng.uniform(-5, 5, (2, 2000))
        x, y = ([mpmath.mpf(float(v)) for v in w] for w in (a, b))
        fine = contained(Ball(a) + Ball(b), [p + q for p, q in zip(x, y, strict=True)])
        fine &= contained(Ball(a) * Ball(b), [p * q for p, q in zip(x, y, strict=True)])
        pair = (Ball(a) * Ball(b) - Ball(a)) * Ball(b)
        fine &= contained(pair, [(p * q - p) * q for p, q in zip(x, y, strict=True)])
        theta = np.concatenate((rng.uniform(-4, 4, 500), [0.0, 1e-9, -1e-5]))
        t = [mpmath.mpf(float(v)) for v in theta]
        value, first, second = cubic(Ball(theta))
        two = 2 / mpmath.pi
        fine &= contained(value, [two * (mpmath.sin(abs(v)) - abs(v) * mpmath.cos(v)) for v in t])
        fine &= contained(first, [two * abs(v) * mpmath.sin(v) for v in t])
        return fine & contained(
            second, [two * (mpmath.sin(abs(v)) + abs(v) * mpmath.cos(v)) for v in t]
        )


def test_the_arithmetic_holds_the_exact_values():
    assert holds_sines()
    assert holds_sums()


def test_dropping_the_outward_rounding_is_caught(monkeypatch):
    """Planted: the same operations without their ulps."""
    monkeypatch.setattr(checker_arithmetic, "U", 0.0)
    monkeypatch.setattr(checker_arithmetic, "UP", 1.0)
    assert not holds_sums()
    assert not holds_sines()


def test_the_constants_are_enclosed():
    with mpmath.workdps(40):
        for ball, exact in (
            (checker_arithmetic.PI, mpmath.pi),
            (checker_arithmetic.SCALE, 2 / mpmath.pi),
        ):
            assert abs(mpmath.mpf(float(ball.m)) - exact) < mpmath.mpf(float(ball.r))
    for claim in CLAIMS.values():
        read, V = Claim(claim.to_json()), teachers(claim)
        assert read.level.low() < loss_threshold(V) * (1 + 1e-13)
        assert read.level.high() > loss_threshold(V) * (1 - 1e-13)
        assert read.level.r < 1e-12 * read.level.m
        assert read.least < float(claim.multiple) * kappa(V) * (1 + 1e-15)
        assert read.least < read.rate < read.least * (1 + 1e-12)
        for (low, high), (left, right) in zip(read.root(), claim.root(), strict=True):
            assert left <= low < high <= right


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_view_holds_what_happens_in_the_box(claim):
    rng, V = np.random.default_rng(7), teachers(claim)
    middle = inside(claim, rng, 6).T
    radius = 0.03 * rng.random(middle.shape)
    lower, upper = middle - radius, middle + radius
    seen = view(Claim(claim.to_json()), lower, upper)
    slack = 1e-11  # of the float64 values compared with
    for _ in range(5):
        x = lower + rng.random(lower.shape) * (upper - lower)
        point = view(Claim(claim.to_json()), x, x)
        move = x - 0.5 * (lower + upper)
        for wide, thin in zip(seen.rows, point.rows, strict=True):
            stray = np.abs(thin.c.m - wide.c.m - (wide.s.m * move).sum(0))
            assert (stray <= (wide.s.r * np.abs(move)).sum(0) + slack).all()
            assert (np.abs(thin.c.m - wide.c.m) <= wide.p + slack).all()
        stray = np.abs(point.loss.m - seen.loss.m - (seen.slope.m * move).sum(0))
        assert (stray <= sum(seen.bends) + slack).all()
        for k in range(x.shape[1]):
            value, gradient = loss_and_gradient(weights(claim, x[:, k]), V)
            assert abs(point.loss.m[k] - value) <= slack
            rows = [row.c.m[k] ** 2 for row in point.rows]
            square = sum(q.c.m[k] * (rows[2 * i] + rows[2 * i + 1]) for i, q in enumerate(point.q))
            assert square == pytest.approx(np.sum(gradient**2), abs=slack)


def test_a_good_certificate_passes():
    document, seen = certificate(), []
    assert check(document, seen.append) == document["boxes"] == sum(seen)
    assert check(certificate("two", inner=Fraction(1, 2))) > 3000
    assert check(resealed(certificate())) == document["boxes"]


def test_the_bound_holds_down_to_zero_only_near_it_and_for_as_many_students():
    for name in ("one", "orthonormal", "acute", "unequal"):
        claim = Claim(CLAIMS[name].to_json())
        zero = np.array([float(b.m) for b in (*claim.masses, *claim.angles)])[:, None]
        radii = np.array([1e-9, 1e-4, 2e-3, 1.0])
        assert rooted(claim, zero - radii, zero + radii).tolist() == [True, True, True, False]
        claim.rate *= 1e6
        assert rooted(claim, zero - radii, zero + radii).tolist() == [True, False, False, False]
    two = Claim(CLAIMS["two"].to_json())
    assert not rooted(two, np.zeros((4, 2)), np.zeros((4, 2))).any()


def test_with_as_many_students_nothing_is_left_out():
    document = certificate("one", inner=Fraction(0))
    assert check(document) == document["boxes"]
    assert document["reasons"].keys() == {"a", "g", "z"}
    assert document["statement"].endswith("L(W) ≤ ε₀(V)")
    with pytest.raises(Rejected, match=r"^box \d+"):
        check(resealed(document | {"multiple": "6"}))


def test_a_proved_violation_passes_and_a_moved_one_does_not():
    document = certificate("two", multiple=20)
    assert check(document) == 1
    document["point"]["coordinates"][0] += 0.2
    with pytest.raises(Rejected, match="its point is not proved"):
        check(document)
    weaker = certificate("two", multiple=20) | {"multiple": "5"}
    with pytest.raises(Rejected, match="its point is not proved"):
        check(weaker | {"digest": tree.digest(weaker)})


def halved(document):
    return next(k for k, code in enumerate(document["tree"]) if code.isdigit() and k > 10)


def settled(document, letter):
    return document["tree"].index(letter)


def replaced(document, at, code):
    text = document["tree"]
    return document | {"tree": text[:at] + code + text[at + 1 :]}


def other_axis(document):
    at = halved(document)
    return replaced(document, at, "10"[int(document["tree"][at])])


SPOILED = {
    "a box deleted": lambda d: replaced(d, settled(d, "g"), ""),
    "the last box deleted": lambda d: d | {"tree": d["tree"][:-1]},
    "a split deleted": lambda d: replaced(d, halved(d), "g"),
    "a box moved": other_axis,
    "a box split": lambda d: replaced(d, settled(d, "g"), "0"),
    "another reason": lambda d: replaced(d, settled(d, "a"), "g"),
    "no reason": lambda d: replaced(d, settled(d, "g"), "?"),
    "an axis that is none": lambda d: replaced(d, halved(d), "2"),
    "the root shrunk": lambda d: d | {"root": [[0.7, d["root"][0][1]], d["root"][1]]},
    "the root moved": lambda d: d | {"root": [d["root"][0], [0.01, 1.6]]},
    "the root grown": lambda d: d | {"root": [[0.5, d["root"][0][1]], d["root"][1]]},
    "a seal changed": lambda d: (
        d | {"seals": ("1" if d["seals"][0] == "0" else "0") + d["seals"][1:]}
    ),
    "a box too many": lambda d: d | {"tree": d["tree"] + "g"},
    "no tree": lambda d: d | {"tree": ""},
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_spoiled_tree_is_rejected_naming_the_box(spoil):
    with pytest.raises(Rejected, match=r"^box \d+"):
        check(spoil(certificate()))


FORGED = {
    "a reason that is false": lambda d: replaced(d, settled(d, "a"), "g"),
    "below for gradient": lambda d: replaced(d, settled(d, "g"), "b"),
    "elsewhere for gradient": lambda d: replaced(d, settled(d, "g"), "e"),
    "zero for gradient, far from it": lambda d: replaced(d, settled(d, "g"), "z"),
    "an open box": lambda d: replaced(d, settled(d, "g"), "?"),
    "κ twenty times": lambda d: d | {"multiple": "40"},
    "another teacher": lambda d: d | {"teacher": {"norms": ["11/10"], "separation": "90"}},
    "the root shrunk": lambda d: d | {"root": [[0.7, d["root"][0][1]], d["root"][1]]},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forger_who_reseals_is_rejected_naming_the_box(forge):
    """Seals only help to say what changed; what is false is not proved."""
    with pytest.raises(Rejected, match=r"^box \d+"):
        check(resealed(forge(certificate())))


def test_a_forger_who_moves_the_inner_edge_is_rejected():
    document = certificate("two", inner=Fraction(1, 2))
    assert "b" in document["reasons"]
    with pytest.raises(Rejected, match=r"^box \d+, .*'b' is not proved"):
        check(resealed(document | {"inner": "1/1000"}))


def test_every_number_counts():
    """Changed anywhere, also where the proof does not look, the file is rejected."""
    document = certificate()
    spots = [
        (key, document[key] + 1)
        for key in ("level", "boxes", "judged", "seconds", "students", "dimension")
    ]
    spots += [
        ("multiple", "201/100"),
        ("inner", "1/999999"),
        ("verdict", "REFUTED"),
        ("digest", ""),
    ]
    for key, value in spots:
        with pytest.raises(Rejected):
            check(document | {key: value})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"multiple": "x"}, "malformed"),
        ({"multiple": 2}, "malformed"),
        ({"inner": "1e-999999999"}, "malformed"),
        ({"multiple": "1/0"}, "malformed"),
        ({"teacher": {}}, "malformed"),
        ({"teacher": {"norms": [], "separation": "90"}}, "none that this checker knows"),
        ({"teacher": {"norms": ["1"], "separation": "60"}}, "none that this checker knows"),
        ({"students": 7}, "none that this checker knows"),
        ({"dimension": 3}, "none that this checker knows"),
        ({"root": [[0, 1]]}, "malformed"),
        ({"root": "x"}, "malformed"),
        ({"point": {}}, "malformed"),
        ({"point": {"coordinates": ["a"]}}, "malformed"),
        ({"point": {"coordinates": [1.0]}}, "malformed"),
        ({"root": [[math.nan, math.nan], [0, 2]]}, "misses students"),
        ({"root": [[-1e300, 1e300], [0, 2]]}, "^box 0, .*far too wide"),
        ({"root": [[-1e8, 1e8], [0, 2]]}, "^box"),
        ({"root": [[0, 10**400], [0, 2]]}, "malformed: OverflowError"),
        ({"point": {"coordinates": [10**400, 0.0]}}, "malformed: OverflowError"),
        ({"point": {"coordinates": 1.0}}, "malformed: IndexError"),
        ({"point": {"coordinates": [[1.0], [0.0]]}}, "malformed: ValueError"),
        ({"point": {"coordinates": [math.inf, 1e308]}}, "not proved to violate"),
        ({"students": 1.0}, "none that this checker knows"),
        ({"students": True}, "none that this checker knows"),
        ({"tree": "\ud800"}, "malformed: ValueError"),
        ({"claim": "zgj.rate"}, "something is proved, but not what it says"),
        ({"verdict": "REFUTED"}, "something is proved, but not what it says"),
        ({"root": [[-math.inf, math.inf], [0, 2]]}, "misses students"),
    ],
)
def test_what_makes_no_sense_is_rejected(change, reason):
    with pytest.raises(Rejected, match=reason):
        check(certificate() | change)


def test_a_box_whose_linear_algebra_fails_is_not_proved():
    """Two teachers so close that the slopes at the zero of L are singular in float64."""
    document = certificate("orthonormal", budget=1)
    document |= {"tree": "z", "teacher": {"norms": ["1", "1"], "separation": "1/" + 30 * "9"}}
    with pytest.raises(Rejected, match=r"box 0, .*'z' is not proved"):
        check(resealed(document))


def test_angles_too_large_for_the_series_have_no_sine():
    with np.errstate(all="ignore"):
        s, c = sine_cosine(Ball(np.array([1e16, 1e300, math.nan])))
    assert not (s.size() < math.inf).any()
    assert not (c.size() < math.inf).any()


def test_an_unfinished_certificate_proves_nothing():
    document = certificate("two", multiple=2, budget=2000)
    with pytest.raises(Rejected, match=r"^box \d+, .*open: nothing is proved"):
        check(document)


def test_it_says_what_it_has_read():
    assert checker.statement(certificate()) == (
        "‖∇L‖ ≥ 2·κ·L holds for 1 student in the plane with 1e-06·ε₀ ≤ L ≤ ε₀; teachers of norm 1"
    )
    assert "in the plane with L ≤ ε₀;" in checker.statement(certificate() | {"inner": "0"})
    acute = CLAIMS["acute"].to_json()
    assert "teachers of norm 1, 1 at 60°" in checker.statement(acute)
    assert "fails somewhere for 2 students" in checker.statement(acute | {"point": {}})


def test_the_charts_of_checker_and_search_agree():
    assert {(len(c.norms), c.students): len(c.coordinates) for c in CLAIMS.values()} == (
        checker_claim.SHAPES
    )
