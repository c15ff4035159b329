"""Ten mistakes one could make in this pack, each planted and caught by the claim that is named."""

from __future__ import annotations

from planting import fallen, plant

from lcnn_verify.numerics.activations import TANH
from lcnn_verify.packs.zhang_zhang_luo import branch, flows, independence, network, separation
from lcnn_verify.packs.zhang_zhang_luo.network import Network, Sample


def test_a_derivative_column_without_its_output(monkeypatch):
    right = network.jacobian

    def wrong(net, sample):
        return right(Network((1,) * net.m, net.weights), sample)

    plant(monkeypatch, right, wrong)
    assert fallen("zzl.branches").startswith("dim ker Hess R = ")
    assert fallen("zzl.classification").startswith("rank J = ")


def test_the_rank_of_apart_weights_where_they_meet(monkeypatch):
    right = network.kernel_dimension

    def wrong(net, sample):
        apart = [tuple(entry + k for entry in w) for k, w in enumerate(net.weights)]
        return right(Network(net.outputs, tuple(apart)), sample)

    plant(monkeypatch, right, wrong)
    assert fallen("zzl.branches").startswith("dim ker Hess R = ")


def test_partitions_without_those_that_have_no_extras(monkeypatch):
    right = branch.every_branch
    plant(monkeypatch, right, lambda *sizes: (each for each in right(*sizes) if each.extras))
    assert fallen("zzl.classification").startswith("branches with m = 1, m₀ = 1 = ")


def test_extra_pairs_called_not_morse_bott(monkeypatch):
    monkeypatch.setattr(branch.Branch, "morse_bott", property(lambda self: max(self.sizes) == 1))
    assert fallen("zzl.classification").startswith("dim ker Hess R − dim Q_t > ")


def test_samples_used_twice(monkeypatch):
    right = separation.spanning

    def wrong(point, sample):
        few = right(point, sample).points
        return Sample((*few[:-1], few[0]))

    plant(monkeypatch, right, wrong)
    assert fallen("zzl.separation-threshold").startswith("rank J on them = ")


def test_tanh_taken_as_good(monkeypatch):
    monkeypatch.setattr(independence, "GOOD", (*independence.GOOD[:2], TANH))
    assert "undecided" in fallen("zzl.linear-independence")


def test_a_tail_fitted_on_a_fixed_horizon(monkeypatch):
    monkeypatch.setattr(flows, "horizon", lambda problem, theta, factor: 1e4)
    assert fallen("zzl.slow-bias").startswith("t·‖∇R‖²/R ≥ 1.9 fails")


def test_the_eigenvalue_next_to_the_smallest(monkeypatch):
    right = flows.decay_rate
    monkeypatch.setattr(flows, "decay_rate", lambda problem, theta: right(problem, theta, 1))
    assert "‖∇R‖² / R ≥" in fallen("zzl.linear-rate")


def test_twice_the_rate(monkeypatch):
    right = flows.decay_rate
    monkeypatch.setattr(flows, "decay_rate", lambda problem, theta: 2.0 * right(problem, theta))
    assert "‖∇R‖² / R ≥" in fallen("zzl.linear-rate")


def test_the_limit_taken_at_the_start(monkeypatch):
    monkeypatch.setattr(flows.Run, "limit", property(lambda self: self.start))
    assert fallen("zzl.recovery").startswith("distance from Q₂ ≤")
