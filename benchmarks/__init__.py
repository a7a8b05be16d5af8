"""What is fast here, measured: `python -m benchmarks` prints one table, a module per workload.

Times drift from run to run, so whatever is compared is interleaved in one run, and where a limit is a ratio
the ratio is taken between neighbors.
"""

import os

# Numpy reads this when it is loaded: matrices this small are slowed down by a second thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
