"""The claims, and where their properties and numerics are. Imports no numerics."""

from pathlib import Path

from lcnn_verify.ledger import Claim, Kind, Provenance, Source
from lcnn_verify.packs import Group, Pack

_HERE = Path(__file__).parent
SOURCE = Source("Hardy, Littlewood and Pólya, Inequalities (1934)", "Theorem 9")

CLAIMS = (
    Claim(
        id="mypaper.means",
        title="The geometric mean is at most the arithmetic mean",
        statement="(x₁⋯xₙ)^{1/n} ≤ (x₁ + ⋯ + xₙ)/n for all positive numbers x₁, …, xₙ.",
        kind=Kind.UPPER,
        provenance=(Provenance.DERIVED,),
        source=SOURCE,
    ),
    Claim(
        id="mypaper.control.harmonic",
        title="The geometric mean is at most the harmonic mean",
        statement="(x₁⋯xₙ)^{1/n} ≤ n/(1/x₁ + ⋯ + 1/xₙ) for all positive numbers x₁, …, xₙ.",
        kind=Kind.CONTROL,
        provenance=(Provenance.DERIVED,),
        source=SOURCE,
        refutation="At 1 and 2 the geometric mean is √2, and the harmonic mean is 4/3.",
    ),
)

PACK = Pack(
    key="mypaper",
    title="The means of positive numbers",
    source=SOURCE,
    claims=CLAIMS,
    properties=_HERE / "properties",
    sources=_HERE,
    distribution="mypaper",
    introduction="The statements are the source's theorem and a tempting error beside it.",
    groups={"mypaper.control": Group("Controls", "False statements that must be refuted.")},
    hooks="mypaper.hooks:HOOKS",
)
