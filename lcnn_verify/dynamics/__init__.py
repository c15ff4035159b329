"""Training on the population loss: gradient descent and gradient flow, and what a run leaves."""

from lcnn_verify.dynamics.descent import gradient_descent
from lcnn_verify.dynamics.flow import gradient_flow
from lcnn_verify.dynamics.trajectory import StopReason, Trajectory

__all__ = ["StopReason", "Trajectory", "gradient_descent", "gradient_flow"]
