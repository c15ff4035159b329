"""What this pack's numerics give the engine."""

import math

from lcnn_verify.evidence.hooks import Hooks
from mypaper.numbers import Numbers
from mypaper.quantities import geometric_mean


def means() -> tuple[bool, str]:
    """Check the geometric mean of 1, 2 and 4, which is 2, for ``lcnn-verify doctor``."""
    found = geometric_mean(Numbers((1.0, 2.0, 4.0)))
    return math.isclose(found.value, 2.0, abs_tol=found.error), f"G(1, 2, 4) = {found.value:.15g}"


HOOKS = Hooks(examples=(Numbers,), self_checks={"means": means})
