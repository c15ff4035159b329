"""Facts proved from the definitions, which may never fail: THEORY §2 (forms) and §3 (facts)."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Assumption, Claim, Constant, Kind, Provenance, Source, ours

_DERIVED = (Provenance.DERIVED,)


def _form(
    name: str,
    title: str,
    statement: str,
    kind: Kind = Kind.IDENTITY,
    constants: tuple[Constant, ...] = (),
) -> Claim:
    return Claim(
        id=f"zgj.form.{name}",
        title=title,
        statement=statement,
        kind=kind,
        provenance=_DERIVED,
        source=Source("lcnn-verify theory notes", "§2 closed forms"),
        assumptions=("x ~ N(0, I_d); |·| or ReLU; tied or unit readout",),
        assumes_nothing="it is about all W and V, in each of the four models",
        constants=constants,
    )


def _fact(
    name: str,
    number: str,
    title: str,
    statement: str,
    kind: Kind = Kind.IDENTITY,
    assumptions: tuple[str, ...] = ("x ~ N(0, I_d); |·| activation, tied readout",),
    constants: tuple[Constant, ...] = (),
    assumes: tuple[Assumption, ...] = (),
) -> Claim:
    return Claim(
        id=f"zgj.fact.{name}",
        title=title,
        statement=statement,
        kind=kind,
        provenance=_DERIVED,
        source=Source("lcnn-verify theory notes", f"§3 exact facts, {number}"),
        assumptions=assumptions,
        assumes=assumes,
        assumes_nothing="" if assumes else "it is about all there is in its setting",
        constants=constants,
    )


_EVEN = Assumption("even-activation", "signs are flipped with |·| alone", "with ReLU, too")
_FLOOR = (
    ours(
        "rounding floor",
        "at most 64·2⁻⁵² times the sum of masses, squared for the loss",
        "proved: a bound of every rounding (THEORY §7)",
    ),
)
_ALL_MODELS = ("x ~ N(0, I_d); |·| or ReLU; tied or unit readout, with the factors of each",)

CLAIMS = (
    _form(
        "kernel",
        "The dual kernel is its integral",
        "k(cos θ) = (1/π)∫₀^{2π} σ(cos φ)σ(cos(φ − θ))dφ for |·| and ReLU, to 30 digits.",
    ),
    _form(
        "loss",
        "The float64 loss is the population loss",
        "|loss − exact| ≤ rounding_floor(W, V), against 40-digit closed forms.",
        constants=_FLOOR,
    ),
    _form(
        "gradient",
        "The float64 gradient is the gradient",
        "Each row of gradient(W, V) is within gradient_rounding_floor of the exact gradient, and "
        "the exact gradient is the derivative of the exact loss.",
        constants=_FLOOR,
    ),
    _form(
        "hessian",
        "The Hessian is the derivative of the gradient",
        "hessian(W, V) agrees with central differences of the exact gradient.",
    ),
    _form(
        "paths",
        "Every evaluation path computes the same loss",
        "The paths over all pairs and by angles are within the rounding floors of the oracle.",
        constants=_FLOOR,
    ),
    _form(
        "quantities",
        "What claims rest on is as defined",
        "κ(V), ε₀(V), M(Δ), F(V) of the students found, Δ(V) and R(W) in float64 are within their "
        "error bounds of their definitions at 40 digits.",
    ),
    _form(
        "quadrature",
        "Closed form and quadrature agree",
        "L computed from closed-form kernels equals L computed from polar integrals, to 30 digits.",
    ),
    _form(
        "hermite",
        "Hermite partial sums increase to the loss",
        "Every partial sum of L = ½Σ_k σ̂_k²‖Σ_a c_a q_a â^{⊗k}‖² is a lower bound, they increase, "
        "and the tail bound closes the gap.",
        Kind.LOWER,
    ),
    _form(
        "monte-carlo",
        "The loss is the mean over Gaussian inputs",
        "The sample mean of ½(f_W − f*)² over N(0, I) inputs is within 6 standard errors of L.",
        constants=(ours("standard errors", "6", "a false alarm in about 10⁹ examples"),),
    ),
    _fact(
        "invariance",
        "1",
        "Rotation, permutation and sign",
        "L is invariant under one rotation of all neurons, permutations of students and (|·|) "
        "sign flips of single neurons; ∇L is equivariant.",
        assumptions=_ALL_MODELS,
        assumes=(_EVEN,),
    ),
    _fact(
        "scaling",
        "2",
        "Joint scaling",
        "L(cW, cV) = c^{2p}·L(W, V) and ∇L scales as c^{2p−1}: p = 2 tied, p = 1 unit.",
        assumptions=_ALL_MODELS,
    ),
    _fact(
        "splitting",
        "3",
        "Splitting a student changes nothing",
        "Replacing w by √p_1·w, …, √p_k·w with Σp = 1 leaves L, ‖∇L‖_F and the next gradient "
        "descent step unchanged (tied); with unit readout and p_l·w it leaves L unchanged.",
        assumptions=_ALL_MODELS,
        assumes=(
            Assumption(
                "tied-readout",
                "‖∇L‖_F stays with tied readout",
                "with readout 1, too",
                refuted_by="zgj.control.unit-readout-split",
            ),
        ),
    ),
    _fact(
        "euler",
        "4",
        "Euler's identity",
        "⟨∇L, W⟩ = p·E[(f_W − f*)f_W], the expectation from an independent double sum.",
        assumptions=_ALL_MODELS,
    ),
    _fact(
        "gradient-upper-bound",
        "5",
        "The loss bounds the gradient",
        "‖∇_{w_i}L‖ ≤ 2‖w_i‖√(2L), hence ‖∇L‖_F² ≤ 8‖W‖_F²L, with equality at d = 1; "
        "4‖W‖_F²L for ReLU, 2mL and mL with unit readout.",
        Kind.UPPER,
        assumptions=_ALL_MODELS,
        constants=(ours("factors", "8, 4, 2m, m", "proved (THEORY §3, fact 5); 8 is attained"),),
        assumes=(Assumption("dimension-one", "equality at d = 1", "equality at d ≥ 2"),),
    ),
    _fact(
        "moments",
        "6",
        "The loss bounds the moments",
        "|Σ q_i − Σ q_j| ≤ √(πL) and ‖Σ q_i ŵŵᵀ − Σ q_j v̂v̂ᵀ‖_F ≤ √(2πL) for |·|; "
        "√(4πL) and 2√(2πL) for ReLU.",
        Kind.UPPER,
        assumptions=_ALL_MODELS,
        constants=(ours("factors", "√π, √(2π), √(4π), 2√(2π)", "proved (THEORY §3, fact 6)"),),
    ),
    _fact(
        "zero-loss",
        "7",
        "Zero loss means matched measures",
        "L = 0 when every student lies on a teacher line and each teacher's mass is matched; "
        "moving one student off its line, or mass from teacher to teacher, makes L > 0.",
        assumes=(
            Assumption(
                "even-activation", "|·|: either end of a teacher line will do", "the same with ReLU"
            ),
        ),
    ),
    _fact(
        "floor",
        "8",
        "Too few directions leave a positive critical point",
        "A best student with fewer than r directions, split into m neurons, is a critical point at "
        "L = F(V) > ε₀(V), F = ½‖v‖⁴ for r = 1; so are all students on the bisector of two "
        "teachers of norm v, at L = v⁴·M(Δ) ≥ F(V). F(V) > ε₀(V) is proved in the plane and for "
        "r ≤ 2 (zgj.fact.narrow-floor), and searched beyond.",
        assumes=(Assumption("equal-norms", "the two teachers have one norm", "norms 1 and 1.5"),),
    ),
    _fact(
        "narrow-floor",
        "8",
        "Fewer than r lines of students stay above the threshold",
        "In the plane, students on fewer than r ≥ 2 lines have L > v_min⁴·Δ³/(48π) ≥ (r/2)·ε₀(V); "
        "so has one line of students beside two teachers in every dimension. Beside one teacher "
        "no students leave L = ½‖v‖⁴ > ε₀.",
        Kind.LOWER,
        constants=(
            ours("1/(48π)", "the energy of h = 1 − 3s² + 2s³", "proved (THEORY §3, fact 8)"),
        ),
    ),
    _fact(
        "merged-level",
        "8",
        "The merged-teacher level is cubic in the separation",
        "0.83824 ≤ M(Δ)·3π/Δ³ ≤ 1 on (0, π/2], falling in Δ.",
        Kind.UPPER,
        constants=(ours("least ratio", "0.83824", "proved: at π/2 it is 0.838247… (THEORY §9)"),),
    ),
    _fact(
        "cone-levels",
        "9",
        "Critical levels of cones fall to 2.196·ε₀ as the dimension grows",
        "Two orthonormal teachers have a critical point with 2.1960·ε₀ < L < "
        "(2.1961 + 0.722/(d − 2))·ε₀ for every d ≥ 3 and m ≥ 4(d − 2), two cones of students about "
        "(e₁ ± e₂)/√2. No students in the hyperplanes across e₁ ± e₂ have L ≤ 2.1960·ε₀.",
        Kind.EXISTENCE,
        constants=(
            ours("levels", "2.1960, 2.1961, 0.722", "proved (THEORY §9): the limit is 2.19607…·ε₀"),
        ),
    ),
    _fact(
        "cone-dimensions",
        "9",
        "Critical levels of cones in three, four and five dimensions",
        "Two orthonormal teachers have a critical point with 2.4939·ε₀ < L < 2.4951·ε₀ in d = 3 "
        "for every m ≥ 8, 2.4049·ε₀ < L < 2.4063·ε₀ in d = 4 for every m ≥ 12, 2.3552·ε₀ < L < "
        "2.3567·ε₀ in d = 5 for every m ≥ 24. No students in the hyperplanes across e₁ ± e₂ have "
        "L below that.",
        Kind.EXISTENCE,
        constants=(
            ours("levels", "2.4939 … 2.3567", "proved (THEORY §9); what is between comes with m"),
        ),
    ),
    _fact(
        "simplex-cones",
        "9",
        "Critical levels of two simplices of students, at any width",
        "Two orthonormal teachers have a critical point with 0 < L < (2.1961 + 0.82/(d − 1))·ε₀ "
        "for every d ≥ 3 and m ≥ 2(d − 1), with 0 < L < 2.4167·ε₀ for d = 4, m ≥ 6 and with 0 < L "
        "< 2.3698·ε₀ for d = 5, m ≥ 8: a simplex of students in either cone about (e₁ ± e₂)/√2.",
        Kind.EXISTENCE,
        constants=(ours("levels", "2.1961, 0.82, 2.4167, 2.3698", "proved (THEORY §9)"),),
    ),
    _fact(
        "exponent",
        "10",
        "No exponent of the gradient bound below 3/4, no uniform rate faster than t⁻²",
        "Beside r orthonormal teachers in d > r, students on their lines and one of mass u across "
        "them have L = ½Gu² and ‖∇L‖ = 2^{7/4}·G^{1/4}·L^{3/4}, m > r, G = (1 − k)(1 + rk)/"
        "(1 + (r − 1)k), k = 2/π: no ‖∇L‖ ≥ c·L^β with β < 3/4 holds near L = 0. Gradient flow "
        "from there has L(t) ≥ ½G/(1/u + 4t)².",
        constants=(ours("G", "1 − 4/π² for r = 1", "proved (THEORY §3, fact 10)"),),
    ),
    _fact(
        "threshold-brackets",
        "11",
        "The best thresholds of five pairs of planar teachers, to 1.1 thousandths",
        "With r = m = d = 2 no students with 0 < L ≤ λ·ε₀ are critical, and some with L ≤ "
        "1.0011·λ·ε₀ are: λ = 2.6834, 5.6456, 7.6516, 10.0373 for unit teachers 90°, 60°, 45°, 30° "
        "apart, 7.5382 for teachers of norms 1 and 2, 90° apart.",
        Kind.LOWER,
        constants=(
            ours("λ", "2.6834 … 10.0373", "proved (THEORY §9): boxes, and a saddle above them"),
            ours("κ/100", "what ‖∇L‖/L exceeds up to λ·ε₀", "chosen: any positive number would do"),
        ),
    ),
    _fact(
        "one-teacher",
        "12",
        "One teacher: the gradient bounds L^{3/4} up to ε₀, in every width and dimension",
        "With r = 1, for all m, d and students, ‖∇L‖ ≥ 2L(7/10 − √2x)/(‖v‖√(√3x + ½(1 + √3)x² + "
        "½x³)), x = √(πL)/‖v‖²; so ‖∇L‖ ≥ 0.39·κ·ε₀^{1/4}·L^{3/4} ≥ 0.39·κ·L if L ≤ ε₀, and no "
        "students with 0 < L < 0.077·‖v‖⁴ are critical.",
        Kind.LOWER,
        constants=(
            ours("3/10", "what E[E·Z] ≥ −(3/10)·2L loses", "proved (THEORY §3, fact 12), not best"),
            ours("0.39, 0.077", "from 3/10 and the moments", "proved; 0.49/(2π) = 0.0779…"),
        ),
        assumes=(
            Assumption(
                "one-teacher",
                "r = 1",
                "r = 2, with ε₀ of one teacher of norm ‖V‖_F",
                refuted_by="zgj.control.one-teacher",
            ),
        ),
    ),
    _fact(
        "relu-decomposition",
        "other models",
        "ReLU is the even part plus the linear part",
        "L_relu = ¼(L_abs + ½‖Σ_a c_a q_a â‖²).",
        assumptions=("x ~ N(0, I_d); tied or unit readout",),
    ),
)
