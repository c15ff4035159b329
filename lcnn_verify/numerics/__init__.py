"""Tools that any paper's numerics may use: arrays, compiled code, balls, exact proofs.

Nothing here knows a network or a paper, and nothing here imports anything of ours but ``errors``
and ``processes``.
"""
