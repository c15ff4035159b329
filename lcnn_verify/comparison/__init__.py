"""Two reports side by side: what changed, what got worse, and what was expected to."""
