"""Claim groups.projection: the mean over groups is an orthogonal projection.

Setting: k neurons in G groups; P (k, k) replaces a row by the mean of the rows of its group.
Statement: P² = P = Pᵀ and rank P = G, for every way to put k ≤ 6 neurons into groups.
Kind: identity; a finite family.
Constants: k ≤ 6 is ours; THEORY §2 proves it for every k.
How it is checked: all 278 partitions, in exact rational arithmetic.
Source: abstract of the paper ("a single gradient"); that it is the mean is our reading.
"""

from lcnn_verify.evidence import EXACT, check, verifies
from lcnn_verify.packs.grouped_gradients import network

MOST = 6


@verifies("groups.projection")
def test_every_partition():
    every = [groups for k in range(1, MOST + 1) for groups in network.partitions(k)]
    for groups in every:
        P = network.averaging(groups)
        twice, turned = (network.changed(other, P) for other in (P * P, P.transpose()))
        check.exactly(twice, "=", 0, label="entries with P² ≠ P", groups=groups)
        check.exactly(turned, "=", 0, label="entries with Pᵀ ≠ P", groups=groups)
        check.exactly(int(P.rank()), "=", max(groups) + 1, label="rank P", groups=groups)
    check.proved(
        "P² = P = Pᵀ and rank P = G",
        box=f"{len(every)} partitions of k ≤ {MOST} neurons",
        arithmetic=EXACT,
        whole=True,
        instances=len(every),
    )
