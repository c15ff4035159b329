"""``lcnn-verify certify os.certified-descent``: prove, write, say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lcnn_verify import outputs
from lcnn_verify.cli.certify import FOLDER, keep, show
from lcnn_verify.cli.errors import ExitCode, failure
from lcnn_verify.cli.streams import print_json
from lcnn_verify.numerics.digits import number
from lcnn_verify.numerics.krawczyk import NotProved
from lcnn_verify.packs.oymak_soltanolkotabi import certifying
from lcnn_verify.packs.oymak_soltanolkotabi.certifying import CLAIM, Proof


def certify(
    path: Path, activation: str | None, out: Path | None, *, json: bool, quiet: bool
) -> int:
    """Try the certificate of a start; write it if it is proved. Exit code 1 if it is not."""
    problem = certifying.read(path, activation)
    target = out or Path(f"{FOLDER}/{CLAIM}.json")
    outputs.demand_file(target)
    result: dict[str, Any] = {"claim": CLAIM}
    failed, places = None, dict[str, str]()
    try:
        proof = certifying.prove(problem)
    except NotProved as error:
        result |= {"proved": False, "reason": str(error)}
        headline, facts = f"NOT PROVED: {error}", dict[str, str]()
    else:
        headline, facts = sentences(proof)
        result |= {name: getattr(proof, name) for name in Proof.__slots__ if name != "problem"}
        result["proved"] = proof.proved
        if proof.proved:
            failed = failure(lambda: places.update(keep(target, proof.to_json())))
            result |= {} if failed else {"file": str(target)}
    if json:
        print_json(result)
    elif not quiet:
        show(headline, {"claim": CLAIM, **facts}, places)
    if failed:
        raise failed
    return ExitCode.AS_WANTED if result["proved"] else ExitCode.NOT_AS_WANTED


def sentences(proof: Proof) -> tuple[str, dict[str, str]]:
    """What is proved of a start, or what it lacks: the headline, and numbers by name."""
    sizes = f"n = {proof.problem.n}, kd = {proof.problem.k * proof.problem.d}"
    certificate = f"α₀²/(16Λr₀) = {number(proof.certificate, 4)}"
    if not proof.proved:
        enough = f"with the same J it would have to be {number(proof.enough, 4)}"
        return (
            f"NOT PROVED: {certificate}, wanted 1 ({sizes})",
            {"‖r₀‖": f"{number(proof.residual, 4)}; {enough}"},
        )
    return (
        f"CERTIFIED: descent from this start converges geometrically ({sizes}, {certificate})",
        {
            "step": f"any η ≤ {number(proof.step, 6)}",
            "rate": f"at that step ‖r‖ shrinks by {number(proof.rate, 10)} or more each time",
            "radius": f"W stays within {number(proof.radius, 6)} of its start",
        },
    )
