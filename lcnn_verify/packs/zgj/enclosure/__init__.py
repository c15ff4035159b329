"""Rigorous enclosures of the loss, its derivatives and the thresholds, as Arb balls.

Every function returns balls (python-flint's ``arb``) that hold the exact value, for exact floats,
and all values, for boxes: :class:`Box`, or arrays of balls. ``precision`` is in bits; asked for a
``width``, a function raises it until its ball is that narrow, or refuses with an
:class:`EnclosureError` that says why. No NaN is ever returned. python-flint has one working
precision for the process: it is restored after each call, and two threads must not enclose at once.

    >>> from lcnn_verify import enclosure
    >>> enclosure.loss([[0.6, 0.8]], [[1.0, 0.0]], width=1e-30).str(30, radius=False)
    '0.244904864466974808990738615368'
    >>> box = enclosure.Box.around([[0.6, 0.8]], 1e-3)
    >>> enclosure.gradient_norm(box, [[1.0, 0.0]]).str(3)
    '[0.59 +/- 6.10e-3]'

The pieces proofs are made of: safe arithmetic in ``numerics.balls``, the kernel and its slope in
the cosine and in the angle, with the cubic part c(θ), in ``enclosure.kernel``, and the closed forms
at the precision in force in ``enclosure.forms``.
"""

from lcnn_verify.numerics.balls import EnclosureError, working_precision
from lcnn_verify.packs.zgj.enclosure.boxes import Box, unit
from lcnn_verify.packs.zgj.enclosure.kernel import (
    acute,
    angle,
    cubic,
    kernel,
    kernel_at_angle,
    slope,
    slope_at_angle,
)
from lcnn_verify.packs.zgj.enclosure.quantities import (
    gradient,
    gradient_norm,
    hessian,
    kappa,
    loss,
    loss_threshold,
    merged_level,
    separation,
)
from lcnn_verify.packs.zgj.enclosure.routes import (
    hermite_squares,
    kernel_by_quadrature,
    loss_by_hermite,
    loss_by_quadrature,
)

__all__ = [
    "Box",
    "EnclosureError",
    "acute",
    "angle",
    "cubic",
    "gradient",
    "gradient_norm",
    "hermite_squares",
    "hessian",
    "kappa",
    "kernel",
    "kernel_at_angle",
    "kernel_by_quadrature",
    "loss",
    "loss_by_hermite",
    "loss_by_quadrature",
    "loss_threshold",
    "merged_level",
    "separation",
    "slope",
    "slope_at_angle",
    "unit",
    "working_precision",
]
