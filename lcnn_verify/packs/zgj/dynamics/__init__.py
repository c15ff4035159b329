"""Training on the population loss: gradient descent and gradient flow, and what a run leaves."""

from lcnn_verify.numerics.trajectory import StopReason, Trajectory
from lcnn_verify.packs.zgj.dynamics.training import (
    gradient_descent,
    gradient_descents,
    gradient_flow,
)

__all__ = ["StopReason", "Trajectory", "gradient_descent", "gradient_descents", "gradient_flow"]
