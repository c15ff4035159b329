"""Facts as theorems: the functions enclosed are the right ones, and a gap or a lie is found."""

import copy
import json
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from region_kit import proved

from lcnn_verify.campaign.journal import flaw
from lcnn_verify.evidence import EXACT, Recorder, Verdict, decide, recording
from lcnn_verify.evidence import check as evidence_check
from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.ledger import claim
from lcnn_verify.numerics import power_series
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.numerics.intervals import working_bits
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.subdivision import demand_cover
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.population import gradient, loss
from lcnn_verify.packs.zgj.proofs.facts import check as theorem_check
from lcnn_verify.packs.zgj.proofs.facts import gradient_upper_bound, merged_level, moments
from lcnn_verify.packs.zgj.proofs.facts.gradient_upper_bound import (
    Arithmetic,
    close_pair,
    far_side,
    near_side,
)
from lcnn_verify.reporting import html, markdown
from lcnn_verify.reporting.outline import document
from lcnn_verify.reporting.phrases import theorems
from lcnn_verify.reporting.report import RunInfo, build_report
from lcnn_verify.reporting.schema import check as check_report

BITS = "Arb enclosures, 64 bits"
TIMINGS = {"started": "2026-01-02T03:04:05+00:00", "seconds": 1.0, "units": {}}


def sinc(t):
    return mpmath.sin(t) / t


def cubic(t):
    return (mpmath.sin(t) - t * mpmath.cos(t)) / t**3


def gap(t):
    return (t - mpmath.sin(t)) / t**3


@pytest.mark.parametrize("theta", [1e-3, 0.3, 1.5, 3.125])
def test_power_series_hold_their_functions(theta):
    with mpmath.workdps(50), working_precision(120):
        for terms, value in (
            (power_series.SINC, sinc(mpmath.mpf(theta))),
            (power_series.CUBIC, cubic(mpmath.mpf(theta))),
            (power_series.CUBIC_SLOPE, mpmath.diff(cubic, theta) / theta),
            (power_series.GAP_SLOPE, mpmath.diff(gap, theta) / theta),
        ):
            ball = power_series.even_series(terms, arb(theta))
            miss = abs(mpmath.mpf(ball.mid().str(45, radius=False)) - value)
            assert miss <= float(ball.rad()) + 1e-25
            assert ball.rad() < (1e-10 if theta > 3 else 1e-20)
            assert ball.mid() in power_series.even_series(terms, arb(theta, 0.01))


def test_a_truncated_series_without_its_remainder_would_miss():
    terms = power_series.SINC[:4]
    with working_precision(100):
        ball = power_series.even_series(terms, arb(3))
        assert arb(3).sin() / 3 in ball
        assert arb(3).sin() / 3 not in ball.mid()


def ratio(delta):
    return oracle.merged_level(delta, 40) * 3 * mpmath.pi / mpmath.mpf(delta) ** 3


@pytest.mark.parametrize("delta", [0.02, 0.4, 1.1, 1.5])
def test_the_slope_is_that_of_the_oracles_ratio(delta):
    with mpmath.workdps(40), working_precision(100):
        step = 1e-6
        secant = (ratio(delta + step) - ratio(delta - step)) / (2 * step)
        got = float(merged_level.fall(arb(delta)).mid())
        assert got == pytest.approx(float(-secant / delta), rel=1e-7)
        assert abs(float(merged_level.least().mid()) - float(ratio(math.pi / 2))) < 1e-15


def test_the_merged_level_is_proved_in_milliseconds_worth_of_cells():
    theorem = merged_level.prove()
    assert theorem.cells < 100
    (said,) = proved(json.loads(json.dumps(theorem.to_json())))
    assert said == f"{theorem.claim}: {theorem.statement}, for {theorem.box}"


def test_too_sharp_a_bound_on_the_merged_level_is_not_proved(monkeypatch):
    monkeypatch.setattr(merged_level, "LOWER_BOUND", "0.83825")  # R(π/2) = 0.838247…
    with pytest.raises(NotProved, match="not above"):
        merged_level.prove()
    with pytest.raises(Rejected, match="too small"):
        theorem_check._demand_least()


def test_the_claim_is_certified_by_the_proof_and_by_nothing_less():
    def verdict(*records):
        return decide(
            claim("zgj.fact.merged-level"), [record.to_json() for record in records]
        ).verdict

    sampled = Recorder("zgj.fact.merged-level", "sampled")
    with recording(sampled), sampled.example({}):
        evidence_check.at_most(0.9, 1.0)
    assert verdict(sampled) is Verdict.SUPPORTED
    for whole, wanted in ((True, Verdict.CERTIFIED), (False, Verdict.SUPPORTED)):
        proved = Recorder("zgj.fact.merged-level", "proved")
        with recording(proved), proved.example({}):
            evidence_check.proved("R falls", box="Δ ≤ π/2", arithmetic=BITS, cells=1, whole=whole)
        assert verdict(proved, sampled) is wanted
        assert proved.to_json()["proofs"] == [
            {
                "statement": "R falls",
                "box": "Δ ≤ π/2",
                "arithmetic": BITS,
                "whole": whole,
                "cells": 1,
            }
        ]
    proved.proofs[0] = proved.proofs[0].__class__("R falls", "Δ ≤ π/2", BITS, True)
    lost = Recorder("zgj.fact.merged-level", "lost")
    with recording(lost), lost.example({}):
        evidence_check.undecided("the budget ran out")
    assert verdict(proved, sampled, lost) is Verdict.INCONCLUSIVE


def test_the_moments_coefficients_are_the_kernels():
    values = moments.coefficients()
    with mpmath.workdps(40):
        for rho in (0.3, -0.7):
            series = mpmath.fsum(
                mpmath.mpf(int(a.p)) / int(a.q) * mpmath.mpf(rho) ** n for n, a in enumerate(values)
            )
            assert abs(series * 2 / mpmath.pi - oracle.kernel(rho)) < 1e-25
    assert moments.recurrence_holds()
    (said,) = proved(json.loads(json.dumps(moments.prove().to_json())))
    assert said.startswith("zgj.fact.moments: |Σq_i")


@pytest.mark.parametrize("index", [2, 40])
def test_a_wrong_coefficient_is_found(monkeypatch, index):
    right = moments.coefficients()
    wrong = [*right[:index], right[index] + fmpq(1, 10**6), *right[index + 1 :]]
    monkeypatch.setattr(moments, "coefficients", lambda order=moments.ORDER: wrong)
    with pytest.raises(NotProved, match="power series"):
        moments.prove()


def test_the_second_proof_of_the_moments_shares_no_coefficient_with_the_first(monkeypatch):
    """Every coefficient of it is that of the exact series, and it asks the prover for none."""
    root, right = theorem_check._inverse_root(100), moments.exact_series()
    for k, b in enumerate(root[:-1]):
        a = b / ((2 * k + 1) * (2 * k + 2))
        assert (right[2 * k + 2], right[2 * k + 1]) == (fmpq(a.numerator, a.denominator), 0)
    document = json.loads(json.dumps(moments.prove().to_json()))
    for name in ("coefficients", "exact_series", "recurrence_holds"):
        monkeypatch.setattr(moments, name, None)
    assert len(proved(document)) == 1


@pytest.mark.parametrize("index", [1, 40])
def test_the_second_proof_of_the_moments_finds_a_wrong_coefficient(monkeypatch, index):
    document = json.loads(json.dumps(moments.prove().to_json()))
    wrong = theorem_check._inverse_root(100)
    wrong[index] += Fraction(1, 10**6)
    monkeypatch.setattr(theorem_check, "_inverse_root", lambda order: wrong)
    with pytest.raises(Rejected, match=f"the series of 1/√.* is wrong at x\\^{index}"):
        proved(document)


def test_the_second_proof_of_the_moments_is_of_the_kernel(monkeypatch):
    """Planted: an arcsine that is none."""
    document = json.loads(json.dumps(moments.prove().to_json()))
    monkeypatch.setattr(theorem_check, "direction", lambda y, x: y)
    with pytest.raises(Rejected, match=r"not the kernel at 0.25"):
        proved(document)


def test_a_negative_coefficient_is_found(monkeypatch):
    wrong = [fmpq(1), fmpq(0), fmpq(-1, 2)]
    monkeypatch.setattr(moments, "coefficients", lambda order=moments.ORDER: wrong)
    monkeypatch.setattr(moments, "exact_series", lambda order=moments.ORDER: wrong)
    with pytest.raises(NotProved, match="not as stated"):
        moments.prove()


POINTS = Arithmetic(
    lambda: mpmath.pi,
    mpmath.sin,
    mpmath.cos,
    lambda x: mpmath.sin(x) / x,
    lambda x: (mpmath.sin(x) - x * mpmath.cos(x)) / x**3,
    lambda x, y: y,
)


def kernel_slope(theta):
    return -(1 - 2 * theta / mpmath.pi) * mpmath.sin(theta)


def residual(a, b):
    """S(a, b) from the kernel itself."""
    k = [oracle.kernel(mpmath.cos(t)) for t in (b - a, a, b)]
    return k[0] - k[1] * k[2] - kernel_slope(a) * kernel_slope(b)


@pytest.mark.parametrize("a", [0.05, 0.7, 1.5])
@pytest.mark.parametrize("b", [0.06, 0.9, 1.55, 1.6, 2.9])
def test_the_charts_are_the_determinants_of_the_kernel(a, b):
    with mpmath.workdps(60):
        pi, a, b = mpmath.pi, mpmath.mpf(a), mpmath.mpf(b)
        if not a < b or a > pi - b:
            return
        scale = (4 / pi**2) * (a * (pi - a)) ** 3
        assert abs(residual(a, a) / scale - POINTS.turn(a)) < 1e-25
        whole = residual(a, a) * residual(b, b) - residual(a, b) ** 2
        rest = pi - b
        scaled = whole / ((4 / pi**2) ** 2 * (a * b * rest) ** 3)
        chart = near_side(POINTS, a / b, b) if b <= pi / 2 else far_side(POINTS, a / rest, rest)
        assert abs(scaled / chart - 1) < 1e-25
        gap = mpmath.mpf(10) ** -9
        b = a * (1 + gap)
        whole = residual(a, a) * residual(b, b) - residual(a, b) ** 2
        scaled = whole / ((a * gap) ** 2 * (4 / pi**2) ** 2 * a**4)
        assert abs(scaled / close_pair(POINTS, gap, a) - 1) < 1e-6


def test_the_quadratic_form_is_the_gap_of_the_inequality():
    """8‖w‖²L − ‖∇L‖² = ‖w‖²(4·qᵀSq + 3|tangential part|²), in float64, in the plane."""
    rng = np.random.default_rng(2)
    angles, norms = np.array([0.4, 1.3]), np.array([0.9, 1.2])
    V = norms[:, None] * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    for size in rng.uniform(0.2, 2.0, 3):
        W = np.array([[size, 0.0]])
        slope = gradient(W, V)[0]
        form = sum(
            float(residual(min(s, t), max(s, t))) * p**2 * q**2
            for s, p in zip(angles, norms, strict=True)
            for t, q in zip(angles, norms, strict=True)
        )
        gap = 8 * size**2 * loss(W, V) - float(slope @ slope)
        assert gap == pytest.approx(4 * size**2 * form + 3 * slope[1] ** 2, rel=1e-12)


def test_the_quadratic_form_is_an_integral_of_a_square_in_the_plane():
    """(D² + 1)²S(·, b) = (8/π)δ_b, so that qᵀSq = (π/8)∫(y'' + y)² with y = Σ q_b·S(·, b)."""
    angles, charges = (0.4, 1.1, 2.5), (0.9, -1.3, 0.7)

    def bent(t):  # y'' + y, from (p'' + p)/2 = cos, (s'' + s)/2 = sin
        total = mpmath.mpf(0)
        for b, q in zip(angles, charges, strict=True):
            near, far = (t, mpmath.pi - b) if t < b else (mpmath.pi - t, mpmath.mpf(b))
            p, s = far * mpmath.sin(far), mpmath.sin(far) - far * mpmath.cos(far)
            total += q * (mpmath.cos(near) * p - mpmath.sin(near) * s)
        return 8 / mpmath.pi**2 * total

    with mpmath.workdps(25):
        integral = mpmath.quad(lambda t: bent(t) ** 2, [0, *angles, mpmath.pi])
        form = sum(
            p * q * residual(mpmath.mpf(min(a, b)), mpmath.mpf(max(a, b)))
            for a, p in zip(angles, charges, strict=True)
            for b, q in zip(angles, charges, strict=True)
        )
        assert abs(mpmath.pi / 8 * integral - form) < 1e-15  # charges multiply in float64


@pytest.fixture(scope="module")
def coarse():
    """The gradient bound's certificate on a smaller set of charts, so that it checks in seconds."""
    theorem = gradient_upper_bound.prove()
    assert {part.name for part in theorem.parts} == set(gradient_upper_bound.BOXES)
    return json.loads(json.dumps(theorem.to_json()))


def test_all_of_the_charts_are_covered(coarse):
    for part in coarse["parts"]:
        cells = [tuple(map(tuple, cell)) for cell in part["cells"]]
        demand_cover(cells, gradient_upper_bound.BOXES[part["name"]])


def test_every_hundredth_cell_is_positive_in_other_arithmetic(coarse):
    wanted = theorem_check.PARTS[gradient_upper_bound.CLAIM]
    with working_bits(80):
        for part in coarse["parts"]:
            box, function = wanted[part["name"]]
            for cell in part["cells"][::100]:
                assert theorem_check._positive(function, tuple(map(tuple, cell)), box, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda cells: cells.pop(3), "no cell covers"),
        (lambda cells: cells.__setitem__(5, cells[4]), "there twice"),
        (lambda cells: cells[7].__setitem__(0, [cells[7][0][0], cells[7][0][1] * 0.999]), "cover"),
        (lambda cells: cells.append([[2.0, 3.0], [2.0, 3.0]]), "no part of the cover"),
        (lambda cells: cells.__setitem__(5, [[0.1, 0.1], [0.1, 0.2]]), "is no cell of"),
        (lambda cells: cells.__setitem__(5, [[0.1, math.nan], [0.1, 0.2]]), "nan is not of type"),
        (lambda cells: cells.__setitem__(5, [[0.0, 1e-300], [0.1, 0.2]]), "is no cell of"),
        (lambda cells: cells[5].append([0.0, 1.0]), "is no cell of"),
        (lambda cells: cells[5].pop(), "is no cell of"),
        (lambda cells: cells[5][0].__setitem__(0, 10**400), "malformed: 1000"),
        (lambda cells: cells.clear(), "no cell covers"),
        (lambda cells: cells.__setitem__(0, [["x", 1.0]]), "malformed: 'x' is not of type"),
    ],
)
def test_a_gap_in_the_cover_is_found(coarse, change, message):
    bad = copy.deepcopy(coarse)
    change(bad["parts"][1]["cells"])
    with pytest.raises(Rejected, match=message):
        proved(bad)


def test_what_is_no_theorem_is_rejected(coarse):
    small = json.loads(json.dumps(merged_level.prove().to_json()))
    wrong_box = [{**small["parts"][0], "box": [[0.0, 1.0]]}]
    for bad in (
        {"certificate": small["certificate"]},
        {**coarse, "claim": "zgj.fact.euler"},
        {**coarse, "claim": ["zgj.fact.moments"]},
        {**coarse, "parts": coarse["parts"][:2]},
        {**small, "parts": 2 * small["parts"]},
        {**small, "parts": wrong_box},
        {**small, "statement": "M(Δ) = 0"},
        {**small, "box": "every Δ"},
    ):
        with pytest.raises(Rejected):
            proved(bad)


def test_a_cell_where_the_function_is_not_positive_is_found(monkeypatch):
    data = json.loads(json.dumps(merged_level.prove().to_json()))
    parts = {merged_level.CLAIM: {"fall": (merged_level.BOX, lambda cell: 1 - cell[0])}}
    monkeypatch.setattr(theorem_check, "PARTS", parts)
    with pytest.raises(Rejected, match="not proved positive"):
        proved(data)
    with pytest.raises(Rejected, match="beyond the series"):
        theorem_check._even_series(lambda k: 1, 1, theorem_check.iv.mpf(3))


def test_reports_tell_what_was_proved():
    law = claim("zgj.fact.merged-level")
    recorder = Recorder(law.id, "proved")
    with recording(recorder), recorder.example({}):
        said = {"arithmetic": BITS, "cells": 1, "whole": True, "seconds": 0.34}
        evidence_check.proved("R < 1", box="Δ ≤ π/2", **said)
        evidence_check.exactly(0, "<", 1)
        evidence_check.proved("R > 0", box="Δ ≤ 1", arithmetic=EXACT, whole=False)
    report = build_report([law], [recorder.to_json()], RunInfo("quick", 0), timings=TIMINGS)
    assert (entry := report.data["claims"][0])["verdict"] == "CERTIFIED"
    check_report(json.loads(json.dumps(report.data)), "report.json")
    first = "R < 1, for Δ ≤ π/2: 1 cell by Arb enclosures, 64 bits"
    second = "R > 0, for Δ ≤ 1: by exact rational arithmetic; a part of what the claim is about"
    assert theorems(entry) == [first, second]
    assert report.data["timings"]["proofs"] == {law.id: {"R < 1": 0.34}}
    assert theorems(entry, report.data["timings"]) == [f"{first}, in 0.34 s", second]
    summary = markdown.render(document(report.data))
    assert "Proved for all instances of a box" in summary
    assert "by exact rational arithmetic" in summary
    page = html.render(document(report.data))
    for words in ('merged-level-proved"', "&lt; 1, for", f"{BITS}, in 0.34 s"):
        assert words in page


def test_what_a_proof_took_is_no_part_of_what_was_found():
    """Equal runs give equal entries and equal summaries, however long their proofs took."""
    law = claim("zgj.fact.merged-level")

    def report(*seconds):
        records = []
        for shard, took in enumerate(seconds):
            recorder = Recorder(law.id, "proved")
            with recording(recorder), recorder.example({}):
                said = {"box": "all", "arithmetic": BITS, "cells": 1, "whole": True}
                evidence_check.proved(f"R < {shard}", **said, seconds=took)
            assert flaw(json.loads(json.dumps(recorder.to_json())), law.id) == ""
            records.append(recorder.to_json())
        return build_report([law], records, RunInfo("quick", 0), timings=TIMINGS)

    fast, slow = report(0.1, 0.2), report(20.0, 10.0)
    assert fast.data["timings"] != slow.data["timings"]
    assert fast.data["claims"] == slow.data["claims"]
    assert markdown.render(document(fast.data)) == markdown.render(document(slow.data))
