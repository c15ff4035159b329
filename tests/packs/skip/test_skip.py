"""Layers and networks against NumPy and differences, and mistakes that its claims must catch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from planting import fallen, judged, plant

from lcnn_verify.errors import InputError
from lcnn_verify.evidence import Verdict
from lcnn_verify.evidence.hooks import to_json
from lcnn_verify.evidence.spectra import singular_values
from lcnn_verify.numerics.exact import floats, gram_polynomial
from lcnn_verify.packs import skip_connections
from lcnn_verify.packs.skip_connections import hooks, layers, quantities, strategies
from lcnn_verify.packs.skip_connections.layers import Layer, Line, Network
from lcnn_verify.reporting.exhibits import take_apart

PACK = skip_connections.PACK
THEORY = (Path(skip_connections.__file__).parent / "THEORY.md").read_text(encoding="utf-8")
NETWORK = Network(
    (((1.0, -1.0), (3.0, 1.0)), ((2.0, 1.0), (0.0, -1.0)), ((1.0, 1.0), (-1.0, 2.0))),
    (0.125, 1.0),
    0.5,
    (2.0, 1.0),
    (0.0, 3.0),
)
LINE = Line(NETWORK, 1, layers.unit(2, 1), 8.0)


def test_the_ledger_is_the_one_promised_and_theory_speaks_of_each_control():
    claims = (
        "perturbation diagonal rank-one condition hessian piecewise-quadratic random-weights "
        "study.depth"
    )
    controls = "identity-always-helps relu-keeps-singular-values across-a-kink"
    wanted = [f"skip.{name}" for name in claims.split()]
    assert [claim.id for claim in PACK.claims if not claim.is_control] == wanted
    false = [claim for claim in PACK.claims if claim.is_control]
    assert [claim.name for claim in false] == controls.split()
    told = THEORY.partition("## 8. Controls")[2].partition("## 9.")[0]
    assert all(f"`{claim.name}`" in told for claim in false)
    abstract = " ".join(THEORY.partition("## 1.")[0].split())
    for claim in PACK.claims:
        assert claim.wording in abstract  # which quotes what was read


def test_a_layer_is_what_numpy_makes_of_it():
    layer = Layer(((1.0, -2.0, 0.5), (0.0, 4.0, 1.0)), (0.125, -1.0), 2.0)
    W, D = np.array(layer.W), np.diag(layer.D)
    assert floats(layer.gated) == pytest.approx(D @ W)
    assert floats(layer.local) == pytest.approx(D @ W + 2.0 * np.eye(2, 3))
    found = [s.value for s in singular_values("A", layer.local)]
    assert found == pytest.approx(np.linalg.svd(D @ W + 2.0 * np.eye(2, 3), compute_uv=False))
    with pytest.raises(InputError, match="D: got 1 slopes, wanted 2"):
        Layer(layer.W, (1.0,), 0.0)


@pytest.mark.parametrize(
    ("layer", "classes"),
    [
        (Layer(((2.0, 0.0), (0.0, 2.0)), (1.0, 1.0), -2.0), (2, 3, 5)),
        (Layer(((1.0, 1.0, 0.0),), (0.0,), 0.0), (0, 4, 5)),
        (Layer(((1.0, 1.0), (1.0, 1.0)), (1.0, 1.0), 1.0), (1,)),
        (Layer(((1.0, 2.0), (0.0, 1.0)), (1.0, 1.0), 1.0), ()),
    ],
)
def test_a_layer_says_what_is_special(layer, classes):
    names = (
        "not square",
        "rank-deficient W",
        "repeated singular values",
        "|ρ| a singular value",
        "D = 0",
        "DW + ρI singular",
    )
    assert set(layer.classes()) == {names[k] for k in classes}


def test_a_network_is_what_numpy_makes_of_it():
    z = np.array(NETWORK.x)
    for W in NETWORK.weights:
        before = np.array(W) @ z
        z = np.where(before > 0, before, 0.125 * before) + 0.5 * z
    seen = layers.through(NETWORK)
    assert float(seen.loss.p) / float(seen.loss.q) == 0.5 * np.sum((z - NETWORK.t) ** 2)
    assert not seen.at_a_kink
    assert layers.through(NETWORK.moved(0, ((0.0, 2.0), (0.0, 0.0)), -1.0)).signs != seen.signs
    still = Network(NETWORK.weights, NETWORK.slopes, 1.0, (0.0, 0.0), (0.0, 0.0))
    assert layers.through(still).at_a_kink
    with pytest.raises(InputError, match="n × n matrices"):
        Network((((1.0, 2.0),),), (0.0, 1.0), 1.0, (1.0, 1.0), (1.0, 1.0))


@pytest.mark.parametrize("at", range(3))
def test_the_hessian_is_the_kronecker_product(at):
    step = strategies.inner_step(NETWORK, at)
    (BD, square), z = layers.curvature(NETWORK, at), layers.through(NETWORK).inputs[at]
    wanted = np.kron(floats(BD).T @ floats(BD), floats(z) @ floats(z).T)
    assert floats(layers.hessian(NETWORK, at, step)) == pytest.approx(wanted, rel=1e-14)
    assert float(square.p) / float(square.q) == np.sum(floats(z) ** 2)
    assert layers.third_difference(Line(NETWORK, at, layers.unit(2, 1), step / 4)) == 0


def test_spectra_are_told_apart_and_examples_come_back():
    first, second = (gram_polynomial(layers.diagonal((1.0, k))) for k in (2.0, -2.0))
    assert layers.differing(first, second) == 0
    assert layers.differing(first, gram_polynomial(layers.diagonal((1.0, 3.0)))) == 2
    layer = Layer(((0.5, 1.0),), (0.125,), -1.0)
    assert Layer.from_json(layer.to_json()) == layer
    assert Layer.show(layer.to_json()).arrays == {"W": [[0.5, 1.0]], "D": [[0.125]]}
    assert Network.from_json(NETWORK.to_json()) == NETWORK
    assert Network.show(NETWORK.to_json()).parameters["ρ"] == 0.5
    assert Line.from_json(to_json(LINE)) == LINE
    shown = take_apart({"line": to_json(LINE)})
    assert shown.words == ("The weights of layer 2 are W2 + j·h·V for j = 0, 1, 2, 3.",)
    assert [name for name, _ in shown.parameters] == ["slope below 0", "slope above 0", "ρ", "h"]
    assert [array.name[0] for array in shown.arrays] == ["W", "W", "W", "x", "t", "V"]
    for changes, argument in (({"at": 3}, "at"), ({"direction": ((1.0,),)}, "direction")):
        with pytest.raises(InputError, match=f"{argument}: got"):
            replace(LINE, **changes)


@pytest.mark.parametrize("damage", [None, [], "x", [[]], [None], [[1.0, "a"]], {"a": 1}])
def test_damaged_examples_are_refused(damage):
    for example in (Layer(((0.5, 1.0),), (0.125,), -1.0), NETWORK, LINE):
        for name in example.to_json():
            with pytest.raises((ValueError, KeyError)):
                type(example).show({**example.to_json(), name: damage})


def test_random_layers_have_the_slopes_and_the_size_said():
    rng = np.random.default_rng(0)
    layer = quantities.random_layer(rng, 64, 0.5, quantities.Activation("ReLU", 0.0))
    off = (layer == 0.0).all(axis=1)
    assert 16 < off.sum() < 48
    assert np.linalg.norm(layer[~off]) == pytest.approx(4.0 * np.sqrt((~off).mean()), rel=0.1)
    found = quantities.condition("A", np.diag([4.0, 2.0]))
    assert (found.value, found.label) == (2.0, "cond(A)")


def test_the_self_check_sees_a_wrong_hessian(monkeypatch):
    assert hooks.curvatures()[0]
    right = layers.hessian

    def diagonal(*args):  # which keeps the trace
        H = right(*args)
        return layers.diagonal([H[a, a] for a in range(H.nrows())])

    monkeypatch.setattr(layers, "hessian", diagonal)
    assert not hooks.curvatures()[0]


def test_nothing_planted_nothing_fallen():
    for claim in ("perturbation", "diagonal", "rank-one", "hessian", "piecewise-quadratic"):
        assert judged(f"skip.{claim}", examples=0.1).verdict is not Verdict.REFUTED


def test_a_skip_connection_added_twice(monkeypatch):
    right = layers.skipped
    plant(monkeypatch, right, lambda matrix, rho: right(matrix, 2.0 * rho))
    assert "s_1(W + ρI)" in fallen("skip.perturbation")


def test_slopes_multiplied_to_the_inputs_instead_of_the_units(monkeypatch):
    right = Layer.weights.fget
    rotated = property(lambda layer: right(layer) * layers.diagonal([2.0] * len(layer.W[0])))
    monkeypatch.setattr(Layer, "gated", rotated)
    assert "s_1(DW) ≤" in fallen("skip.diagonal")


def test_two_units_changed_for_one(monkeypatch):
    right = Layer.local.fget

    def wrong(layer):
        return right(Layer(layer.W, (*layer.D[:-2], *layer.D[:1] * 2), layer.rho))

    monkeypatch.setattr(Layer, "local", property(wrong))
    assert fallen("skip.rank-one", examples=1.0).startswith("s_")


def test_a_region_that_does_not_look_at_later_layers(monkeypatch):
    right = layers.through

    def wrong(net):
        found = right(net)
        return layers.Pass(found.loss, found.inputs, found.slopes, found.signs[:1])

    plant(monkeypatch, right, wrong)
    assert fallen("skip.piecewise-quadratic", examples=1.0).startswith("third difference")


def test_a_curvature_without_the_later_skip_connections(monkeypatch):
    right = layers.curvature
    plant(
        monkeypatch,
        right,
        lambda net, at: right(Network(net.weights, net.slopes, 0.0, net.x, net.t), at),
    )
    assert fallen("skip.hessian", examples=1.0).startswith("coefficients in which the spectra")
