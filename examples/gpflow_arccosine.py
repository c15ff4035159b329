"""GPflow's arc-cosine kernel of order 1 as the loss of a network of ReLU neurons.

Its value is twice E[σ(w·x)·σ(v·x)], so it is halved. It divides by the norms of its rows, so a zero
row is replaced by another, and its entries are masked. The gradient is TensorFlow's.
"""

from __future__ import annotations

from typing import Any

import gpflow
import tensorflow as tf

KERNEL = gpflow.kernels.ArcCosine(order=1, bias_variance=1e-300)  # it may be small, not 0


class Loss:
    """The loss ½‖Σ_i σ(w_i·x) − Σ_j σ(v_j·x)‖² over Gaussian inputs x."""

    model = "unit-relu"

    def loss(self, W: Any, V: Any) -> float:
        """The loss, for W (m, d) and V (r, d)."""
        return float(population_loss(tf.constant(W), tf.constant(V)))

    def loss_and_gradient(self, W: Any, V: Any) -> tuple[float, Any]:
        """The loss and its gradient with respect to W, (m, d)."""
        W = tf.constant(W)
        with tf.GradientTape() as tape:
            tape.watch(W)
            value = population_loss(W, tf.constant(V))
        return float(value), tape.gradient(value, W).numpy()


def population_loss(W: Any, V: Any) -> Any:
    """½ Σ_ij s_i s_j E[σ(x_i·z)·σ(x_j·z)], the rows x those of W and V, with signs s = ±1."""
    rows = tf.concat((W, V), axis=0)
    alive = tf.reduce_any(rows != 0.0, axis=1)
    gram = KERNEL.K(tf.where(alive[:, None], rows, 1.0)) / 2.0
    gram = tf.where(alive[:, None] & alive[None, :], gram, 0.0)
    signs = tf.concat((tf.ones_like(W[:, 0]), -tf.ones_like(V[:, 0])), axis=0)
    return 0.5 * tf.tensordot(signs, tf.linalg.matvec(gram, signs), 1)
