"""Someone else's implementation of the population loss and its gradient, under test."""
