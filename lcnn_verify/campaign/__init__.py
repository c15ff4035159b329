"""Running at size: plan → units → executor → journal, resumable (DESIGN, "Running at size")."""
