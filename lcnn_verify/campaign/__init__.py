"""Running at size: plan → units → executor → journal, resumable."""
