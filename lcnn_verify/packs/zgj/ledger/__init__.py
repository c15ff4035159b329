"""The claims: the paper's, the exact facts and forms, the controls, the checks."""
