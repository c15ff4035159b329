"""Loss, gradient and training in double-double arithmetic, for what lies below float64's floor.

Numbers have 106 bits, at about a hundredth of mpmath's time; each result is within its rounding
floor. In up to 50 dimensions losses are known to 1e-28 of (Σ mass)² up to 1900 neurons, rows of a
gradient to 1e-28 of ‖w_i‖·Σ mass up to 600. Arguments and results are those of the functions of the
same names in ``lcnn_verify``; results are rounded to float64 once, at the end.

    >>> from lcnn_verify import double_double
    >>> W, V = [[0.7, 0.1], [0.7, -0.1]], [[1.0, 0.0]]
    >>> run = double_double.gradient_flow(W, V, duration=1e10, target_loss=1e-26)
    >>> bool(run.losses[-1] <= 1e-26), run.loss_floor < 1e-29
    (True, True)
"""

from lcnn_verify.packs.zgj.dynamics.doubled import gradient_descent, gradient_flow
from lcnn_verify.packs.zgj.population.doubled import (
    gradient,
    gradient_rounding_floor,
    loss,
    loss_and_gradient,
    rounding_floor,
)

__all__ = [
    "gradient",
    "gradient_descent",
    "gradient_flow",
    "gradient_rounding_floor",
    "loss",
    "loss_and_gradient",
    "rounding_floor",
]
