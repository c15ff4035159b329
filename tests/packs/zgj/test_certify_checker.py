"""The independent checker: its arithmetic against mpmath, its reasons, what it cannot read."""

import ast
import gzip
import math
import re
import subprocess
import sys
from pathlib import Path

import mpmath
import numpy as np
import pytest
from region_kit import CLAIMS, certified, inside, near, weights

from lcnn_verify.evidence import documents
from lcnn_verify.packs.zgj.population import loss_and_gradient
from lcnn_verify.packs.zgj.proofs.region import arithmetic, checker
from lcnn_verify.packs.zgj.proofs.region.arithmetic import Form, cubic, sine_cosine
from lcnn_verify.packs.zgj.proofs.region.checker import Claim, settled
from lcnn_verify.packs.zgj.proofs.region.point import teachers
from lcnn_verify.packs.zgj.threshold import kappa, loss_threshold


def test_it_imports_numpy_and_the_standard_library_only():
    own = {"lcnn_verify.packs.zgj.proofs.region.arithmetic", "arithmetic"}
    for module in (checker, arithmetic):
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = {node.module} - own
            elif isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            else:
                continue
            assert {name.split(".")[0] for name in names} <= {*sys.stdlib_module_names, "numpy"}


def alone(folder, *arguments):
    """Exit code, stdout and stderr of the checker as a script that no package is beside."""
    for module in (checker, arithmetic):
        copy = folder / Path(module.__file__).name
        copy.write_bytes(Path(module.__file__).read_bytes())
    command = [sys.executable, "-E", "-s", "checker.py", *map(str, arguments)]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


def test_it_is_a_script(tmp_path):
    document = certified("one").document
    plain, packed = tmp_path / "plain.json", tmp_path / "packed.json.gz"
    documents.write(plain, document)
    documents.write(packed, document)
    for path in (plain, packed):
        code, shown, said = alone(tmp_path, path)
        assert (code, said) == (0, "")
        assert shown.startswith("PROVED ‖∇L‖ ≥ 2·κ·L for all m = 1 in the plane with 1/1000000·ε₀")
        assert shown.endswith(f"90° apart: {document['boxes']} boxes\n")
    documents.write(plain, document | {"multiple": "6"})
    code, shown, _ = alone(tmp_path, plain)
    assert code == 1
    assert re.match(r"REJECTED box \d+, .*reason g is not proved", shown)
    documents.write(plain, certified("two", multiple=20).document)
    assert alone(tmp_path, plain)[:2] == (1, "REJECTED malformed: tree: got nothing, wanted text\n")


GOOD = b'{"tree": "g"}'


UNREADABLE = {
    "cut": b"{",
    "no gzip": b"\x1f\x8bno gzip",
    "no file": None,
    "byte-order mark": b"\xef\xbb\xbf" + GOOD,
    "key twice": GOOD.replace(b"{", b'{"tree": "a", '),
    "no number": GOOD.replace(b'"g"', b"NaN"),
    "text after it": GOOD + b" {}",
    "nested": b"[" * 100_000,
    "unfolds": gzip.compress(b" " * 2000),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_it_cannot_read_is_one_line(tmp_path, capsys, monkeypatch, content):
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(checker, "MOST", 1000 if content and content[:1] == b"\x1f" else 200_000)
    assert checker.main([str(path)]) == checker.main([]) == 2
    shown, said = capsys.readouterr()
    assert (shown, said.count("\n")) == ("", 2)
    assert said.startswith("usage: python checker.py FILE")


def contained(form, values):
    """Whether a form of no box, m ± r, holds the exact values."""
    return all(
        abs(mpmath.mpf(float(m)) - exact) <= mpmath.mpf(float(r))
        for m, r, exact in zip(
            form.centre, np.broadcast_to(form.reach, form.centre.shape), values, strict=True
        )
    )


def middle_of(form):
    return float(np.ravel(form.centre)[0])


def points():
    rng = np.random.default_rng(0)
    edges = [k * math.pi / 4 for k in range(-9, 10)] + [1e-8, 1e-300, 5e-324, -0.0]
    return np.concatenate((rng.uniform(-7.9, 7.9, 3000), edges, 10.0 ** rng.uniform(-12, 0, 300)))


def holds_sines():
    with mpmath.workdps(40):
        x = points()
        s, c = sine_cosine(Form(x))
        exact = [mpmath.mpf(float(v)) for v in x]
        return contained(s, map(mpmath.sin, exact)) and contained(c, map(mpmath.cos, exact))


def holds_sums():
    """Sums, products and constants, and the cubic part of the kernel, against 40 digits."""
    rng = np.random.default_rng(1)
    with mpmath.workdps(40):
        a, b = rng.standard_normal((2, 2000)) * 10.0 ** rng.uniform(-5, 5, (2, 2000))
        x, y = ([mpmath.mpf(float(v)) for v in w] for w in (a, b))
        fine = contained(Form(a) + Form(b), [p + q for p, q in zip(x, y, strict=True)])
        tiny = Form(1.4822e-319) * Form(np.array([9.009582690245756e59]))
        fine &= contained(tiny, [mpmath.mpf(1.4822e-319) * mpmath.mpf(9.009582690245756e59)])
        fine &= contained(Form(a) * Form(b), [p * q for p, q in zip(x, y, strict=True)])
        pair = (Form(a) * Form(b) - Form(a)) * Form(b)
        fine &= contained(pair, [(p * q - p) * q for p, q in zip(x, y, strict=True)])
        theta = np.concatenate((rng.uniform(-4, 4, 500), [0.0, 1e-9, -1e-5]))
        t = [mpmath.mpf(float(v)) for v in theta]
        value, first = cubic(Form(theta))
        two = 2 / mpmath.pi
        fine &= contained(value, [two * (mpmath.sin(abs(v)) - abs(v) * mpmath.cos(v)) for v in t])
        return fine & contained(first, [two * abs(v) * mpmath.sin(v) for v in t])


def test_the_arithmetic_holds_the_exact_values():
    assert holds_sines()
    assert holds_sums()


def test_dropping_the_outward_rounding_is_caught(monkeypatch):
    """Planted: the same operations without their ulps."""
    monkeypatch.setattr(arithmetic, "U", 0.0)
    monkeypatch.setattr(arithmetic, "UP", 1.0)
    assert not holds_sums()
    assert not holds_sines()


def at(form, xi):
    """The range (low, high) of a form (boxes,) at the point ξ (coordinates, boxes) of the box."""
    value = form.centre + (form.slope * xi).sum(0)
    if len(xi) == 6:
        value = value + (form.curve * xi[arithmetic.J] * xi[arithmetic.K]).sum(0)
    return value - form.rest - 1e-11, value + form.rest + 1e-11  # a slack for the float64 values


@pytest.mark.parametrize("coordinates", [2, 6])
@pytest.mark.parametrize("width", [0.3, 1e-2])
def test_a_form_holds_the_function_in_its_box(width, coordinates):
    """Products, and functions of forms, at points of boxes, by slopes and by curves, too."""
    rng = np.random.default_rng(2)
    centre, radius = rng.uniform(-2.5, 2.5, (2, 200)), width * rng.random((coordinates, 200))
    ways = np.eye(coordinates)[:, :, None] * radius
    x, y = Form(centre[0], ways[0] + ways[-1]), Form(centre[1], ways[1] - ways[-1] / 2)
    for _ in range(20):
        xi = rng.uniform(-1, 1, (coordinates, 200))
        u, v = (form.centre + (form.slope * xi).sum(0) for form in (x, y))
        s, c = sine_cosine(Form(x.centre))
        z = u * v - u
        values = [
            (x * y - x, z),
            (x.through(s, c, 1.0, s.times(-1.0), 1.0), np.sin(u)),
            (cubic(x * y - x)[0], 2 / math.pi * (np.sin(abs(z)) - abs(z) * np.cos(z))),
            (cubic(x * y - x)[1], 2 / math.pi * z * np.sin(abs(z))),
        ]
        for form, value in values:
            low, high = at(form, xi)
            held = (low <= value) & (value <= high) | ~np.isfinite(form.rest)
            assert held.all()
            assert np.isfinite(form.rest).mean() > 0.5
            assert (coordinates == 6) == (len(form.curve) == 21)


def test_curves_leave_less_than_slopes():
    x, y = (Form(np.ones(1), 0.01 * np.eye(6)[:, [k]]) for k in (0, 5))
    flat = [Form(np.ones(1), 0.01 * np.eye(2)[:, [k]]) for k in range(2)]
    for curved, straight in zip(cubic(x * y), cubic(flat[0] * flat[1]), strict=True):
        assert curved.rest < 0.05 * straight.rest


@pytest.mark.parametrize("said", [{"bend": 1e-3}, {"third": 1e-3}, {"second": 2.0}])
def test_a_derivative_too_small_would_be_caught(said):
    """Planted: derivatives said to be other than they are."""
    rng = np.random.default_rng(3)
    centre, n = rng.uniform(-1, 1, 200), 2 if "bend" in said else 6
    x = Form(centre, 0.3 / n * np.ones((n, 200)))
    s, c = sine_cosine(Form(centre))
    true = {"bend": 1.0, "second": s.times(-1.0), "third": 1.0}
    if "second" in said:
        said = {"second": Form(said["second"] * s.centre)}
    low, high = at(x.through(s, c, **(true | said)), np.ones((n, 200)))
    value = np.sin(centre + 0.3)
    assert not ((low <= value) & (value <= high)).all()


def test_the_constants_are_enclosed():
    with mpmath.workdps(40):
        pi, half = arithmetic.PI, mpmath.mpf(arithmetic.PI_HALF)
        assert abs(mpmath.mpf(float(pi.centre)) - mpmath.pi) < mpmath.mpf(float(pi.rest))
        assert abs(half + mpmath.mpf(arithmetic.PI_REST) - mpmath.pi / 2) < 1e-25
        assert all(float(k * half) == k * half for k in range(6))  # exact: 36 bits at most
        assert 2 / mpmath.pi < 0.637
    for claim in CLAIMS.values():
        read, V = Claim(claim.to_json()), teachers(claim)
        assert abs(read.level.centre - loss_threshold(V)) < 1e-13 * read.level.centre
        assert read.level.reach < 1e-12 * read.level.centre
        ratio = read.rate.centre / (float(claim.multiple) * kappa(V))
        assert 1 - 1e-15 < ratio < 1 + 1e-12
        for (low, high), (left, right) in zip(read.root, claim.root(), strict=True):
            assert left <= low < high <= right


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_reason_proved_is_true_in_the_box(claim):
    """Loss and gradient by another route, at points of boxes the checker calls settled."""
    rng, V, read = np.random.default_rng(7), teachers(claim), Claim(claim.to_json())
    middle = inside(claim, rng, 400).T
    radius = 0.02 * rng.random(middle.shape)
    lower, upper = middle - radius, middle + radius
    told = {letter: settled(read, np.full(400, letter), lower, upper) for letter in "abeg"}
    assert told["a"].sum() > 20
    assert told["g"].any()
    for box in range(400):
        for _ in range(3):
            x = lower[:, box] + rng.random(len(lower)) * (upper - lower)[:, box]
            value, gradient = loss_and_gradient(weights(claim, x), V)
            level, norm = middle_of(read.level), np.linalg.norm(gradient)
            assert not told["a"][box] or value > level
            assert not told["b"][box] or value < middle_of(read.inner)
            assert not told["g"][box] or value > level or norm > middle_of(read.rate) * value
            assert not told["e"][box]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_what_is_false_in_a_box_is_not_proved(claim):
    """Planted: a claim far too strong, levels on the wrong side, a student in its place."""
    rng, read = np.random.default_rng(8), Claim(claim.to_json())
    x = np.concatenate((inside(claim, rng, 150), near(claim, rng, 150))).T
    values = [loss_and_gradient(weights(claim, point), teachers(claim)) for point in x.T]
    loss = np.array([value for value, _ in values])
    norm = np.array([np.linalg.norm(gradient) for _, gradient in values])
    told = {letter: settled(read, np.full(300, letter), x, x) for letter in "abeg"}
    assert not (told["a"] & (loss < middle_of(read.level))).any()
    assert not (told["b"] & (loss > middle_of(read.inner))).any()
    assert not told["e"].any()
    read.rate = Form(read.rate.centre * 1e4)
    strong = settled(read, np.full(300, "g"), x, x)
    low = (loss < middle_of(read.level)) & (norm < middle_of(read.rate) * loss)
    assert low.any()
    assert not (strong & low).any()


def test_angles_too_large_for_the_series_have_no_sine():
    with np.errstate(all="ignore"):
        s, c = sine_cosine(Form(np.array([8.1, 1e16, 1e300, math.nan])))
    assert not (s.reach < math.inf).any()
    assert not (c.reach < math.inf).any()


NUMBER = "a number above 0, written digits or digits/digits"
TWO = {"norms": ["1", "1"], "separation": "91"}


@pytest.mark.parametrize(
    ("name", "value", "got", "wanted"),
    [
        *(
            ("multiple", it, repr(it), NUMBER)
            for it in ("x", 2, "1/0", "1/2/3", "-1", "1_0", "2\n", "0", "0/1")
        ),
        ("multiple", "9" * 5000, f"'{'9' * 12}...{'9' * 13}'", NUMBER),
        ("inner", "1e-999999999", "'1e-999999999'", NUMBER),
        ("inner", "0", "'0'", NUMBER),
        ("outer", None, "nothing", NUMBER),
        *(("students", it, repr(it), "1, 2 or 3") for it in (7, 1.0, True, [1])),
        ("dimension", 3, "3", "2"),
        ("teacher", "12", "'12'", "an object"),
        ("root", [[0, 1]], "[[0, 1]]", "2 pairs of numbers"),
        ("root", "x", "'x'", "2 pairs of numbers"),
        ("root", [0, 10**400], f"[0, 1{'0' * 17}...{'0' * 19}]", "2 pairs of numbers"),
        ("tree", 5, "5", "text"),
    ],
)
def test_what_is_malformed_is_said_with_what_was_wanted(name, value, got, wanted):
    with pytest.raises(checker.Rejected) as caught:
        checker.check(certified("one").document | {name: value})
    assert str(caught.value) == f"malformed: {name}: got {got}, wanted {wanted}"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"norms": None}, "norms: got nothing, wanted a list"),
        ({"norms": []}, r"norms: got \[\], wanted one or two"),
        ({"norms": ["0"]}, "norms: got '0', wanted a number above 0"),
        ({"separation": None}, "separation: got nothing, wanted a number above 0"),
        ({"separation": "60"}, "separation: got '60', wanted 90$"),
        ({"norms": ["1", "1"]}, "students: got 1, wanted 2 or 3$"),
    ],
)
def test_a_network_that_is_none_is_said_with_what_was_wanted(change, reason):
    document = certified("one").document
    with pytest.raises(checker.Rejected, match=f"^malformed: {reason}"):
        checker.check(document | {"teacher": document["teacher"] | change})
    with pytest.raises(checker.Rejected, match=r"separation: got '91', wanted at most 90$"):
        checker.check(document | {"teacher": TWO, "students": 2})
    with pytest.raises(checker.Rejected, match=r"certificate: got \[5\], wanted an object$"):
        checker.check([5])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"root": [[math.nan, math.nan], [-2, 2]]}, "^box 0, the root .* misses students"),
        ({"root": [[-math.inf, math.inf], [-2, 2]]}, "^box 0, the root .* misses students"),
        ({"root": [[0.7, 2], [-2, 2]]}, "^box 0, the root .* misses students"),
        ({"root": [[-1e300, 1e300], [-2, 2]]}, "^box"),
        ({"root": [[-1e8, 1e8], [-2, 2]]}, "^box"),
        ({"root": [[-1.7e308, 1.7e308], [-1.7e308, 1.7e308]]}, "^box"),
        ({"tree": ""}, "^box 0, deleted"),
        ({"tree": "\ud800"}, "reason .* is not proved"),
        ({"tree": "g"}, r"^box 0, .*reason g is not proved"),
    ],
)
@pytest.mark.filterwarnings("error")  # of NumPy, for sizes out of range
def test_a_tree_that_makes_no_sense_is_rejected(change, reason):
    with pytest.raises(checker.Rejected, match=reason):
        checker.check(certified("one").document | change)
