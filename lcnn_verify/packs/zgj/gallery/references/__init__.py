"""Correct implementations, each on a route of its own: none may fail any check."""
