"""Speed and memory of HyprL beside other programs, measured on the machine at hand: `python -m bench`.

Importing it tells every library to use one thread, before the first of them is imported.
"""

from __future__ import annotations

import os

ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "POLARS_MAX_THREADS",
)
os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
