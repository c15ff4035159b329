"""What this pack's numerics give the engine."""

from collections.abc import Mapping

from lcnn_verify.evidence.benchmark import Benchmark, Way
from lcnn_verify.evidence.hooks import Hooks
from toy_pack import bijection, counting
from toy_pack.partition import Partition


def counts() -> tuple[bool, str]:
    """Check the recurrence against numbers that another method gave."""
    known = counting.known()
    wrong = [n for n, count in enumerate(known) if counting.partitions(n) != count]
    return not wrong, f"{len(known) - len(wrong)} of {len(known)} numbers agree"


def warm_up() -> None:
    """Call the compiled function."""
    counting.partitions(10)


def count(n: int) -> Mapping[str, Way]:
    """The recurrence beside a product of power series, and a peer nobody has."""
    return {
        "ours": Way(lambda: counting.partitions(n)),
        "series": Way(lambda: counting.by_series(n)),
        "abacus": Way(None),
        "n additions": Way(lambda: sum(range(n)), limit=True),
    }


COUNT = Benchmark(
    id="toy.count",
    title="Partitions of n",
    ways=count,
    sizes=tuple({"n": n} for n in (20, 40, 80, 160)),
    quick=3,
    axis="n",
)
HOOKS = Hooks(
    examples=(Partition,),
    warm_up=warm_up,
    benchmarks=(COUNT,),
    self_checks={"counts": counts},
    certificates={bijection.KIND: bijection.CHECKER},
)
