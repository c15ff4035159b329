"""A bootstrapped slope, held to SciPy's least squares and to SciPy's bootstrap."""

import numpy as np
import pytest
import scipy.stats

from lcnn_verify.numerics.samples import log_log_slope

X = [4, 16, 64, 256]


def sample(exponent, spread, seed=0):
    """About 3·x^exponent at each of X; rows of different lengths."""
    rng = np.random.default_rng(seed)
    return [3.0 * x**exponent * np.exp(spread * rng.normal(size=9 + k)) for k, x in enumerate(X)]


@pytest.mark.parametrize("exponent", [-0.5, 0.0, 2.0])
def test_a_power_law_has_its_exponent(exponent):
    found = log_log_slope(X, sample(exponent, 0.0), np.random.default_rng(1))
    assert found == pytest.approx((exponent,) * 3, abs=1e-12)


def test_the_bounds_are_those_of_a_bootstrap():
    rows = sample(0.3, 1.0)

    def fit(*rows):
        medians = [np.median(row) for row in rows]
        return scipy.stats.linregress(np.log(X), np.log(medians)).slope

    slope, low, high = log_log_slope(X, rows, np.random.default_rng(2))
    assert slope == pytest.approx(fit(*rows), abs=1e-12)
    wanted = scipy.stats.bootstrap(
        rows,
        fit,
        vectorized=False,
        method="percentile",
        n_resamples=2000,
        confidence_level=0.9,  # of both sides
        rng=np.random.default_rng(3),
    ).confidence_interval
    assert low == pytest.approx(wanted.low, abs=0.1 * (high - low))
    assert high == pytest.approx(wanted.high, abs=0.1 * (high - low))


def test_few_starts_give_wide_bounds():
    wide = log_log_slope(X, [row[:3] for row in sample(0.0, 1.0)], np.random.default_rng(4))
    narrow = log_log_slope(
        X, [np.tile(row, 50) for row in sample(0.0, 1.0)], np.random.default_rng(4)
    )
    assert wide[2] - wide[1] > 3.0 * (narrow[2] - narrow[1])


def test_a_spread_may_be_lent_to_fewer_draws():
    """What one draw of a row leaves open is what the row's own quantiles are."""
    rows = [[1.0], [2.0] * 8, list(np.exp(np.linspace(-1.0, 1.0, 401)))]
    _, low, high = log_log_slope([1, 2, 4], rows, np.random.default_rng(5), drawn=[1, 8, 1])
    assert (low, high) == pytest.approx((-0.9 / np.log(4), 0.9 / np.log(4)), abs=0.05)
    _, low, high = log_log_slope([1, 2, 4], rows, np.random.default_rng(5))
    assert high - low < 0.2
