"""Proofs by interval arithmetic, and the checker that believes none of them unseen."""
