"""Cones as theorems: the formulas are those of networks, and a wrong number or a gap is found."""

import copy
import json
import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from flint import arb
from mpmath import iv
from region_kit import proved

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.balls import working_precision
from lcnn_verify.numerics.intervals import working_bits
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.numerics.subdivision import demand_cover
from lcnn_verify.packs.zgj import oracle
from lcnn_verify.packs.zgj.population import gradient, hessian, loss
from lcnn_verify.packs.zgj.proofs.critical.catalogue import axes_cones, polytope
from lcnn_verify.packs.zgj.proofs.facts import check as theorem_check
from lcnn_verify.packs.zgj.proofs.facts import cone_check, cone_dimensions, cone_levels
from lcnn_verify.packs.zgj.proofs.facts.cone_levels import Cones
from lcnn_verify.packs.zgj.threshold import loss_threshold

CONES = Cones(("0.3", "0.6"), ("0.1", "0.4"))


def network(d):
    """The students of :data:`CONES`, opened by ± the axes."""
    axes = np.vstack((np.eye(d)[2:], -np.eye(d)[2:]))
    rows = []
    for mass, angle in zip(map(float, CONES.masses), map(float, CONES.angles), strict=True):
        for side in ([1.0, 1.0], [1.0, -1.0]):
            middle = math.cos(angle) / math.sqrt(2.0) * np.array([*side, *[0.0] * (d - 2)])
            opened = middle + math.sin(angle) * axes
            rows.append(math.sqrt(mass / len(axes)) * opened)
    return np.vstack(rows)


@pytest.mark.parametrize("d", [3, 5])
def test_levels_are_the_losses_of_networks(d):
    W, V = network(d), np.eye(2, d)
    share = 0.5 / (d - 2)
    with working_precision(80), working_bits(80):
        law = [(arb(weight), *[arb(t)] * 3) for weight, t in ((share, 1), (share, -1))]
        law.append((1 - 2 * arb(share), arb(0), arb(0), arb(0)))
        by_balls = float(cone_levels.level(CONES, law).mid())
        by_intervals = float(cone_check.levels(CONES, cone_check.axes(d))[1].mid)
        units = [float(cone_levels.threshold().mid()), float(cone_check.threshold().mid)]
    assert by_balls == pytest.approx(loss(W, V), abs=1e-15)
    assert by_intervals == pytest.approx(loss(W, V), abs=1e-15)
    assert units == pytest.approx([loss_threshold(V)] * 2, rel=1e-14)


def test_the_slack_is_half_the_field_of_a_cone():
    """g at a unit vector of half-angle φ is the slack, where the cones are open to ± one axis."""
    W, V, phi = network(3), np.eye(2, 3), 0.25
    probe = np.array([math.cos(phi) / math.sqrt(2)] * 2 + [math.sin(phi)])
    field = sum(
        sign * float(row @ row) * float(oracle.kernel(row @ probe / np.linalg.norm(row)))
        for rows, sign in ((W, 1.0), (V, -1.0))
        for row in rows
    )
    with working_precision(80), working_bits(80):
        law = [(arb("0.5"), *[arb(t)] * 3) for t in (1, -1)]
        values = [
            float(cone_levels.slack(CONES, law)([arb(phi)]).mid()),
            float(cone_check.slack(CONES, lambda: cone_check.axes(3))([iv.mpf(phi)]).mid),
        ]
        wide = cone_levels.slack(CONES, law)([arb(phi, 0.05)])
        assert all(cone_levels.slack(CONES, law)([arb(x)]).mid() in wide for x in (0.21, 0.29))
        other = cone_check.slack(CONES, lambda: cone_check.axes(3))([iv.mpf([0.2, 0.3])])
        assert all(float(wide.lower()) < value < float(wide.upper()) for value in values)
        assert all(value in other for value in values)
    assert values == pytest.approx([field] * 2, abs=1e-12)


def test_a_mean_below_and_chords_above_hold_the_uniform_law():
    """d = 5, where t is uniform: the mean over four cells holds the integral."""
    ends = [(-1 + k / 2, -1 + (k + 1) / 2) for k in range(4)]
    with working_precision(80):
        chords = [(arb("0.25"), arb(a), arb((a + b) / 2), arb(b)) for a, b in ends]
        means = [(arb("0.25"), *[arb((a + b) / 2)] * 3) for a, b in ends]
        low, high = (float(cone_levels.energy(CONES, law).mid()) for law in (means, chords))

    def pair(x, y):
        a, b = math.cos(x) * math.cos(y), math.sin(x) * math.sin(y)
        return mpmath.quad(
            lambda t: (oracle.kernel(a + b * t) + oracle.kernel(b * t)) / 2, [-1, 0, 1]
        )

    with mpmath.workdps(15):
        lines = list(zip(map(float, CONES.masses), map(float, CONES.angles), strict=True))
        exact = float(sum(p * q * pair(x, y) for p, x in lines for q, y in lines))
    assert low < exact < high < low + 0.01


@pytest.mark.parametrize("d", [3, 5])
def test_cones_about_the_axes_are_critical_and_their_level_stands_in_the_notes(d):
    W, V = axes_cones(d), np.eye(2, d)
    assert np.abs(gradient(W, V)).max() < 1e-14
    assert loss(W, V) / loss_threshold(V) == pytest.approx({3: 2.4992, 5: 2.3601}[d], abs=1e-4)
    assert np.linalg.eigvalsh(hessian(W, V))[0] < -1e-3, "a saddle"


@pytest.mark.parametrize("d", [3, 4, 5])
def test_the_laws_of_polytopes_and_of_uniform_directions_agree(d):
    """The prover's products and moments, the checker's, and those of the vertices."""
    vertices = polytope(d)
    cosines = np.sort(np.round(vertices @ vertices[0], 12))
    assert np.allclose(np.linalg.norm(vertices, axis=1), 1.0)
    it = cone_dimensions.DIMENSIONS[d]
    with working_precision(80), working_bits(80):
        places = [(float(n), float(t)) for n, _, t, _ in it.law()]
        second = [(float(n.mid), float(t.mid)) for n, t in cone_check.network(d)]
        laws = (cone_dimensions.uniform(d, cone_dimensions.MEANS), cone_check.means(d))
        means = [sorted(float(it[2]) for it in laws[0]), sorted(float(it[1].mid) for it in laws[1])]
        chords = [(float(n.mid), float(t.mid)) for n, t in cone_check.chords(d)]
    spread = np.repeat([t for _, t in places], [round(n * len(vertices)) for n, _ in places])
    assert np.allclose(np.sort(spread), cosines)
    assert np.allclose(np.sort([t for _, t in second]), cosines)
    assert means[0][-1] == pytest.approx(max(means[1]))
    if d > 3:
        assert means[0] == pytest.approx(means[1])
    assert sum(n for n, _ in chords) == pytest.approx(1.0)
    assert sum(n * t * t for n, t in chords) == pytest.approx(1 / (d - 2), rel=1e-4)


def test_cones_in_fixed_dimensions_are_proved_twice():
    """A sample of cells by the checker, all of its numbers, and what is not enough."""
    theorem = cone_dimensions.prove()
    wanted = theorem_check.PARTS[theorem.claim]
    assert theorem.cells < 500
    with working_bits(80):
        for part in theorem.parts:
            box, function = wanted[part.name]
            demand_cover(part.cells, box)
            for cell in part.cells[::80]:
                assert theorem_check._positive(function, cell, box, 8)
        cone_check.demand_dimensions()
    said = theorem_check._WORDS[theorem.claim]
    assert said == (theorem.statement, theorem.box)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"least": "2.4951"}, "is not above"),
        ({"most": "2.4950"}, "is not below"),
        ({"cones": Cones(("0.4016", "0.5926"), ("0.086", "0.2666"))}, "slack-3 is not"),
        ({"cones": Cones(("0.9940049",), ("0.2084765",)), "most": "2.5"}, "slack-3 is not"),
    ],
)
def test_a_wrong_dimension_is_not_proved(monkeypatch, change, message):
    """The last one has the single half-angle that is best for four students."""
    wrong = replace(cone_dimensions.DIMENSIONS[3], **change)
    monkeypatch.setattr(cone_dimensions, "DIMENSIONS", {3: wrong})
    with pytest.raises(NotProved, match=message):
        cone_dimensions.prove()


@pytest.fixture(scope="module")
def document():
    theorem = cone_levels.prove()
    assert 20 < theorem.cells < 200
    return json.loads(json.dumps(theorem.to_json()))


def test_the_theorem_is_proved_twice(document):
    (said,) = proved(document)
    assert said.startswith("zgj.fact.cone-levels: two orthonormal teachers have a critical point")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("LEAST", "2.1961", "limit is not between"),
        ("MOST", "2.1960", "limit is not between"),
        ("EXCESS", "0.721", "excess over the limit is not below"),
        ("LIMIT", Cones(("1.0151",), ("0.352847",)), "slack is not positive"),
        ("LIMIT", Cones(("1.0151838",), ("0.36",)), "slack is not positive"),
    ],
)
def test_a_wrong_number_is_not_proved_and_is_rejected(monkeypatch, document, name, value, message):
    monkeypatch.setattr(cone_levels, name, value)
    with pytest.raises(NotProved, match=message):
        cone_levels.prove()
    if name == "LIMIT":  # the checker's slack was made of the right one
        return
    with working_bits(80), pytest.raises(Rejected, match=r"is not (above|below)"):
        cone_check.demand_limit()


def test_a_gap_in_the_cover_is_found(document):
    bad = copy.deepcopy(document)
    bad["parts"][0]["cells"].pop(7)
    with pytest.raises(Rejected, match="no cell covers"):
        proved(bad)
