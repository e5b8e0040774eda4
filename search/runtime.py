"""Settings of TensorFlow that must be made before it is imported."""

from __future__ import annotations

import os

from datasets.native_stderr import native_stderr_muted


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
