"""Gradient descent from named starts, enclosed at every step."""
