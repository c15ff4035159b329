"""What the abstract says, as we read it, and false statements beside it. No numerics."""

from __future__ import annotations

from lcnn_verify.ledger.claim import Assumption, Claim, Kind, Provenance, Source, controls_of, ours

READING, DERIVED, STATED = Provenance.READING, Provenance.DERIVED, Provenance.STATED
ABSTRACT = Source(
    "Yoo, Fan, Boddeti, Kitani, Efficient K-Shot Learning with Regularized Deep Networks",
    "abstract",
    "https://arxiv.org/abs/1710.02277",
)
NOTES = Source("lcnn-verify, notes on grouped gradients", "THEORY.md of the pack")
_SINGLE = (
    "we propagate a single gradient to all of the neuron parameters that belong to the same group"
)
_STEP = "W⁺ = W − ηP∇L, P∇L the mean gradient of each group: our reading of “a single gradient”"
_MODEL = "f(W) = φ(XWᵀ)v; φ = max(z, 0), z² or 1/(1 + z²), which keep rationals rational"


_control = controls_of("groups", NOTES)
CLAIMS = (
    Claim(
        id="groups.projection",
        title="The mean over groups is an orthogonal projection",
        statement="P² = P = Pᵀ and rank P = G, for all ways to put k ≤ 6 neurons into G groups.",
        wording=_SINGLE,
        assumes_nothing="it is about every partition",
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        constants=(ours("k", "at most 6", "what every run decides: 278 partitions"),),
    ),
    Claim(
        id="groups.descent-direction",
        title="The grouped gradient is a direction of descent",
        statement=(
            "⟨∇L, P∇L⟩ = ‖P∇L‖² ≥ 0. For φ = 1/(1 + z²) a step of 1/ℓ along it lowers L by "
            "‖P∇L‖²/(2ℓ) or more, ℓ = (27/64)‖v‖²‖X‖_F² + 2·max|v_j|·Σ_i (‖v‖₁ + |y_i|)‖x_i‖²."
        ),
        wording=_SINGLE,
        assumes=(Assumption("step-size", "a step of 1/ℓ", "a step of 100/ℓ"),),
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL,),
        constants=(ours("ℓ", "a bound on ‖∇²L‖", "proved, THEORY §3"),),
    ),
    Claim(
        id="groups.conserved-differences",
        title="Grouped descent keeps the differences of weights within a group",
        statement="w_i − w_j is the same after any steps of grouped descent, i and j of one group.",
        wording=_SINGLE,
        assumes=(
            Assumption(
                "mean",
                "each neuron follows the mean of its group",
                "each follows its own gradient",
                refuted_by="groups.control.ungrouped",
            ),
            Assumption(
                "same-gradient",
                "neurons of a group follow one gradient",
                "they exchange their gradients",
                refuted_by="groups.control.permuted",
            ),
        ),
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, _STEP),
    ),
    Claim(
        id="groups.reachable-set",
        title="Grouped descent reaches G·d dimensions, and fits no more than so many labels",
        statement=(
            "Steps from W₀ stay in W₀ + S, S = {A: rows of one group are equal}, of dimension G·d. "
            "For φ = 2^z, k ≤ 4, d ≤ 2 and n ≥ G·d, first steps for different labels span S for "
            "almost all W₀, v and X. Groups of one neuron are ordinary descent. If G·d < n, almost "
            "no labels are fitted."
        ),
        wording="effectively regularizing the dimensionality of the parameter search space",
        assumes=(
            Assumption(
                "grouping",
                "the gradients are averaged",
                "each neuron follows its own, for the first statement",
            ),
        ),
        kind=Kind.IDENTITY,
        provenance=(READING, DERIVED),
        source=ABSTRACT,
        assumptions=(_MODEL, _STEP, "φ = 2^z for the span, not z² or max(z, 0)"),
        constants=(ours("k, d", "at most 4 and 2", "spans with a witness: 46"),),
    ),
    Claim(
        id="groups.accuracy-gain",
        title="Grouped fine-tuning gains more than 10 % of accuracy",
        statement="Fine-tuning by groups improves k-shot accuracy by more than 10 %.",
        wording=(
            "improve upon other state-of-the-art fine-tuning based k-shot learning strategies by "
            "more than 10%"
        ),
        kind=Kind.LOWER,
        provenance=(STATED,),
        source=ABSTRACT,
        not_testable=(
            "a measurement on trained convolutional networks and image data sets, none of which "
            "follows from a definition"
        ),
    ),
    Claim(
        id="groups.search",
        title="Reinforcement learning finds good groups",
        statement="Recurrent networks trained by reinforcement learning find good groups.",
        wording=(
            "we propose a reinforcement learning search strategy using recurrent networks to learn "
            "the optimal group assignments for each network layer"
        ),
        kind=Kind.EXISTENCE,
        provenance=(STATED,),
        source=ABSTRACT,
        not_testable=(
            "what the search is rewarded for, and on which data, is not in what could be read: a "
            "search of our own would test another statement"
        ),
    ),
    _control(
        "ungrouped",
        "Ordinary descent keeps the differences of weights within a group",
        "w_i − w_j is the same after a step of ordinary descent, i and j of one group.",
        "Neurons of one group have gradients of their own.",
    ),
    _control(
        "permuted",
        "Exchanging the gradients of a group keeps the differences of its weights",
        "w_i − w_j is the same after a step in which each neuron follows the gradient of the next "
        "of its group.",
        "A permutation of the group's gradients has their mean, but different rows.",
    ),
)
