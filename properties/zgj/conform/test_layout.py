"""Any memory layout.

Setting: an implementation that takes NumPy arrays.
Statement: loss and gradient are right for arrays in C and in Fortran order, strided, reversed,
    byte-swapped and read-only; byte-swapped ones, which compiled code cannot read, may be refused
    by an exception.
Kind: identity.
Constants: as loss-values and gradient-values.
How it is checked: layout after layout, on arrays whose entries are all different; what lies between
    the entries of a strided array is not a number. Where the values are wrong in C order already,
    the layout is not judged.
Source: THEORY §7.
"""

from lcnn_verify.evidence import verifies
from lcnn_verify.packs.zgj.conformance import examples, quantities
from lcnn_verify.packs.zgj.conformance.arrays import LAYOUTS
from lcnn_verify.packs.zgj.conformance.trial import Trial

SIZES = ((2, 3, 4), (3, 3, 3), (9, 2, 5))


@verifies(
    "zgj.conform.layout",
    cases=lambda profile: [
        {"layout": layout, "m": m, "r": r, "d": d} for layout in LAYOUTS for m, r, d in SIZES
    ],
)
def test_every_layout(layout, m, r, d):
    trial = Trial(examples.of_shape(m, r, d))
    if not trial.holds():
        return
    if trial.has_loss:
        trial.equal(trial.loss(layout=layout), quantities.loss(trial.x))
    if trial.has_gradient:
        trial.equal_rows(trial.gradient(layout=layout), quantities.gradient(trial.x))
