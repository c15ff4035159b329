"""Proofs by interval arithmetic, a folder for each kind: regions, critical points, descents, facts.

``prove`` makes a proof, ``check`` proves what its document says once more by other arithmetic.
"""
