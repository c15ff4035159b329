"""One good certificate of each kind passes, and no forgery of any of its fields does."""

import json

import numpy as np
import pytest
from certificate_kit import accepted, refusal
from region_kit import certified

from lcnn_verify.evidence import documents
from lcnn_verify.packs.zgj.proofs.catalogue import Attempt
from lcnn_verify.packs.zgj.proofs.critical.catalogue import POINTS
from lcnn_verify.packs.zgj.proofs.descent.catalogue import DESCENTS, Start, prove
from lcnn_verify.packs.zgj.proofs.facts import merged_level, moments

PLANE = np.eye(2)
NEAR = Start("", PLANE, PLANE + 1e-4, 0.05, 2, 1e-7, limit=PLANE)
GOOD = {
    "region": lambda: certified("one").document,
    "region refuted": lambda: certified("two", multiple=20).document,
    "points": lambda: POINTS.certificate(list(POINTS.attempts(["merged-pair-6"]))),
    "descents": lambda: DESCENTS.certificate([Attempt("near", prove("near", NEAR))]),
    "merged level": lambda: merged_level.prove().to_json(),
    "moments": lambda: moments.prove().to_json(),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_no_forgery_passes(make, tmp_path):
    document, path = json.loads(json.dumps(make())), tmp_path / "proof.json"
    document["digest"] = documents.digest(document)
    assert refusal(path, document) == ""
    # A name is a label: what is proved is said beside it, and no label can paint a verdict.
    assert [it for it in accepted(path, document) if not it.endswith(".name = 'forged'")] == []
