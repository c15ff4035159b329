"""The sabotage gallery: correct implementations, and wrong ones that the checks must catch.

A checker that has never failed anything proves nothing. Every mutant is the honest double sum with
one step done wrong; every mutant must be killed, every check must kill, no reference may fall.
"""
