"""The best threshold of a gradient bound, bracketed: no critical point below, one just above."""
