"""A pack of invented claims for the tests of the reports, one of them hostile to every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from lcnn_verify import packs
from lcnn_verify.evidence.drawing import Drawing, Key
from lcnn_verify.evidence.hooks import Hooks, Shown
from lcnn_verify.ledger import (
    Claim,
    Constant,
    Kind,
    Provenance,
    Source,
    Whose,
    controls_of,
    ours,
)
from lcnn_verify.packs import Group, Pack
from lcnn_verify.reporting import svg

LONG = "very-long-" * 12 + "name"
SCRIPT = "<script>alert('x')</script>"
HOSTILE = (
    f'{SCRIPT} & "quotes" \' | `ticks` <!-- ]]> {{{{ 7 * 7 }}}} \\frac{{ $x$ \x00\x1b[31m 学生 🎓'
)
PAPER = Source("A. Author, On invented sums, Demo 2020", "abstract", "https://example.org/paper")
_NOTES = Source("notes of the demo", "§3 exact facts")
_BELOW = ("x ~ N(0, I_d); m ≥ r", "s ≤ ε₀ = x_min⁴/(8r)")


@dataclass(frozen=True, slots=True)
class Shape:
    """Points in the plane, joined in order: an example that draws itself."""

    type: ClassVar[str] = "demo.shape"

    points: np.ndarray
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"points": self.points.tolist(), "parameters": dict(self.parameters)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Shape:
        return cls(np.array(data["points"], dtype=float), data["parameters"])

    @classmethod
    def show(cls, data: Mapping[str, Any]) -> Shown:
        shape = cls.from_json(data)

        def draw(prefix: str, title: str) -> Drawing:
            def paint(axes: Any) -> None:
                axes.plot(*shape.points[:, :2].T, color=svg.COLOURS["1"])
                axes.set(xlabel="x (m)", ylabel="y (m)")

            markup = svg.draw(paint, prefix=prefix, title=title, size=(120, 120))
            return Drawing(title, f"{len(shape.points)} points.", markup, (Key("━", "1", "edges"),))

        words = f"A shape of {len(shape.points)} points."
        return Shown(shape.parameters, {"points": data["points"]}, draw, words)


def _claim(
    claim_id: str,
    title: str,
    statement: str,
    kind: Kind,
    *,
    wording: str = "",
    source: Source = PAPER,
    **more: Any,
) -> Claim:
    provenance = (Provenance.STATED, Provenance.READING) if wording else (Provenance.DERIVED,)
    return Claim(claim_id, title, statement, kind, provenance, source, wording=wording, **more)


_control = controls_of("demo", _NOTES)
_SLOPE = ours("c(x)", "1/‖x‖_F", "our reading, calibrated")
CLAIMS = (
    _claim(
        "demo.convergence",
        "Below the level the sum goes to 0",
        "From every start with s₀ ≤ ε₀(x), steps of 0.1/‖x‖_F² bring the sum to 10⁻³·s₀.",
        Kind.LIMIT,
        wording="as long as the sum is already lower than a level, the sum will go to 0",
        assumptions=_BELOW,
        constants=(
            Constant("target", "10⁻³·s₀", Whose.SOURCE, "the source's example"),
            ours("steps", "2·10⁵", "a budget"),
        ),
    ),
    _claim(
        "demo.growth",
        "The slope bounds the sum",
        "‖∇s(x)‖_F ≥ c(x)·s(x) whenever s(x) ≤ ε₀(x), at random points and where a search looks.",
        Kind.LOWER,
        wording="the slope satisfies a special case of the inequality",
        assumptions=_BELOW,
        constants=(_SLOPE,),
    ),
    _claim(
        "demo.rate",
        "The sum decays at least like 1/(c²t)",
        "s(t) ≤ 1/(1/s₀ + c²t).",
        Kind.RATE,
        wording="our rate is independent of the size",
        assumptions=_BELOW,
        constants=(_SLOPE,),
        follows_from=("demo.growth",),
    ),
    _claim(
        "demo.size-free",
        "The rate does not depend on the size",
        "At fixed s₀ the median time to 10⁻³·s₀ stays bounded as m grows.",
        Kind.RATE,
        wording="our rate is independent of the size",
        assumptions=(*_BELOW, "starts of one law at every size"),
        constants=(ours("slope", "0.1", "chosen"),),
    ),
    _claim(
        "demo.grid",
        "The level is polynomial and free of the size",
        "Over a grid of (Δ, r, m) the smallest ‖∇s‖_F/(c·s) a search finds stays at least 1.",
        Kind.LOWER,
        wording="the sum is already lower than a level (polynomial in relevant parameters)",
        assumptions=_BELOW[:1],
    ),
    _claim(
        "demo.existence",
        "Some point is flatter than any multiple",
        "For each μ in {2⁰ … 2⁻⁸} there is a point with ‖∇s‖² < μ·s.",
        Kind.EXISTENCE,
        wording="different from the conditions used in previous work",
    ),
    _claim(
        "demo.fact.scaling",
        "Scaling",
        "s(cx) = c⁴·s(x), and ∇s scales as c³.",
        Kind.IDENTITY,
        source=_NOTES,
    ),
    _claim(
        "demo.fact.moments",
        "Masses agree up to the sum",
        "|Σ‖x_i‖² − Σ‖y_j‖²| ≤ √(πs).",
        Kind.UPPER,
        source=_NOTES,
    ),
    _claim("demo.form.kernel", "The kernel", "k(ρ) = E|u·x||v·x|.", Kind.IDENTITY, source=_NOTES),
    _control(
        "small",
        "An inequality that is too good",
        "‖∇s(x)‖² ≥ 2⁻⁴·s(x) below the level.",
        "two points strayed by ±δ give ‖∇s‖²/s → 0 with δ",
    ),
    _control(
        "growth-high",
        "The slope's bound up to x_min⁴/(2r)",
        "‖∇s(x)‖_F ≥ c(x)·s(x) whenever s(x) ≤ x_min⁴/(2r).",
        "a saddle lies below that level",
    ),
    _control(
        "sign",
        "The kernel with a wrong sign",
        "k(ρ) = (2/π)(√(1−ρ²) − ρ·asin ρ).",
        "it differs from the integral for every ρ ≠ 0",
    ),
    _control(
        "lazy",
        "Nothing moves",
        "Points travel at most 1/√m of their length.",
        "one start travels 0.106 at every m",
    ),
    _claim(
        f"demo.hostile.{LONG}",
        HOSTILE,
        f"statement {HOSTILE}",
        Kind.UPPER,
        wording=f"wording {HOSTILE}",
        source=Source(f"paper {HOSTILE}", f"place {HOSTILE}", "javascript:alert(1)"),
        assumptions=(f"assumption {HOSTILE}",),
        constants=(ours(f"constant {HOSTILE}", f"value {HOSTILE}", f"basis {HOSTILE}"),),
        follows_from=(f"other {HOSTILE}",),
    ),
)
SENTENCE = Claim(
    "demo.worth",
    "The sum is useful",
    f"People use the sum. {HOSTILE}",
    Kind.EXISTENCE,
    (Provenance.STATED,),
    PAPER,
    wording=f"the sum has many uses {HOSTILE}",
    not_testable=f"it speaks of people {HOSTILE}",
)
HOOKS = Hooks(examples=(Shape,))
PACK = Pack(
    key="demo",
    title="Invented sums",
    source=PAPER,
    claims=(*CLAIMS, SENTENCE),
    introduction=f"The paper gives no slope; ours is calibrated. {HOSTILE}",
    glossary={"c(x)": "the slope 1/‖x‖_F", f"term {HOSTILE}": f"meaning {HOSTILE}"},
    notes="notes/demo.md",
    properties=Path(__file__).parent,
    sources=Path(__file__).parent,
    distribution="lcnn-verify",
    groups={
        "demo.fact": Group("Exact facts", "Proved from the definitions; they may never fail."),
        "demo.control": Group("Controls", "False statements that must be refuted."),
        "demo.hostile": Group(HOSTILE, HOSTILE),
    },
    hooks=f"{__name__}:HOOKS",
)


@contextmanager
def offered() -> Iterator[None]:
    """This pack alone, as if it were installed and no other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packs, "_found", lambda: ((PACK,), ()))
        yield
