"""Theory vectors: inputs and high-precision values that a program in any language can be held to."""
