"""Studies of the main paper: experiments at the edge of its claims, whose results are ours."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source, Study, ours

_DERIVED = Source("measured here", "THEORY §5")

STUDIES = (
    Claim(
        id="zgj.study.width-ladder",
        title="The time to converge has a plateau in the width, up to a million neurons",
        statement=(
            "From L₀ = 0.93·ε₀, over a factor 16 in m at the top of the ladder, the exponent of "
            "the median time to 10⁻³·L₀ in m is within ±0.1 in the plane, V = I₂; it is at most "
            "0.1 for V = I₃ beyond 10⁴ neurons; with unit readout it is at most −0.5."
        ),
        kind=Kind.RATE,
        provenance=(Provenance.MEASURED,),
        source=_DERIVED,
        constants=(
            ours("exponents", "±0.1 and −0.5", "set before the data"),
            ours("step", "0.4/‖V‖_F², over m with unit readout", "the largest that was monotone"),
        ),
        study=Study(
            question="Does the width cost time, once it is large?",
            method=(
                "Descent from starts of one law. In the plane m = 4 … 4096, up to 65 536 in the "
                "standard profile and 1 048 576 in the deep one; in three dimensions 5 … 80, up to "
                "1280 and 20 480. Bounds of the slope by a bootstrap over 32 starts a rung, 8 from "
                "1000 neurons on and 3 from 10⁵ on: two one-sided tests for equivalence to 0."
            ),
            limits=(
                "Orthonormal teachers and one law of starts. In three dimensions the time still "
                "rises below 10⁴ neurons; there only the deep profile judges."
            ),
        ),
    ),
)
