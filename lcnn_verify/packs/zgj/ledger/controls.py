"""False statements the suite must refute (THEORY §6): if one stands, the suite has no teeth."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Source, controls_of, ours

_KAPPA = ours("κ(V)", "1/‖V‖_F", "that of zgj.gradient-bound")
_LADDER = ours("μ", "{2⁰ … 2⁻⁸}·‖V‖²", "that of zgj.not-pl; refuting the least refutes all")


_control = controls_of(
    "zgj",
    Source("lcnn-verify theory notes", "§6 negative controls"),
    "x ~ N(0, I_d); |·| activation, tied readout unless said otherwise",
)
CLAIMS = (
    _control(
        "pl",
        "A PL inequality with a small constant",
        "‖∇L‖² ≥ μ·L below the threshold for some μ in {2⁰ … 2⁻⁸}·‖V‖².",
        "Two clones at angles ±δ from one teacher: ‖∇L‖²/L → 0 with δ. A point that violates the "
        "smallest μ violates them all.",
        _LADDER,
    ),
    _control(
        "exponent",
        "The gradient bound with exponent 2/3",
        "‖∇L‖_F ≥ ½·‖V‖^{1/3}·L^{2/3} below the threshold, for m > r.",
        "A student of small mass u across all teachers: ‖∇L‖ = 2^{7/4}·G^{1/4}·L^{3/4}. Clones of "
        "one teacher, which the bound is right about, do not refute it.",
        ours("factor", "½·‖V‖^{1/3}", "a fifth of what clones have"),
    ),
    _control(
        "geometric-rate",
        "Geometric decay for m > r",
        "L(t) ≤ L₀·e^{−μt} for some μ in {2⁰ … 2⁻⁸}·‖V‖².",
        "The same clones decay like t⁻³. A run that violates the smallest μ violates them all.",
        _LADDER,
    ),
    _control(
        "convexity",
        "The loss is convex below the threshold",
        "L((W + W′)/2) ≤ (L(W) + L(W′))/2.",
        "Two ways to split one teacher's mass have L = 0; their midpoint has not.",
    ),
    _control(
        "gradient-bound-half",
        "The gradient bound up to v_min⁴·M(Δ)/(2r)",
        "‖∇L‖_F ≥ κ(V)·L whenever L ≤ v_min⁴·M(Δ)/(2r).",
        "Found by search: saddles at positive loss, such as students along (e₁ ± e₂)/√2.",
        _KAPPA,
        ours("level", "v_min⁴·M(Δ)/(2r)", "4·ε₀: above the lowest saddles that are known"),
    ),
    _control(
        "gradient-bound-cones",
        "The gradient bound up to 0.3·v_min⁴·M(Δ)/r",
        "‖∇L‖_F ≥ κ(V)·L whenever L ≤ 0.3·v_min⁴·M(Δ)/r.",
        "In d ≥ 5 two cones of students about (e₁ ± e₂)/√2 are a critical point below that level.",
        _KAPPA,
        ours("level", "0.3·v_min⁴·M(Δ)/r", "2.4·ε₀: the cones fall below it from d = 5 on"),
    ),
    _control(
        "gradient-bound-simplices",
        "The gradient bound up to 2.372·ε₀ for eight students",
        "‖∇L‖_F ≥ κ(V)·L whenever m ≤ 8 and L ≤ 2.372·ε₀(V).",
        "In d = 5 two tetrahedra of students about (e₁ ± e₂)/√2 are a critical point below it.",
        _KAPPA,
        ours("level", "2.372·ε₀", "just above the tetrahedra, 2.36956…·ε₀"),
    ),
    _control(
        "one-teacher",
        "The bound of one teacher with two",
        "‖∇L‖_F ≥ 0.39·κ(V)·L for r = 2 whenever L ≤ ‖V‖_F⁴·M(π/2)/8.",
        "All students on the bisector of two teachers: a critical point at v⁴·M(Δ).",
        ours("level", "‖V‖_F⁴·M(π/2)/8", "ε₀ of one teacher of that norm"),
        ours("0.39", "that of zgj.fact.one-teacher", "any positive number would do"),
    ),
    _control(
        "threshold-brackets",
        "Thresholds 1.1 thousandths larger than those of the fact",
        "‖∇L‖_F ≥ κ(V)·L/100 for r = m = d = 2 whenever L ≤ 1.0011·λ·ε₀, λ as in the fact.",
        "A saddle is there: a student near the bisector of the teachers, another across it.",
        ours("level", "1.0011·λ·ε₀", "λ of zgj.fact.threshold-brackets, and 1.1 thousandths"),
    ),
    _control(
        "gradient-bound-floor",
        "The gradient bound up to F(V)",
        "‖∇L‖_F ≥ κ(V)·L whenever L ≤ F(V), for r ≥ 2 teachers.",
        "A minimizer with fewer than r directions, split, is a critical point at L = F(V).",
        _KAPPA,
    ),
    _control(
        "narrow-floor",
        "Fewer than r lines of students have L ≥ 0.9·v_min⁴·M(Δ)",
        "In the plane, students on fewer than r ≥ 2 lines have L ≥ 0.9·v_min⁴·M(Δ) = 7.2·r·ε₀(V).",
        "Two teachers near 90°: a student on one of them leaves the other, at 13.8·ε₀.",
        ours("level", "0.9·v_min⁴·M(Δ)", "nine tenths of what the merged pair has"),
    ),
    _control(
        "threshold-without-separation",
        "A threshold without the separation",
        "‖∇L‖_F ≥ κ(V)·L whenever L ≤ v_min⁴/(8r).",
        "All students on the bisector of two teachers at Δ ≤ 0.8: a critical point at v⁴·M(Δ).",
        _KAPPA,
        ours("level", "v_min⁴/(8r)", "ε₀ without M(Δ)"),
    ),
    _control(
        "too-narrow",
        "Convergence with m = r − 1 students",
        "With m = r − 1, gradient descent from L₀ ≤ 1.01·F(V) reaches 10⁻³·L₀ within 20 000 steps.",
        "No m = r − 1 students get below F(V) > 0.",
        ours("steps", "20 000", "a budget"),
    ),
    _control(
        "unit-readout-split",
        "Splitting keeps the gradient norm with unit readout",
        "With unit readout, splitting students leaves ‖∇L‖_F unchanged.",
        "It multiplies ‖∇L‖_F² by the number of parts.",
    ),
    _control(
        "loss-without-half",
        "The loss without its ½",
        "L = Σ_ab c_a c_b q_a q_b k(ρ_ab).",
        "It is twice the loss that any other route gives.",
    ),
    _control(
        "kernel-wrong-angle",
        "The dual kernel with π − θ for π/2 − θ",
        "k(cos θ) = (2/π)(sin θ + (π − θ)cos θ).",
        "At θ = 0 it gives 2, the integral gives 1.",
    ),
    _control(
        "cross-term-sign",
        "The cross term with its sign flipped",
        "L = ½(Σ_ii′ + 2Σ_ij + Σ_jj′) instead of ½(Σ_ii′ − 2Σ_ij + Σ_jj′).",
        "At W = V it gives 4·L_V, the loss is 0.",
    ),
    _control(
        "nearest-teacher",
        "Every neuron keeps its nearest teacher",
        "Below the threshold no student's nearest teacher changes during gradient descent.",
        "A neuron of norm 0.01 at 43° between orthogonal teachers of unequal residual crosses 45°.",
    ),
    _control(
        "lazy",
        "The lazy regime",
        "Below the threshold the relative travel ‖W_T − W₀‖_F/‖W₀‖_F is at most 1/√m.",
        "A start with every student split at ±angles travels the same relative distance, 0.29, at "
        "every m: more than 1/√m from m = 16 on.",
        ours("distance", "1/√m", "what the lazy regime would allow"),
    ),
)
