"""The published proofs of points, descents and facts, each proved anew."""

from pathlib import Path

import numpy as np
import pytest
from region_kit import proved

from lcnn_verify.evidence import documents
from lcnn_verify.numerics.subdivision import demand_cover
from lcnn_verify.packs.zgj.dynamics import gradient_descent
from lcnn_verify.packs.zgj.proofs.critical.catalogue import POINTS
from lcnn_verify.packs.zgj.proofs.descent.catalogue import DESCENTS
from lcnn_verify.packs.zgj.proofs.facts.check import PARTS

FOLDER = Path(__file__).parents[3] / "reports" / "example" / "certificates"


@pytest.mark.parametrize(
    "subject", ["critical-points", "zgj.fact.merged-level", "zgj.fact.moments"]
)
def test_a_published_certificate_stands(subject):
    document = documents.read(FOLDER / f"{subject}.json")
    assert document["digest"] == documents.digest(document)
    assert proved(document)


def test_all_points_and_starts_are_published():
    points = documents.read(FOLDER / "critical-points.json")
    assert [entry["name"] for entry in points["points"]] == list(POINTS.provers)
    descents = documents.read(FOLDER / "trajectory.json")
    assert [entry["name"] for entry in descents["descents"]] == list(DESCENTS.provers)
    for entry in descents["descents"]:  # a level far above the loss is rejected
        W, V = np.array(entry["students"]), np.array(entry["teachers"])
        run = gradient_descent(W, V, step=entry["step"], max_steps=entry["steps"])
        assert run.losses[-1] < entry["level"] < 5 * run.losses[-1], entry["name"]


def test_published_descents_stand():
    """The two cheapest of them; `certify --check` takes the rest ten seconds."""
    document = documents.read(FOLDER / "trajectory.json")
    assert document["digest"] == documents.digest(document)
    cheap = [entry for entry in document["descents"] if entry["name"] in ("square", "doubled")]
    square, doubled = proved({**document, "descents": cheap})
    assert square.startswith("square: from its start, L ≤ 1·10⁻⁶ after 300 steps")
    assert (square.endswith(", and L → 0"), doubled.endswith(", and L → 0")) == (True, False)


def test_the_published_cover_of_the_gradient_bound_is_whole():
    document = documents.read(FOLDER / "zgj.fact.gradient-upper-bound.json.gz")
    assert document["digest"] == documents.digest(document)
    for part in document["parts"]:
        box, _ = PARTS[document["claim"]][part["name"]]
        demand_cover([tuple(map(tuple, cell)) for cell in part["cells"]], box)
