"""The gradient bound with exponent 3/4, proved on bands of the loss that join."""
