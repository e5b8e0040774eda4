"""Settings of TensorFlow that must be made before it is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STDERR = 2


def configure(threads: int | None = None) -> None:
    """Imports TensorFlow quietly and fixes how many threads one process computes with.

    `threads` None leaves the number to TensorFlow (one a core). Call it before anything else imports TensorFlow;
    variables that the user has set stay as they are.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with native_stderr_muted():
        import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # its advice on retracing is about a model trained once, not one after another
    if threads is not None:
        # Of NumPy and SciPy too: several processes whose matrices each want every core wait for one another.
        import scipy.linalg  # noqa: F401 - only what is loaded can be limited
        from threadpoolctl import threadpool_limits

        threadpool_limits(threads, user_api="blas")
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        # Branches of a small network side by side cost more in hand-over than they gain.
        tf.config.threading.set_inter_op_parallelism_threads(1)


@contextmanager
def native_stderr_muted() -> Iterator[None]:
    """Drops what native code writes to standard error: TensorFlow greets on import, before any setting can stop it."""
    sys.stderr.flush()
    kept = os.dup(STDERR)
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), STDERR)
            yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
