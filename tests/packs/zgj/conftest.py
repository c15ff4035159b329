"""What tests of this pack share."""

from __future__ import annotations

import pytest

from lcnn_verify.packs.zgj.model import MODELS, Model


@pytest.fixture(params=MODELS, ids=lambda model: model.name, scope="module")
def model(request: pytest.FixtureRequest) -> Model:
    """Each of the four models, for a test that takes one and does not say which."""
    found: Model = request.param
    return found
