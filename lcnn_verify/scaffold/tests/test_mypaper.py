"""The pack's own tests: its claims earn what they should, and its tools are right."""

from __future__ import annotations

import pytest

from lcnn_verify.campaign.properties import load
from lcnn_verify.errors import InputError
from lcnn_verify.evidence import auditing
from mypaper import hooks
from mypaper.numbers import Numbers
from mypaper.pack import PACK
from mypaper.quantities import arithmetic_mean, geometric_mean, harmonic_mean


@pytest.mark.parametrize("claim", PACK.claims, ids=lambda claim: claim.id)
def test_every_claim_earns_its_verdict_and_every_quantity_its_error_bound(claim):
    (stated,) = load(PACK.properties, claim.property_file)
    with auditing():  # of every quantity: float64 against the oracle, the enclosure around it
        stated.judge()


def test_the_means_of_numbers_whose_means_are_known():
    x = Numbers((1.0, 4.0))
    means = (arithmetic_mean(x), geometric_mean(x), harmonic_mean(x))
    assert [mean.value for mean in means] == pytest.approx([2.5, 2.0, 1.6])


@pytest.mark.parametrize("values", [[], [0.0], [-1.0, 2.0], [float("nan")], [float("inf")]])
def test_what_is_no_positive_number_is_refused(values):
    with pytest.raises(InputError, match="wanted positive, finite numbers"):
        Numbers.from_json({"values": values})


def test_numbers_come_back_from_json():
    x = Numbers((0.1, 3.0))
    assert Numbers.from_json(x.to_json()) == x
    assert Numbers.show(x.to_json()).parameters == {"x": [0.1, 3.0]}


def test_the_self_check_sees_a_wrong_mean(monkeypatch):
    assert hooks.means() == (True, "G(1, 2, 4) = 2")
    monkeypatch.setattr(hooks, "geometric_mean", arithmetic_mean)
    assert not hooks.means()[0]
