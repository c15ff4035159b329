"""Someone else's code in a process of its own.

``isolation`` asks and starts again, ``client`` holds one process, ``server`` is what runs in it.

Each process is a fresh Python, which costs about 0.2 s of processor time
(``lcnn-verify bench --only zgj.start`` says how much). A second server, which forks them
from a Python that has NumPy loaded, saves that and is 160 lines more to keep right. *Measured*,
side by side: ``lcnn-verify gallery mutants numpy_direct --jobs 1``, which starts hundreds, took
132 s of processor time without it and 104 s with it, 1.3 times as long; 2 would have been a reason.
"""
