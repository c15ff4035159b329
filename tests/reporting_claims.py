"""Claims for the tests of the reports, one of them hostile to every format."""

from __future__ import annotations

from typing import Any

from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source

LONG = "very-long-" * 12 + "name"
SCRIPT = "<script>alert('x')</script>"
HOSTILE = (
    f'{SCRIPT} & "quotes" \' | `ticks` <!-- ]]> {{{{ 7 * 7 }}}} \\frac{{ $x$ \x00\x1b[31m 学生 🎓'
)

_PAPER = Source(
    "Zhou, Ge, Jin, A Local Convergence Theory for Mildly Over-Parameterized Two-Layer Neural "
    "Network, COLT 2021",
    "abstract",
    "https://arxiv.org/abs/2102.02410",
)
_NOTES = Source("lcnn-verify theory notes", "§3 exact facts")
_BELOW = ("x ~ N(0, I_d); |·| activation, tied readout; m ≥ r", "L(W₀) ≤ ε₀(V) = v_min⁴·M(Δ)/(8r)")


def _claim(
    claim_id: str,
    title: str,
    statement: str,
    kind: Kind,
    *,
    wording: str = "",
    source: Source = _PAPER,
    **more: Any,
) -> Claim:
    provenance = (Provenance.STATED, Provenance.READING) if wording else (Provenance.DERIVED,)
    return Claim(claim_id, title, statement, kind, provenance, source, wording=wording, **more)


CLAIMS = (
    _claim(
        "zgj.convergence",
        "Below the threshold the loss goes to 0",
        "From every start with L(W₀) ≤ ε₀(V), gradient descent with step 0.1/‖V‖_F² decreases the "
        "loss monotonically to 10⁻³·L₀, and gradient flow does too.",
        Kind.LIMIT,
        wording="as long as the loss is already lower than a threshold (polynomial in relevant "
        "parameters), all student neurons … will converge to one of teacher neurons, and the loss "
        "will go to 0",
        assumptions=_BELOW,
        constants="target 10⁻³·L₀; step 0.1/‖V‖_F²; budget 2·10⁵ steps",
    ),
    _claim(
        "zgj.gradient-bound",
        "The gradient bounds the loss",
        "‖∇L(W)‖_F ≥ κ(V)·L(W) whenever L(W) ≤ ε₀(V), at random points and where a local search "
        "makes ‖∇L‖/L as small as it can.",
        Kind.LOWER,
        wording="the gradient satisfies a special case of Lojasiewicz property which is different "
        "from local strong convexity or PL conditions used in previous work",
        assumptions=_BELOW,
        constants="κ(V) = 1/‖V‖_F, exponent 1: our reading, calibrated",
    ),
    _claim(
        "zgj.rate",
        "The loss decays at least like 1/(κ²t)",
        "L(t) ≤ 1/(1/L₀ + κ²t) along gradient flow.",
        Kind.RATE,
        wording="our convergence rate is independent of the number of student neurons",
        assumptions=_BELOW,
        constants="κ(V) = 1/‖V‖_F",
        follows_from=("zgj.gradient-bound",),
    ),
    _claim(
        "zgj.width-free",
        "The rate does not depend on the student width",
        "At fixed teacher and fixed L₀ the median time to 10⁻³·L₀ stays bounded as m grows.",
        Kind.RATE,
        wording="our convergence rate is independent of the number of student neurons",
        assumptions=(*_BELOW, "starts of one law at every width"),
        constants="slope ≤ 0.1 over the top three rungs",
    ),
    _claim(
        "zgj.threshold",
        "The threshold is polynomial and free of the width",
        "Over a grid of (Δ, v_min/v_max, r, m) the smallest ‖∇L‖_F/(κ·L) a local search finds at "
        "L ≤ ε₀(V) stays at least 1.",
        Kind.LOWER,
        wording="the loss is already lower than a threshold (polynomial in relevant parameters)",
        assumptions=_BELOW[:1],
    ),
    _claim(
        "zgj.not-pl",
        "The PL inequality fails when m > r",
        "For m > r and each μ in {2⁰ … 2⁻⁸}·‖V‖² there is a point with ‖∇L‖² < μ·L.",
        Kind.EXISTENCE,
        wording="different from local strong convexity or PL conditions used in previous work",
    ),
    _claim(
        "zgj.fact.scaling",
        "Joint scaling",
        "L(cW, cV) = c⁴·L(W, V), and ∇L scales as c³.",
        Kind.IDENTITY,
        source=_NOTES,
    ),
    _claim(
        "zgj.fact.moments",
        "Masses agree up to the loss",
        "|Σ‖w_i‖² − Σ‖v_j‖²| ≤ √(πL).",
        Kind.UPPER,
        source=_NOTES,
    ),
    _claim(
        "zgj.form.kernel", "The dual kernel", "k(ρ) = E|u·x||v·x|.", Kind.IDENTITY, source=_NOTES
    ),
    _claim(
        "zgj.control.pl",
        "A PL inequality",
        "‖∇L(W)‖² ≥ 2⁻⁴·‖V‖²·L(W) below the threshold.",
        Kind.CONTROL,
        source=_NOTES,
        refutation="clones of a teacher strayed by ±δ give ‖∇L‖²/L → 0 with δ",
    ),
    _claim(
        "control.gradient-bound-high",
        "The gradient bound up to v_min⁴·M(Δ)/(2r)",
        "‖∇L(W)‖_F ≥ κ(V)·L(W) whenever L(W) ≤ v_min⁴·M(Δ)/(2r).",
        Kind.CONTROL,
        source=_NOTES,
        refutation="a saddle between two orthogonal teachers lies below that level",
    ),
    _claim(
        "control.kernel-sign",
        "The kernel with a wrong sign",
        "k(ρ) = (2/π)(√(1−ρ²) − ρ·asin ρ).",
        Kind.CONTROL,
        source=_NOTES,
        refutation="it differs from the polar integral for every ρ ≠ 0",
    ),
    _claim(
        "zgj.control.lazy",
        "The lazy regime",
        "Neurons travel at most 1/√m of their length.",
        Kind.CONTROL,
        source=_NOTES,
        refutation="a ±-split start travels 0.106 at every m",
    ),
    _claim(
        f"hostile.{LONG}",
        HOSTILE,
        f"statement {HOSTILE}",
        Kind.UPPER,
        wording=f"wording {HOSTILE}",
        source=Source(f"paper {HOSTILE}", f"place {HOSTILE}", "javascript:alert(1)"),
        assumptions=(f"assumption {HOSTILE}",),
        constants=f"constants {HOSTILE}",
        follows_from=(f"other {HOSTILE}",),
    ),
)
