"""How much slower two workers of a cluster on this machine are than two processes of a run here.

    python tests/field/cluster_efficiency.py [CLAIMS] [ROUNDS]

The same units in turn, the least of the rounds for each; the cluster is up, as the fork server is.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lcnn_verify.campaign.campaign import verify
from lcnn_verify.campaign.cluster import connected

CLAIMS, ROUNDS = "narrow,ascent,qnn,skip,groups,zzl", 3


def seconds(claims: list[str], **where: Any) -> float:
    """What a run takes, from its arguments to the written report."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        verify(claims, out=Path(folder), **where)
        return time.monotonic() - started


def main(claims: str = CLAIMS, rounds: str = str(ROUNDS)) -> None:
    """Print the seconds of each, and the efficiency of the cluster."""
    chosen = claims.split(",")
    with connected("local:2") as client:
        places = {"here": {"jobs": 2}, "cluster": {"cluster": client.scheduler.address}}
        for where in places.values():
            seconds(chosen[:1], **where)
        times: dict[str, list[float]] = {place: [] for place in places}
        for _ in range(int(rounds)):
            for place, where in places.items():
                times[place].append(seconds(chosen, **where))
                print(f"{place}: {times[place][-1]:.1f} s", flush=True)
    print(f"efficiency: {min(times['here']) / min(times['cluster']):.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
