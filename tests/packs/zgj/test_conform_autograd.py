"""The classic failure: autograd through √(1 − ρ²) on the diagonal is named as such."""

import importlib.util
import textwrap

import pytest

from lcnn_verify.packs.zgj.conformance.run import conform

PROGRAMS = {
    "jax": """
        import jax, jax.numpy as jnp

        dtype, arrays = "float64", "jax"

        def loss(W, V):
            rows = jnp.concatenate((W, V))
            norms = jnp.sqrt(jnp.sum(rows**2, axis=1))
            units = rows / norms[:, None]
            rho = jnp.clip(units @ units.T, -1.0, 1.0)
            kernel = 2 / jnp.pi * (jnp.sqrt(1 - rho**2) + rho * jnp.arcsin(rho))
            charges = jnp.where(jnp.arange(len(rows)) < len(W), 1.0, -1.0) * norms**2
            return 0.5 * charges @ kernel @ charges

        gradient = jax.grad(loss)
        """,
    "torch": """
        import math, torch

        arrays = "torch"

        def loss(W, V):
            rows = torch.cat((W, V))
            norms = rows.norm(dim=1)
            units = rows / norms[:, None]
            rho = (units @ units.T).clamp(-1.0, 1.0)
            kernel = 2 / math.pi * (torch.sqrt(1 - rho**2) + rho * torch.asin(rho))
            charges = torch.where(torch.arange(len(rows)) < len(W), 1.0, -1.0) * norms**2
            return 0.5 * charges @ kernel @ charges

        def gradient(W, V):
            W = W.clone().requires_grad_()
            return torch.autograd.grad(loss(W, V), W)[0]
        """,
}


@pytest.mark.parametrize("framework", PROGRAMS)
def test_autograd_through_the_diagonal_is_named(framework, tmp_path):
    if importlib.util.find_spec(framework) is None:
        pytest.skip(f"{framework} is not installed")
    program = tmp_path / "plain.py"
    program.write_text(textwrap.dedent(PROGRAMS[framework]))
    # JAX compiles each shape anew, seconds for each check.
    checks = ("gradient-values", "degenerate")[: 1 if framework == "jax" else 2]
    report = conform(str(program), checks=checks, jobs=2, out=tmp_path / "out")
    assert report.exit_code == 1
    for entry in report.data["claims"]:
        assert "only the diagonal, ρ_ii = 1, is special" in entry["reason"], entry["reason"]
        assert "differentiating √(1 − ρ²) there gives 0·∞" in entry["reason"]
    page = (tmp_path / "out" / "index.html").read_text()
    assert "returned a value that is not finite" in page
    assert "where only the diagonal" in page
