"""The gradient bound on regions of the plane, by branch and bound."""
