"""The population loss in JAX, its gradient by reverse-mode differentiation, compiled.

Differentiating the textbook formula fails on the diagonal: √(1 − ρ²) has no derivative at ρ = 1.
With φ = asin ρ the kernel is k = (2/π)·max_φ (cos φ + ρφ), so by the envelope theorem φ, and
cos φ = √(1 − ρ²), may be held fixed: dk/dρ = (2/π)·φ comes out exactly, with nothing to cancel.
The same care for norms: a zero row is replaced before the square root is differentiated.

Shapes are padded with zero neurons and zero coordinates, which changes nothing in the sums, so that
few shapes are compiled.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lcnn_verify.packs.zgj.gallery.references import Differentiated

jax.config.update("jax_enable_x64", True)  # else float64 arrays become float32 without a word


def _norms_and_units(rows: Any) -> tuple[Any, Any]:
    """‖row‖ (n,) and directions (n, d), differentiable at zero rows too."""
    alive = jnp.any(rows != 0.0, axis=1, keepdims=True)
    norms = jnp.sqrt(jnp.sum(jnp.where(alive, rows, 1.0) ** 2, axis=1, keepdims=True))
    return jnp.where(alive, norms, 0.0)[:, 0], jnp.where(alive, rows / norms, 0.0)


def _kernel(rho: Any) -> Any:
    """k(ρ) = (2/π)(√(1 − ρ²) + ρφ) at φ = asin ρ, both held fixed."""
    held = jax.lax.stop_gradient(jnp.clip(rho, -1.0, 1.0))
    return (2.0 / jnp.pi) * (jnp.sqrt((1.0 - held) * (1.0 + held)) + rho * jnp.arcsin(held))


@partial(jax.jit, static_argnames="power")
@partial(jax.value_and_grad)
def _value_and_gradient(W: Any, V: Any, power: int) -> Any:
    """½·Σ_ab c_a c_b q_a q_b k(ρ_ab) and its derivative by W."""
    rows = jnp.concatenate((W, V))
    signs = jnp.concatenate((jnp.ones(len(W), W.dtype), -jnp.ones(len(V), V.dtype)))
    norms, units = _norms_and_units(rows)
    charges = signs * norms**power
    return 0.5 * charges @ _kernel(units @ units.T) @ charges


def _padded(rows: Any) -> Any:
    """``rows`` with zeros below and to the right; in NumPy, for JAX would compile it by shape."""
    padded = np.zeros([8 if size <= 8 else size + -size % 64 for size in rows.shape], rows.dtype)
    padded[: rows.shape[0], : rows.shape[1]] = rows
    return padded


class JaxAutodiff(Differentiated):
    """jax.grad of a formula that can be differentiated everywhere, compiled, float64."""

    arrays = "jax"

    def loss_and_gradient(self, W: Any, V: Any) -> tuple[Any, Any]:
        """Both, from one forward and one backward pass."""
        value, rows = _value_and_gradient(_padded(W), _padded(V), self.model.mass_power)
        return value, jnp.asarray(np.asarray(rows)[: W.shape[0], : W.shape[1]])


class JaxAutodiff32(JaxAutodiff):
    """jax.grad of the same formula in float32."""

    dtype = "float32"
