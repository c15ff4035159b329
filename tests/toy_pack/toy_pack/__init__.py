"""Partitions of integers: three claims, and a sentence none can test. Imports no numerics."""

from pathlib import Path

from lcnn_verify.ledger import Assumption, Claim, Constant, Kind, Provenance, Source, Study, Whose
from lcnn_verify.packs import Group, Pack

_HERE = Path(__file__).parent
_EULER = Source("Euler, Introductio in analysin infinitorum (1748)", "chapter 16")

CLAIMS = (
    Claim(
        id="toy.growth",
        title="Partitions grow like an exponential of the root",
        statement="p(n) ≤ e^{π√(2n/3)} for the number p(n) of partitions of every n ≥ 1.",
        kind=Kind.UPPER,
        provenance=(Provenance.DERIVED,),
        source=Source("Textbooks on partitions", "growth of p(n)"),
        constants=(Constant("c", "π√(2/3)", Whose.SOURCE, "proved, and the best that will do"),),
        assumes_nothing="it is about every n",
    ),
    Claim(
        id="toy.euler",
        title="As many partitions into odd as into distinct parts",
        statement="Every n from 1 to 200 has as many partitions into odd as into distinct parts.",
        kind=Kind.IDENTITY,
        provenance=(Provenance.DERIVED,),
        source=_EULER,
        constants=(Constant("largest n", "200", Whose.OURS, "a budget: the identity has no end"),),
        assumes=(
            Assumption("odd-parts", "the parts on the left are odd", "any parts"),
            Assumption(
                "counting",
                "there are as many",
                "conjugation pairs them",
                refuted_by="toy.control.conjugate",
            ),
        ),
    ),
    Claim(
        id="toy.worth",
        title="The theorem is worth knowing",
        statement="Euler's theorem has many fruitful consequences.",
        kind=Kind.EXISTENCE,
        provenance=(Provenance.READING,),
        source=_EULER,
        not_testable="it speaks of what mathematicians did with the theorem",
    ),
    Claim(
        id="toy.study.slack",
        title="The bound on partitions loses no more than a factor near 4n√3",
        statement="0.85 ≤ 4n√3·p(n)/e^{π√(2n/3)} ≤ 1 for every n from 10 to 400.",
        kind=Kind.RATE,
        provenance=(Provenance.MEASURED,),
        source=Source("Textbooks on partitions", "Hardy and Ramanujan's formula"),
        constants=(Constant("0.85", "0.85", Whose.OURS, "0.873 at n = 10, and rising"),),
        study=Study(
            question="How much does the bound on p(n) lose?",
            method="The quotient for every n up to 100, or up to 400 in full size.",
            limits="It is counted, and proved of no other n.",
        ),
    ),
    Claim(
        id="toy.control.conjugate",
        title="Conjugation proves Euler's theorem",
        statement="The conjugate of a partition into odd parts is one into distinct parts.",
        kind=Kind.CONTROL,
        provenance=(Provenance.DERIVED,),
        source=_EULER,
        refutation="The one part of 3 = 3 is odd; the conjugate, 3 = 1 + 1 + 1, repeats its part.",
    ),
)

PACK = Pack(
    key="toy",
    title="Partitions of integers",
    source=_EULER,
    claims=CLAIMS,
    properties=_HERE / "properties",
    sources=_HERE,
    distribution="toy-pack",
    introduction="Euler says it of every n; we count up to 200.",
    glossary={"p(n)": "the number of partitions of n", "conjugate": "columns read as rows"},
    groups={
        "toy.study": Group("Studies"),
        "toy.control": Group("Tempting errors", "False statements that must be refuted."),
    },
    hooks="toy_pack.hooks:HOOKS",
    commands="toy_pack.commands:commands",
    certifiers="toy_pack.commands:certifiers",
)
