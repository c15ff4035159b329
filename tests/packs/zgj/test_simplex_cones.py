"""Two simplices: critical, as low as their formula says, proved twice, a wrong bound refused."""

import json

import numpy as np
import pytest
from flint import arb
from mpmath import iv
from region_kit import proved

from lcnn_verify.evidence.documents import Rejected
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.population import loss, loss_and_gradient
from lcnn_verify.packs.zgj.proofs.critical import catalogue
from lcnn_verify.packs.zgj.proofs.facts import cone_check, simplex_cones


@pytest.mark.parametrize("d", [3, 4, 6])
def test_the_formula_is_the_loss_of_the_cones_and_the_critical_point_is_lower(d):
    at, steep = simplex_cones.level(arb(1) / (d - 1))
    W, V = catalogue.simplex_cones(d), np.eye(2, d)
    level, slope = loss_and_gradient(W, V)
    assert W.shape == (2 * (d - 1), d)
    assert np.abs(slope).max() < 1e-13
    assert 0.999 * float(at) < level <= float(at)
    phi = 0.353 - 0.29 / (d - 1)
    opened = W.copy()
    for row in opened:  # of the angle that the theorem takes
        row[:2] *= np.cos(phi) / np.sqrt(2.0) / np.abs(row[:2])
        row[2:] *= np.sin(phi) / np.linalg.norm(row[2:])
    best = min(loss(t * opened, V) for t in np.linspace(0.9, 1.1, 401) / np.sqrt(d - 1))
    assert best == pytest.approx(float(at), rel=1e-5)
    ahead = simplex_cones.level(arb(1) / (d - 1) + arb("1e-7"))[0]
    assert float((ahead - at) / arb("1e-7")) == pytest.approx(float(steep), rel=1e-4)


def test_the_theorem_is_proved_twice(monkeypatch):
    document = json.loads(json.dumps(simplex_cones.prove().to_json()))
    (said,) = proved(document)
    said_so = f"{simplex_cones.CLAIM}: {simplex_cones.STATEMENT}, for {simplex_cones.INSTANCES}"
    assert said == said_so
    part = document["parts"][0]
    with pytest.raises(Rejected, match="no cell covers"):
        proved({**document, "parts": [{**part, "cells": part["cells"][1:]}]})
    monkeypatch.setattr(simplex_cones, "ROWS", {4: "2.4165"})
    with pytest.raises(NotProved, match="d = 4: the level is not below"):
        simplex_cones.prove()
    with pytest.raises(Rejected, match=r"d = 4: not below 2\.4165"):
        cone_check.demand_simplices()
    monkeypatch.setattr(simplex_cones, "EXCESS", "0.7")
    with pytest.raises(NotProved, match="level is not positive"):
        simplex_cones.prove()
    assert cone_check.simplex_room([iv.mpf([0.1, 0.1])]).b < 0
