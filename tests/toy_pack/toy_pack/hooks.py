"""What this pack's numerics give the engine."""

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


HOOKS = Hooks(
    examples=(Partition,),
    warm_up=warm_up,
    self_checks={"counts": counts},
    certificates={bijection.KIND: bijection.CHECKER},
)
