"""How many partitions an integer has: of any kind, into odd parts, into distinct parts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lcnn_verify.errors import InputError
from lcnn_verify.numerics.compiled import compiled

LARGEST = 400
"""The largest n whose p(n) is below 2⁶³, rounded down to hundreds."""


def known() -> tuple[int, ...]:
    """p(0), p(1), … as FLINT computes them, by Rademacher's series: ``partition_numbers.txt``."""
    text = Path(__file__).with_name("partition_numbers.txt").read_text(encoding="utf-8")
    return tuple(int(line) for line in text.split())


def partitions(n: int) -> int:
    """p(n), the number of partitions of ``n``. Raises ``InputError`` beyond 0 ≤ n ≤ LARGEST."""
    if not 0 <= n <= LARGEST:
        raise InputError("n", str(n), f"an integer from 0 to {LARGEST}")
    return int(pentagonal_recurrence(n)[n])


@compiled
def pentagonal_recurrence(most: int) -> NDArray[np.int64]:
    """p(0) … p(most): p(n) = Σ_k (−1)^{k+1}·(p(n − k(3k−1)/2) + p(n − k(3k+1)/2)), k ≥ 1."""
    counts = np.zeros(most + 1, np.int64)
    counts[0] = 1
    for n in range(1, most + 1):
        for k in range(1, n + 1):
            pentagonal, sign = k * (3 * k - 1) // 2, 2 * (k % 2) - 1
            if pentagonal > n:
                break
            counts[n] += sign * counts[n - pentagonal]
            if pentagonal + k <= n:
                counts[n] += sign * counts[n - pentagonal - k]
    return counts


def into_odd_parts(n: int) -> int:
    """The coefficient of xⁿ in Π 1/(1 − xᵏ) over odd k."""
    return _into(range(1, n + 1, 2), n)


def by_series(n: int) -> int:
    """p(n) as the coefficient of xⁿ in Π 1/(1 − xᵏ) over all k."""
    return _into(range(1, n + 1), n)


def _into(parts: Iterable[int], n: int) -> int:
    """The coefficient of xⁿ in Π 1/(1 − xᵏ) over k in ``parts``."""
    counts = [1] + [0] * n
    for part in parts:
        for total in range(part, n + 1):
            counts[total] += counts[total - part]
    return counts[n]


def into_distinct_parts(n: int) -> int:
    """The coefficient of xⁿ in Π (1 + xᵏ)."""
    counts = [1] + [0] * n
    for part in range(1, n + 1):
        for total in range(n, part - 1, -1):
            counts[total] += counts[total - part]
    return counts[n]
