"""The readable oracle: every quantity of THEORY §2 in mpmath, at any precision, by several routes.

Floats are taken exactly. With dps digits asked for, all work is done with at least 2·dps + 20, and
a value counts only when two precisions agree: otherwise :class:`OracleError`. The contract for the
loss is |error| ≤ 10^-(dps-5) · max(L, 10^-dps · (Σ mass)²); each function states its own scale.
The caller's mpmath precision neither matters nor changes; results carry their own digits, which
mpmath rounds to the caller's precision in any later arithmetic, and when it prints them: say how
many digits you want to see.

    >>> import mpmath
    >>> from lcnn_verify import oracle
    >>> mpmath.nstr(oracle.loss([[0.6, 0.8]], [[1.0, 0.0]], dps=40), 40)
    '0.2449048644669748089907386153675995010157'
    >>> mpmath.nstr(oracle.loss_threshold([[1.0, 0.0], [0.0, 1.0]], dps=40), 40)
    '0.02154470408941555713903013419756809027391'
"""

from lcnn_verify.numerics.agreement import OracleError
from lcnn_verify.packs.zgj.oracle.closed_form import gradient, gradient_norm, hessian, kernel, loss
from lcnn_verify.packs.zgj.oracle.line import loss_on_line
from lcnn_verify.packs.zgj.oracle.routes import loss_by_hermite, loss_by_quadrature
from lcnn_verify.packs.zgj.oracle.teacher import kappa, loss_threshold, merged_level, separation

__all__ = [
    "OracleError",
    "gradient",
    "gradient_norm",
    "hessian",
    "kappa",
    "kernel",
    "loss",
    "loss_by_hermite",
    "loss_by_quadrature",
    "loss_on_line",
    "loss_threshold",
    "merged_level",
    "separation",
]
