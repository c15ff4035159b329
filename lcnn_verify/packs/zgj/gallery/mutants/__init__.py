"""Deliberately wrong implementations, by topic: the honest double sum with one step done wrong.

The first line of each docstring says what is wrong, and goes into the kill matrix.
"""
