"""Studies of the main paper: experiments at the edge of its claims, whose results are ours."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Claim, Kind, Provenance, Source, Study, ours

_DERIVED = Source("measured here", "THEORY §5")

STUDIES = (
    Claim(
        id="zgj.study.width-ladder",
        title="The time to converge has a plateau in the width",
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
            ours(
                "step",
                "0.4/‖V‖_F² in the plane, over m with unit readout; 0.55/‖V‖_F² for V = I₃",
                "below 1.7/λ of zgj.study.step-size",
            ),
        ),
        study=Study(
            question="Does the width cost time, once it is large?",
            method=(
                "Descent from starts of one law. In the plane m = 4 … 4096, up to 65 536 in the "
                "standard profile and 1 048 576 in the deep one; in three dimensions 5 … 80, up to "
                "1280 and 20 480. Bounds of the slope by a bootstrap over 32 starts a rung, 8 from "
                "1000 neurons on and 3 from 10⁵ on; in three dimensions, where a step costs m², 2 "
                "at 5120 and 1 at 20 480, with the relative spread of 1280. Two one-sided tests "
                "for equivalence to 0."
            ),
            limits=(
                "Orthonormal teachers and one law of starts. In three dimensions the time still "
                "rises below 10⁴ neurons; there only the deep profile judges."
            ),
        ),
    ),
    Claim(
        id="zgj.study.step-size",
        title="Descent is monotone up to the limit of stability at the minimum",
        statement=(
            "From 0.93·ε₀ down to 10⁻³·ε₀ descent with the step 1.7/λ never raises the loss, and "
            "with 2.2/λ it does, λ the largest eigenvalue of the Hessian at W = V; λ is 3 to 4.1 "
            "times ‖V‖_F²."
        ),
        kind=Kind.LOWER,
        provenance=(Provenance.MEASURED,),
        source=_DERIVED,
        constants=(ours("1.7, 2.2", "about 2", "measured; 2/λ is the limit of stability"),),
        study=Study(
            question="How long may a step of descent be?",
            method=(
                "Both steps, and a bisection between them, from 6 starts of each of five teachers "
                "and three widths, 30 in the standard profile and 200 in the deep one."
            ),
            limits="Starts below the threshold; rises inside the rounding floor do not count.",
        ),
    ),
    Claim(
        id="zgj.study.convergence-threshold",
        title="The lowest starts known to fail are where the gradient bound ends",
        statement=(
            "V = I₂ in the plane: starts of the width ladder's law converge at all levels up to "
            "13·ε₀, F(V) being 13.8·ε₀. Students on the bisectors of the teachers never do; "
            "the lowest of them is the rotated pair itself, between 2.68·ε₀ and 2.69·ε₀."
        ),
        kind=Kind.EXISTENCE,
        provenance=(Provenance.MEASURED,),
        source=_DERIVED,
        constants=(ours("13, 2.68, 2.69", "see the statement", "the rotated pair's is proved"),),
        study=Study(
            question="From which level on do starts fail to converge?",
            method=(
                "Descent from random starts of m = 2, 3 and 6 students at seven levels, 20 of "
                "each, 200 in the standard profile and 2000 in the deep one; and from starts on "
                "the stable manifold of the rotated pair, which symmetry keeps."
            ),
            limits=(
                "A search: no start is known that fails lower. That none of two students does, up "
                "to 2.6834·ε₀, follows from zgj.fact.threshold-brackets; of m = 3 and 6 nothing is "
                "proved."
            ),
        ),
    ),
    Claim(
        id="zgj.study.beyond-ntk",
        title="Neurons and their kernel move as far at any width",
        statement=(
            "V = I₂, from L₀ = 0.93·ε₀ to 10⁻³·L₀: the medians of ‖W_T − W₀‖_F/‖W₀‖_F and of the "
            "relative change of the tangent kernel are at least 0.05 and 0.08 at every width, and "
            "from m = 64 on their exponents in m are at least −0.2, where the lazy regime has −½."
        ),
        kind=Kind.LOWER,
        provenance=(Provenance.MEASURED,),
        source=_DERIVED,
        constants=(ours("0.05, 0.08 and −0.2", "see the statement", "measured"),),
        study=Study(
            question="Does training become lazy as the width grows?",
            method=(
                "Descent from 16 starts of one law at m = 4 … 1024, up to 4096 in the standard "
                "profile and 16 384 in the deep one; the tangent kernel on 64 directions. The lazy "
                "law m^(−½) is drawn beside."
            ),
            limits="Orthonormal teachers in the plane and one law of starts.",
        ),
    ),
    Claim(
        id="zgj.study.exponent",
        title="The effective exponent is 1/2, 2/3 or 3/4, and at worst tends to 3/4",
        statement=(
            "Along gradient flow d log‖∇L‖/d log L settles at ½ for m = r, with L ~ e^{−2λt}, λ "
            "the least eigenvalue of ∇²L at V; at 2/3 for m = 2r, with L ~ t⁻³; and stays at 3/4 "
            "from T_u/10 to 10·T_u, T_u = 1/(4u), beside a student of mass u at 60° to 90°. Of all "
            "students with L = ℓ·ε₀ none found has β > 3/4 in ‖∇L‖ = κ·ε₀·ℓ^β, and from 10⁻²·ε₀ "
            "to 10⁻⁴·ε₀ the least ‖∇L‖ falls like ℓ^{3/4 ± 0.01}."
        ),
        kind=Kind.RATE,
        provenance=(Provenance.MEASURED,),
        source=_DERIVED,
        constants=(
            ours("windows", "[8, 20]/λ, [10⁶, 10⁷]/λ, [0.1, 10]·T_u", "in the problem's units"),
            ours("tolerances", "0.005, 0.01, 0.015; of rates 1 % and 0.1", "measured"),
        ),
        study=Study(
            question="Which power of the loss is the gradient, and which power of time the loss?",
            method=(
                "Flows in double-double arithmetic from starts at ε₀/2 of four teachers, and "
                "from one teacher with a small student beside it; slopes between nine times a "
                "window. Local searches for the least ‖∇L‖ under four levels, from 4 starts "
                "each, 16 in the standard profile and 64 in the deep one."
            ),
            limits=(
                "Two laws of starts, d ≤ 3, and m ≤ 2r. A search gives a lower bound of the "
                "largest exponent of a level. Before t = 1/λ fast modes die out, and the slope "
                "along the flow may exceed 1: of it no bound is claimed."
            ),
        ),
    ),
    Claim(
        id="zgj.study.lower-levels",
        title="No critical level below the cones' is found",
        statement=(
            "Two unit teachers, d = 3 and 4: the least of eight students in the hyperplanes across "
            "v₁ ± v₂, which is critical, has a level between 2.39·ε₀ and 2.5·ε₀ at 90°, and a "
            "higher one the nearer the teachers are. Beside two teachers 90° to 30° apart, of "
            "norms 1 and 1.3 or 2, and beside three, no search among eight students with "
            "L ≤ 2.19·ε₀ comes to ‖∇L‖·‖V‖ ≤ ½·L."
        ),
        kind=Kind.EXISTENCE,
        provenance=(Provenance.MEASURED,),
        source=Source("measured here", "THEORY §9"),
        constants=(
            ours("2.19", "just below 2.196", "the cones' limit at 90°, proved"),
            ours("½", "see the statement", "measured: the least is above 1; a zero has 0"),
        ),
        study=Study(
            question="Is there a lower critical level, at other angles or for three teachers?",
            method=(
                "Quasi-Newton descent within the hyperplanes, d = 3 and 4, seven angles, four "
                "starts each, then Newton's method. Searches for a small ‖∇L‖/L under the level "
                "beside ten sets of teachers, d = 3 to 5: 6 starts of each, half of them random, "
                "60 in the standard profile and 600 in the deep one. A table says what they took."
            ),
            limits=(
                "A search proves nothing. Eight students, d at most 5, three teachers at most; "
                "searches one after another, as batches were not faster here."
            ),
        ),
    ),
)
