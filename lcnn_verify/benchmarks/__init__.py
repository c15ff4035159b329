"""Speed, measured as ratios within one run: ours beside peers, limits, an older run."""
