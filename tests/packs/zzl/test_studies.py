"""The studies' own tools, and what they say of a wrong number."""

from __future__ import annotations

import sys

import pytest
from flint import fmpq_mat

from lcnn_verify import ledger
from lcnn_verify.campaign.properties import directory_of, load
from lcnn_verify.evidence import ClaimFailed


@pytest.fixture(scope="module")
def study():
    """The properties of the study of samples, and their module."""
    claim = ledger.claim("zzl.study.separated-samples")
    found = load(directory_of(claim), claim.property_file)
    return found, sys.modules[found[0].body.__module__]


def diagonal(*entries):
    return fmpq_mat([[e if i == j else 0 for j in range(3)] for i, e in enumerate(entries)])


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ((1, 1, -2), (1, -2, 1), True),  # at (1, 1, 1)
        ((1, 2, 3), (1, -1, 5), False),
        ((1, -1, 3), (1, 4, -1), False),  # neither is definite, their sum is
        ((1, -1, 3), (-1, 2, 1), False),  # ours to find between two angles
    ],
)
def test_two_forms_share_a_zero_unless_a_combination_is_definite(study, first, second, shared):
    assert study[1].share_a_zero(diagonal(*first), diagonal(*second)) is shared


def test_a_wrong_probability_falls(study, monkeypatch):
    (_, by_mean), module = study
    assert by_mean.judge().examples == 1
    monkeypatch.setitem(module.KNOWN, 2, 0.36)
    with pytest.raises(ClaimFailed):
        by_mean.judge()
