"""The main paper's claims, as THEORY §4 reads them, and one of ours: the ``zgj`` entries."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from lcnn_verify.ledger.claim import Assumption, Claim, Kind, Provenance, Source, ours

STATED, READING, DERIVED = Provenance.STATED, Provenance.READING, Provenance.DERIVED
MEASURED = Provenance.MEASURED

_PAPER = (
    "Zhou, Ge, Jin, A Local Convergence Theory for Mildly Over-Parameterized Two-Layer Neural "
    "Network, COLT 2021"
)
ABSTRACT = Source(_PAPER, "abstract", "https://arxiv.org/abs/2102.02410")

_SETTING = "x ~ N(0, I_d); |·| activation, tied readout; m ≥ r"
_BELOW = "L(W₀) ≤ ε₀(V) = v_min⁴·M(Δ)/(8r)"


_EPSILON = ours(
    "ε₀(V)",
    "v_min⁴·M(Δ)/(8r), where M(Δ) = Δ³/(3π) + O(Δ⁵)",
    "calibrated by an adversary, which finds no violation below it; saddles proved at less than "
    "2.1962·ε₀ (zgj.fact.cone-levels) allow no factor that large",
)
_KAPPA = ours(
    "κ(V)",
    "1/‖V‖_F",
    "calibrated by an adversary, whose least ‖∇L‖_F/L is 2.9·κ (zgj.threshold in the deep profile, "
    "r = 2, m = 32, d = 5); proved in part: for all students of the regions of the plane in "
    "THEORY §9",
)
_TARGET = ours("target", "10⁻³·L₀", "a budget: no finite run reaches 0")
_STEP = ours("step", "0.1/‖V‖_F²", "chosen, small enough for the loss to fall at every step")

_THRESHOLD = Assumption("threshold", "L(W₀) ≤ ε₀(V)", "L(W₀) ≤ 16·ε₀(V)")
_SEPARATION = Assumption("separation", "the threshold has the factor M(Δ)", "L(W₀) ≤ v_min⁴/(8r)")
_WIDTH = Assumption(
    "width",
    "m ≥ r",
    "any m: fewer than r students have L > ε₀(V), so nothing more is said: proved in the plane and "
    "for r ≤ 2, and for r ≥ 3 in d ≥ 3 searched (zgj.fact.floor)",
    superseded_by="zgj.fact.narrow-floor",
)
_EVEN = Assumption("even-activation", "activation |·|", "ReLU, from starts of the same kind")
_STEP_SIZE = Assumption("step-size", "steps of 0.1/‖V‖_F²", "steps of 1/‖V‖_F²")
_LEVEL = replace(
    _THRESHOLD, weakened="L(W) ≤ 4·ε₀(V)", refuted_by="zgj.control.gradient-bound-half"
)
_BARE = replace(_SEPARATION, refuted_by="zgj.control.threshold-without-separation")
_CLONES = Assumption(
    "more-students", "m > r", "m = r: the student of one teacher alone, in place of its clones"
)

_stated = partial(
    Claim, provenance=(STATED, READING), source=ABSTRACT, assumptions=(_SETTING, _BELOW)
)

CLAIMS = (
    _stated(
        id="zgj.convergence",
        title="Below the threshold the loss goes to 0",
        long=True,
        statement=(
            "From every start with L(W₀) ≤ ε₀(V), gradient flow decreases the loss monotonically "
            "to 10⁻³·L₀, and gradient descent with step 0.1/‖V‖_F² does too."
        ),
        wording=(
            "as long as the loss is already lower than a threshold (polynomial in relevant "
            "parameters), all student neurons … will converge to one of teacher neurons, and the "
            "loss will go to 0"
        ),
        assumes=(_THRESHOLD, _SEPARATION, _WIDTH, _EVEN, _STEP_SIZE),
        kind=Kind.LIMIT,
        constants=(
            _EPSILON,
            _TARGET,
            _STEP,
            ours("steps", "10⁶", "a budget: 3.6·10⁵ at most were taken where Δ ≥ 20°"),
            ours("least Δ of descent", "0.45", "a budget: nearly merged lines take far longer"),
        ),
    ),
    _stated(
        id="zgj.recovery",
        title="Students converge to teachers",
        statement=(
            "Along the run R(W) = Σ_j |Σ_{i→j} q_i − ‖v_j‖²| + Σ_i q_i θ_i² stays below "
            "16·√(L/M(Δ)), and goes to 0 with the loss."
        ),
        wording=(
            "all student neurons in an over-parameterized two-layer neural network will converge "
            "to one of teacher neurons"
        ),
        assumes=(_THRESHOLD, _SEPARATION, _WIDTH, _EVEN),
        kind=Kind.UPPER,
        constants=(
            _EPSILON,
            ours("C", "16", "calibrated: the largest R/√(L/M(Δ)) that was seen is 7.9"),
        ),
    ),
    _stated(
        id="zgj.any-width",
        title="Any width m ≥ r will do",
        statement=(
            "Convergence and recovery hold for every m from r to 4r, m = r included, at one "
            "teacher and one start level."
        ),
        wording=(
            "Our result holds for any number of student neurons as long as it is at least as "
            "large as the number of teacher neurons"
        ),
        assumes=(
            _THRESHOLD,
            Assumption(
                "width",
                "m ≥ r",
                "m = r − 1, from L₀ ≤ 1.01·F(V), for there is no lower start",
                refuted_by="zgj.control.too-narrow",
            ),
        ),
        kind=Kind.LIMIT,
        constants=(
            _EPSILON,
            ours("widths", "m from r to 4r", "a budget"),
            ours("all others", "those of zgj.convergence and zgj.recovery", "as there"),
        ),
    ),
    _stated(
        id="zgj.gradient-bound",
        title="The gradient bounds the loss",
        long=True,
        statement=(
            "‖∇L(W)‖_F ≥ κ(V)·L(W) whenever L(W) ≤ ε₀(V), at random points and where a local "
            "search makes ‖∇L‖/L as small as it can."
        ),
        wording=(
            "the gradient satisfies a special case of Lojasiewicz property which is different "
            "from local strong convexity or PL conditions used in previous work"
        ),
        assumes=(
            _LEVEL,
            _BARE,
            _WIDTH,
            _EVEN,
            Assumption("tied-readout", "readout tied to the norm", "readout 1, teachers of norm 1"),
        ),
        kind=Kind.LOWER,
        constants=(
            _KAPPA,
            _EPSILON,
            ours("exponent", "1", "our reading: the abstract says “a special case”, and not which"),
        ),
    ),
    _stated(
        id="zgj.gradient-exponent",
        title="The gradient bounds the loss to the power 3/4",
        statement=(
            "‖∇L(W)‖_F ≥ κ(V)·ε₀(V)^{1/4}·L(W)^{3/4} whenever L(W) ≤ ε₀(V), at random points and "
            "where a local search makes ‖∇L‖ small at a given loss. It implies the gradient bound, "
            "and L(t) ≤ (L₀^{−1/2} + ½κ²√ε₀·t)⁻² along gradient flow."
        ),
        assumes=(_LEVEL, _BARE, _WIDTH),
        kind=Kind.LOWER,
        provenance=(MEASURED,),
        source=Source("lcnn-verify theory notes", "§3 exact facts, 10"),
        constants=(
            _KAPPA,
            _EPSILON,
            ours("exponent", "3/4", "the least there can be, proved: zgj.fact.exponent"),
        ),
    ),
    _stated(
        id="zgj.rate",
        title="The loss decays at least like 1/(κ²t)",
        statement=(
            "L(t) ≤ 1/(1/L₀ + κ²t) along gradient flow, and with κ²/2 for κ² along gradient "
            "descent with step 0.1/‖V‖_F²."
        ),
        wording="our convergence rate is independent of the number of student neurons",
        assumes=(_THRESHOLD, _SEPARATION, _WIDTH, _EVEN, _STEP_SIZE),
        kind=Kind.RATE,
        provenance=(DERIVED,),
        constants=(
            _KAPPA,
            _EPSILON,
            _STEP,
            ours("rate of descent", "κ²/2", "half of the flow's, for a step that is not small"),
        ),
        follows_from=("zgj.gradient-bound",),
    ),
    _stated(
        id="zgj.width-free",
        title="The rate does not depend on the student width",
        long=True,
        statement=(
            "At fixed teacher and fixed L₀ the median time to 10⁻³·L₀ stays bounded as m grows: "
            "the upper 95 % bound of its log-log slope over the top three rungs is at most 0.1. "
            "Splitting a student changes neither L nor ‖∇L‖_F nor a step of gradient descent."
        ),
        wording="our convergence rate is independent of the number of student neurons",
        assumes=(
            _THRESHOLD,
            Assumption(
                "tied-readout",
                "readout tied to the norm",
                "readout 1",
                refuted_by="zgj.control.unit-readout-split",
            ),
        ),
        kind=Kind.RATE,
        assumptions=(_SETTING, _BELOW, "starts of one law at every width"),
        constants=(
            ours(
                "slope",
                "0.1 over the top three rungs",
                "calibrated: 0.04 was measured for m from 256 to 4096; 0 in the limit",
            ),
            _TARGET,
            _STEP,
        ),
    ),
    _stated(
        id="zgj.threshold",
        title="The threshold is polynomial and free of the width",
        long=True,
        statement=(
            "Over a grid of (Δ, v_min/v_max, r, m) the smallest ‖∇L‖_F/(κ·L) a local search finds "
            "at L ≤ v_min⁴·M(Δ)/(8r) stays at least 1."
        ),
        wording="the loss is already lower than a threshold (polynomial in relevant parameters)",
        assumes=(
            _LEVEL,
            _BARE,
            Assumption("smallest-norm", "the threshold has the factor v_min⁴", "the factor v_max⁴"),
            Assumption(
                "number-of-teachers", "the threshold has the factor 1/r", "the same for every r"
            ),
            _WIDTH,
        ),
        kind=Kind.LOWER,
        assumptions=(_SETTING,),
        constants=(_EPSILON, _KAPPA),
    ),
    _stated(
        id="zgj.not-pl",
        title="The PL inequality fails when m > r",
        statement=(
            "For m > r and each μ in {2⁰ … 2⁻⁸}·‖V‖² there is a point below the threshold with "
            "‖∇L‖² < μ·L."
        ),
        wording="different from local strong convexity or PL conditions used in previous work",
        assumes=(_CLONES,),
        kind=Kind.EXISTENCE,
        provenance=(READING,),
        assumptions=(_SETTING, "m > r"),
        constants=(
            ours("μ", "{2⁰ … 2⁻⁸}·‖V‖²", "a budget: the ladder could go on, for ‖∇L‖²/L → 0"),
        ),
    ),
    _stated(
        id="zgj.not-convex",
        title="The loss is not locally strongly convex when m > r",
        statement=(
            "For m > r there are zero-loss points and directions D ≠ 0, which move mass between "
            "two clones, with ∇²L·D = 0."
        ),
        wording="different from local strong convexity",
        assumes=(_CLONES,),
        kind=Kind.EXISTENCE,
        provenance=(READING,),
        assumptions=(_SETTING, "m > r"),
    ),
    _stated(
        id="zgj.beyond-ntk",
        title="Neurons move: not the lazy regime",
        statement=(
            "There are starts below the threshold, of widths 4 to 256, that travel a relative "
            "distance ‖W_T − W₀‖_F/‖W₀‖_F ≥ 0.1 on the way to 10⁻³·L₀."
        ),
        wording=(
            "they either work in the Neural Tangent Kernel regime where neurons don't move much, "
            "or require an enormous number of neurons"
        ),
        assumes_nothing="it says that there are such starts",
        kind=Kind.EXISTENCE,
        provenance=(READING,),
        constants=(
            ours("distance", "0.1", "chosen: the lazy regime would have less than 1/√m"),
            ours("widths", "4 to 256", "a budget"),
            _EPSILON,
            _TARGET,
        ),
    ),
    _stated(
        id="zgj.existing-theories",
        title="Existing theories do not explain over-parameterization",
        statement="Theories before the paper do not fully explain why over-parameterization helps.",
        wording=(
            "While over-parameterization is widely believed to be crucial for the success of "
            "optimization for the neural networks, most existing theories on over-parameterization "
            "do not fully explain the reason"
        ),
        kind=Kind.EXISTENCE,
        provenance=(STATED,),
        assumptions=(),
        not_testable="it speaks of beliefs and of a literature",
    ),
)
