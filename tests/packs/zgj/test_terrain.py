"""The adversary, with what the pack gives it, finds the saddles of THEORY §4 again."""

import math

import mpmath
import numpy as np
import pytest

from lcnn_verify import ledger
from lcnn_verify.campaign.adversary import Adversary
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence.attack import alike
from lcnn_verify.packs.zgj import oracle, strategies, terrain
from lcnn_verify.packs.zgj.geometry import separation
from lcnn_verify.packs.zgj.instances import Instance
from lcnn_verify.packs.zgj.polishing import polished
from lcnn_verify.packs.zgj.threshold import kappa, loss_threshold, merged_level

STARTS = list(zip(range(80), terrain.starts(np.random.default_rng(8)), strict=False))


@pytest.fixture(scope="module")
def failures():
    """What a search finds beyond the setting, from a few starts in the plane."""
    claim = ledger.claim("zgj.gradient-bound")
    hunt = Adversary(claim, list(load(directory_of(claim), claim.property_file)), 0, math.inf)

    def lowest(degrees=90.0):
        found = ((it.level, instance(it).V) for _, it in hunt.failures)
        near = (level for level, V in found if np.degrees(separation(V)) == pytest.approx(degrees))
        return min(near, default=math.inf)

    for place, degrees, level in ((0, 90.0, 3.0), (8, 3.0, 16.1)):
        for _, arguments in STARTS[place::10]:
            if lowest(degrees) > level:
                hunt.search(arguments, within=hunt.best == 0.0)
    for _ in range(3):
        if lowest() > 8.0 * 0.31:
            hunt.vary()
    assert hunt.found.counterexample is None
    assert hunt.best > 0.1
    return [it for _, it in hunt.failures]


def instance(failure):
    return Instance.from_json(failure.arguments["instance"])


def test_it_finds_the_rotated_pair_and_cones_out_of_the_plane(failures):
    plane = [it for it in failures if instance(it).V.shape == (2, 2)]
    assert plane[0].level == pytest.approx(2.686, abs=1e-3)
    wide = [it for it in failures if len(instance(it).W) >= 4]
    assert wide[0].level / 8.0 <= 0.31  # in units of v⁴M/r, where ε₀ is 1/8
    x = instance(wide[0])
    value = oracle.loss(x.W, x.V, dps=30)
    assert float(value) / loss_threshold(x.V) == pytest.approx(wide[0].level, rel=1e-9)
    assert oracle.gradient_norm(x.W, x.V, dps=30) < 1e-12 * kappa(x.V) * value


def test_a_critical_point_is_polished_to_thirty_digits_and_proved():
    with mpmath.workdps(40):
        near, far = (oracle.kernel(mpmath.cos(mpmath.pi / k), dps=40) for k in (4, 2))
        mass = 2 * near / (1 + far)  # of each student, which minimizes the loss along both
        loss = mass**2 * (1 + far) - 4 * mass * near + 1 + far
        level = loss / oracle.loss_threshold(np.eye(2), dps=40)
        told = polished({"instance": strategies.halfway(1e-9)})
        assert told.startswith(f"L/ε₀ = {mpmath.nstr(level, 34)[:30]}")
    assert float(told.partition(" < ")[2].partition(",")[0]) < 1e-60
    assert told.endswith(", proved")
    assert not polished({"instance": strategies.merged(30.0)}).endswith("proved")  # not alone


def test_it_finds_merged_points_of_near_teachers(failures):
    merged = [instance(it) for it in failures if it.level == pytest.approx(16.0, rel=1e-6)]
    x = next(x for x in merged if x.V[0] @ x.V[1] > 0.99)
    level = merged_level(math.radians(3.0))
    assert float(oracle.loss(x.W, x.V, dps=30)) == pytest.approx(level, rel=1e-6)


def test_symmetries_change_no_identity_and_other_networks_have_another():
    rng = np.random.default_rng(1)
    W, V = rng.standard_normal((3, 2)), rng.standard_normal((2, 2))
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    split = np.vstack((math.sqrt(0.3) * W, -math.sqrt(0.7) * W))[rng.permutation(6)]
    same = [(W, V), (split, -V[::-1]), (3.0 * W @ turn, 3.0 * V @ turn)]
    same.append((np.pad(W, ((1, 0), (0, 1))), np.pad(V, ((0, 0), (0, 1)))))
    first, *others = (terrain.identity({"instance": Instance(*pair)}) for pair in same)
    assert all(alike(first, other) for other in others)
    for moved in (1.1 * W, W @ turn):
        assert not alike(first, terrain.identity({"instance": Instance(moved, V)}))
    assert alike(first, terrain.identity({"instance": Instance(1.0005 * W, V)}))


def test_no_start_is_a_failure():
    for _, arguments in STARTS:
        here = terrain.Terrain(arguments["instance"])
        assert here.look(here.start).value > math.log(0.5)
