"""The loss as it stands in a textbook, differentiated by JAX as it stands."""

import math

import jax
import jax.numpy as jnp

dtype = "float64"


@jax.jit
def loss(W, V):
    rows = jnp.concatenate((W, V))
    signs = jnp.array([1.0] * len(W) + [-1.0] * len(V))
    norms = jnp.sqrt(jnp.sum(rows**2, axis=1))
    rho = jnp.clip((rows @ rows.T) / jnp.outer(norms, norms), -1.0, 1.0)
    k = (2.0 / math.pi) * (jnp.sqrt(1.0 - rho**2) + rho * jnp.arcsin(rho))
    charges = signs * norms**2
    return 0.5 * charges @ k @ charges


gradient = jax.jit(jax.grad(loss))
