"""The claims and the controls: statement, whose constants, provenance. No numerics.

Only the abstract of the paper could be read, which states no theorem in full. Each statement here
is our own precise version, and each constant is ours. THEORY.md holds the proofs.
"""

from __future__ import annotations

from lcnn_verify.ledger.claim import (
    Assumption,
    Claim,
    Kind,
    Provenance,
    Source,
    Study,
    controls_of,
    ours,
)

STATED, READING, DERIVED = Provenance.STATED, Provenance.READING, Provenance.DERIVED
MEASURED = Provenance.MEASURED
ABSTRACT = Source(
    "Riedi, Balestriero, Baraniuk, Singular Value Perturbation and Deep Network Optimization",
    "abstract",
    "https://arxiv.org/abs/2203.03099",
)
NOTES = Source("lcnn-verify, notes on skip connections", "THEORY.md of the pack")

_LAYER = "W (m, n) of any shape; I (m, n) has ones on its diagonal; D (m, m) is diagonal"
_NETWORK = (
    "layers z ↦ φ(Wz) + ρz with φ of slope a below 0 and b above; loss ½‖z_end − t‖² of one input"
)
_BEHAVE = (
    "new perturbation results for how the singular values of matrices of this sort behave as we "
    "add a fraction of the identity and multiply by certain diagonal matrices"
)


_control = controls_of("skip", NOTES)
CLAIMS = (
    Claim(
        id="skip.perturbation",
        title="Adding ρI moves no singular value by more than |ρ|",
        statement="|s_i(W + ρI) − s_i(W)| ≤ |ρ| for every i, every W and every ρ.",
        wording=_BEHAVE,
        assumes_nothing="it is about every W and every ρ",
        kind=Kind.UPPER,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_LAYER,),
    ),
    Claim(
        id="skip.diagonal",
        title="Slopes scale singular values by what lies between the least and the largest",
        statement=(
            "min|D|·s_i(W) ≤ s_i(DW) ≤ max|D|·s_i(W). If D has k zeros and ones otherwise, "
            "s_{i+k}(W) ≤ s_i(DW) ≤ s_i(W). If D = ±1, as for the absolute value, s_i(DW) = s_i(W)."
        ),
        wording=_BEHAVE,
        assumes=(
            Assumption(
                "sign-slopes",
                "equality for slopes ±1",
                "equality for slopes 0 and 1",
                refuted_by="skip.control.relu-keeps-singular-values",
            ),
        ),
        kind=Kind.UPPER,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_LAYER,),
    ),
    Claim(
        id="skip.rank-one",
        title="A unit that changes its state moves no singular value past its neighbours",
        statement=(
            "M = DW + ρI, and M′ with another slope of one unit: s_{i+1}(M) ≤ s_i(M′) ≤ s_{i−1}(M)."
        ),
        assumes=(Assumption("one-unit", "another slope of one unit", "other slopes of two units"),),
        kind=Kind.UPPER,
        provenance=(DERIVED,),
        source=NOTES,
        assumptions=(_LAYER,),
    ),
    Claim(
        id="skip.condition",
        title="Small weights beside a skip connection are well conditioned",
        statement=(
            "If ‖W‖ ≤ r < 1 and |D| ≤ 1, then 1 − r ≤ s_i(I + DW) ≤ 1 + r, so that "
            "cond(I + DW) ≤ (1 + r)/(1 − r), whichever units are active."
        ),
        wording="thanks to its more stable singular values and smaller condition number",
        assumes=(
            Assumption(
                "small-weights", "‖W‖ ≤ r < 1", "any ‖W‖ = r: the lower bounds are negative then"
            ),
            Assumption("slopes", "|D| ≤ 1", "slopes of 2 as well"),
        ),
        kind=Kind.UPPER,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=("W square; φ has slopes of at most 1: ReLU, leaky ReLU, the absolute value",),
    ),
    Claim(
        id="skip.hessian",
        title="Singular values are the curvatures of the loss",
        statement=(
            "The Hessian of ½‖B(DWz + ρz) − t‖² in W (n, n) has the eigenvalues ‖z‖²·s_i(BD)², "
            "i ≤ n, and n(n − 1) zeros. B are the later layers around the point, and z is what the "
            "layer takes in."
        ),
        wording=(
            "with local shape governed by the singular values of a matrix that is a function of "
            "the local linear representation"
        ),
        assumes=(
            Assumption(
                "one-region",
                "no unit at its kink",
                "differences of Hessians by steps that cross kinks",
            ),
        ),
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_NETWORK, "no unit at its kink"),
    ),
    Claim(
        id="skip.piecewise-quadratic",
        title="The loss is quadratic in the weights of a layer within a region",
        statement=(
            "Along every line of weights of one layer the third difference of the loss is 0 "
            "between points of one region."
        ),
        wording=(
            "the optimization loss surface of a modern deep network is piecewise quadratic in the "
            "parameters"
        ),
        assumes=(
            Assumption(
                "one-region",
                "points of one region",
                "a line on which a unit changes its state",
                refuted_by="skip.control.across-a-kink",
            ),
        ),
        kind=Kind.IDENTITY,
        provenance=(STATED, READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_NETWORK, "the weights of the other layers stay as they are"),
    ),
    Claim(
        id="skip.random-weights",
        title="Beside small random weights a skip connection helps the condition number",
        statement=(
            "For W ~ N(0, τ²/n), n = 64, and D the slopes at a Gaussian input, "
            "cond(DW + I) < cond(DW) in at least 95 % of draws for each τ ≤ ½, for leaky ReLU of "
            "slope 0.1 and for the absolute value."
        ),
        wording="more stable singular values and smaller condition number",
        assumes=(Assumption("small-weights", "τ ≤ ½", "τ ≤ 3"),),
        kind=Kind.LIMIT,
        provenance=(READING, MEASURED),
        source=ABSTRACT,
        constants=(
            ours("share of draws, τ", "95 %, at most ½", "measured: an empirical band"),
            ours("n, slope of leaky ReLU", "64, 0.1", "a choice"),
        ),
    ),
    Claim(
        id="skip.study.depth",
        title="Small weights beside skip connections: log cond grows like the root of the depth",
        statement=(
            "P = (I + DW_ℓ)…(I + DW_1), W ~ N(0, τ²/n), τ ≤ ¼, ℓ up to 16: log cond P ≤ 3τ√ℓ in "
            "every draw, and its median grows like ℓ^p, p in [0.4, 0.6]. Without the identities "
            "the median of log cond is at least 5 times as large at each depth."
        ),
        kind=Kind.RATE,
        provenance=(MEASURED,),
        source=ABSTRACT,
        constants=(
            ours("3, 5 and the band", "see the statement", "measured"),
            ours("n, slope of leaky ReLU", "32, 0.1", "a choice"),
        ),
        study=Study(
            question="What do skip connections do to the conditioning of a deep product?",
            method=(
                "Seeded products at five scales τ and depths 1 to 16: 20 draws of each, 100 in the "
                "standard profile and 500 in the deep one."
            ),
            limits=(
                "Independent Gaussian layers, as at a start; trained ones are not. For τ ≥ ½, and "
                "past 10¹⁵, figures are shown without a verdict."
            ),
        ),
    ),
    _control(
        "identity-always-helps",
        "Adding the identity never raises the condition number",
        "cond(DW + I) ≤ cond(DW) for every invertible DW, D of slopes 0, ⅛, 1 and −1.",
        "W near −I: what the identity leaves of it may be anything.",
    ),
    _control(
        "relu-keeps-singular-values",
        "ReLU keeps singular values, as the absolute value does",
        "s_i(DW) = s_i(W) for D of slopes 0 and 1.",
        "A unit that is off takes its row out of W.",
    ),
    _control(
        "across-a-kink",
        "The loss is quadratic across regions",
        "The third difference of the loss along a line is 0 though a unit changes its state on it.",
        "Two quadratic functions that agree up to their slopes on one side only.",
    ),
)
