"""The infinite-width kernel of a layer of |·| from neural-tangents, as the loss of a network.

The library averages over the dimension d, so its kernel is multiplied by d. The gradient is JAX's.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from neural_tangents import stax

jax.config.update("jax_enable_x64", True)
_, _, KERNEL = stax.serial(stax.Dense(1), stax.Abs())  # Abs wants what is Gaussian


def population_loss(W: Any, V: Any) -> Any:
    """½ Σ_ij s_i s_j E[|x_i·z|·|x_j·z|], the rows x those of W and V, with signs s = ±1."""
    rows = jnp.concatenate((W, V))
    gram = rows.shape[1] * KERNEL(rows, None, "nngp")
    signs = jnp.concatenate((jnp.ones(len(W)), -jnp.ones(len(V))))
    return 0.5 * signs @ gram @ signs


class Loss:
    """The loss ½‖Σ_i |w_i·x| − Σ_j |v_j·x|‖² over Gaussian inputs x."""

    model = "unit-abs"
    dtype = "float64"
    loss = staticmethod(jax.jit(population_loss))
    gradient = staticmethod(jax.jit(jax.grad(population_loss)))
