"""‖∇L‖ ≥ κ·ε₀^{1/4}·L^{3/4} for named networks in the plane, band by band.

On a band aε₀ ≤ L ≤ bε₀ it follows from ‖∇L‖ ≥ cκL with c ≥ a^{−1/4}, a region certificate; bands
that join prove it from ε₀ down. With m = r the last one knows that λI ⪯ ∇²L ⪯ ΛI, λ > 0, within ρ
of V, so that ‖∇L‖ ≥ λδ and L ≤ Λδ²/2 there with δ = ‖W − V‖: ‖∇L‖ ≥ λ√(2L/Λ), which is enough for
L ≤ aε₀ once 4λ⁴ ≥ κ⁴ε₀²·a·Λ². All students with L ≤ aε₀ are there once λρ²/2 > aε₀ (see
``near_zero_loss``). Then it holds down to L = 0.
For one teacher and m > 1 a theorem (zgj.fact.one-teacher) has ‖∇L‖ ≥ c(L)κL; a region knows that
c ≥ a^{−1/4} at L = aε₀. That is enough below: L^{1/4}·c(L) = b(0.7 − √2x)/√(√3 + ½(1 + √3)x + ½x²)
falls in L, where b is a number and x = √(πL)/‖v‖².
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.zgj.proofs.bracket.catalogue import PAIRS
from lcnn_verify.packs.zgj.proofs.catalogue import Catalogue
from lcnn_verify.packs.zgj.proofs.region import prove as region
from lcnn_verify.packs.zgj.proofs.region.claim import RegionClaim, Shell, covered, factor

CLAIM = "zgj.gradient-exponent"
BOUND = "‖∇L‖_F ≥ κ(V)·ε₀(V)^{1/4}·L(W)^{3/4}"
MULTIPLES = tuple(map(Fraction, ("317/100", "10", "317/10", "100")))
"""Of κ: c ≥ a^{−1/4} for a = 10⁻², 10⁻⁴, 10⁻⁶, 10⁻⁸, where the bands end."""
_ABOVE_THE_THEOREM = Fraction(142, 100), Fraction(1, 4)
_BUDGET = 1_000_000  # boxes a band


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """Certified regions that join, from ε₀ down to L = 0."""

    name: str
    regions: tuple[region.RegionResult, ...]

    @property
    def boxes(self) -> int:
        """Of all the regions."""
        return sum(it.document["boxes"] for it in self.regions)

    @property
    def title(self) -> str:
        """Which networks it is about."""
        last = self.regions[-1].claim
        return covered(replace(last, outer=Fraction(1)), whole=True)

    @property
    def told(self) -> str:
        """The multiple of κ of each region, and how far down it goes, in units of ε₀."""
        claims = [it.claim for it in self.regions]
        return ", ".join(f"{factor(it.multiple)}κ to {number(float(it.inner))}" for it in claims)

    def to_json(self) -> dict[str, Any]:
        """The certificates of the regions, whole."""
        return {"name": self.name, "regions": [it.document for it in self.regions]}


def levels(network: RegionClaim) -> tuple[tuple[Fraction, Fraction], ...]:
    """The multiple of κ and the lower end, over ε₀, of each band that is tried for ``network``."""
    if len(network.norms) == 1 < network.students:
        return (_ABOVE_THE_THEOREM,)
    return tuple((multiple, Fraction(1, 100 ** (k + 1))) for k, multiple in enumerate(MULTIPLES))


def bands(name: str, network: RegionClaim) -> Bands:
    """Prove the bound from ε₀ down to L = 0; ``network`` says for which networks.

    Raises :class:`NotProved`.
    """
    found: list[region.RegionResult] = []
    outer = Fraction(1)
    for multiple, inner in levels(network):
        claim = replace(network, multiple=multiple, inner=inner, outer=outer)
        made = region.certify(claim, budget=_BUDGET, all_below=True)
        if made.verdict != "CERTIFIED":
            raise NotProved(f"{name}: {made.document['statement']} is {made.verdict}")
        found.append(made)
        if reaches_zero(made):
            return Bands(name, tuple(found))
        outer = inner
    raise NotProved(f"{name}: not proved near L = 0")


def reaches_zero(made: region.RegionResult) -> bool:
    """Whether what is known below the region is enough for the exponent 3/4 there."""
    zero = made.document.get("zero", {})
    if "by" in zero:
        return True
    shell = Shell.of(replace(made.claim, multiple=Fraction(1)), float)
    slack = 1.0 - 1e-9  # for rounding; a checker takes intervals
    return "least" in zero and bool(
        2.0 * shell.inner <= slack * zero["least"] * zero["radius"] ** 2
        and shell.rate**4
        * (shell.level / float(made.claim.outer))
        * shell.inner
        * zero["most"] ** 2
        <= slack * 4.0 * zero["least"] ** 4
    )


NETWORKS: dict[str, RegionClaim] = {
    "one-one": RegionClaim(students=1),
    "one-two": RegionClaim(students=2),
    "one-three": RegionClaim(students=3),
    **{name: RegionClaim(norms, degrees) for name, (norms, degrees) in PAIRS.items()},
}
"""One teacher with one, two or three students, and the pairs of the brackets with two."""

BANDS: Catalogue[Bands] = Catalogue(
    "zgj.bands",
    "bands",
    {name: partial(bands, name, network) for name, network in NETWORKS.items()},
)
