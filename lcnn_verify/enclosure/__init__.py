"""Rigorous enclosures of the loss, its derivatives and the thresholds, as Arb balls."""
