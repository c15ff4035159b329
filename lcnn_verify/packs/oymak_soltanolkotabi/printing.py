"""``lcnn-verify certify os.certified-descent``: prove, write, say it."""

from __future__ import annotations

from pathlib import Path

from lcnn_verify import outputs
from lcnn_verify.cli.errors import ExitCode
from lcnn_verify.cli.streams import print_json, tell
from lcnn_verify.evidence import documents
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.oymak_soltanolkotabi import certifying
from lcnn_verify.packs.oymak_soltanolkotabi.certifying import CLAIM, Proof


def certify(
    path: Path, activation: str | None, out: Path | None, *, json: bool, quiet: bool
) -> int:
    """Try the certificate of a start; write it if it is proved. Exit code 1 if it is not."""
    problem = certifying.read(path, activation)
    target = out or Path(f"reports/certificates/{CLAIM}.json")
    outputs.demand_file(target)
    try:
        proof = certifying.prove(problem)
    except NotProved as error:
        return _said({"proved": False, "reason": str(error)}, f"NOT PROVED: {error}", json, quiet)
    result = {name: getattr(proof, name) for name in Proof.__slots__ if name != "problem"}
    result["proved"] = proof.proved
    if proof.proved:
        documents.write(target, proof.to_json())
        result["file"] = str(target)
    return _said(result, sentences(proof, target), json, quiet)


def sentences(proof: Proof, target: Path) -> str:
    """What is proved of a start, or what it lacks."""
    sizes = f"n = {proof.problem.n}, kd = {proof.problem.k * proof.problem.d}"
    certificate = f"α₀²/(16Λr₀) = {number(proof.certificate, 4)}"
    if not proof.proved:
        return (
            f"NOT PROVED: {certificate}, wanted 1 ({sizes}). ‖r₀‖ is {number(proof.residual, 4)}; "
            f"with the same J it would have to be {number(proof.enough, 4)}."
        )
    return (
        f"CERTIFIED: descent from this start converges geometrically ({sizes}, {certificate}).\n"
        f"step: any η ≤ {number(proof.step, 6)}\n"
        f"rate: at that step ‖r‖ shrinks by {number(proof.rate, 10)} or more each time\n"
        f"radius: W stays within {number(proof.radius, 6)} of its start\n"
        f"certificate: {target}"
    )


def _said(result: dict[str, object], text: str, json: bool, quiet: bool) -> int:
    if json:
        print_json({"claim": CLAIM, **result})
    elif not quiet:
        tell(text)
    return ExitCode.AS_WANTED if result["proved"] else ExitCode.NOT_AS_WANTED
