"""Settings of TensorFlow that must be made before it is imported."""

from __future__ import annotations

import os


def configure(threads: int | None = None) -> None:
    """Quiets TensorFlow's own logs and fixes how many threads one process computes with.

    `threads` None leaves the number to TensorFlow (one a core). Call it before anything imports TensorFlow; variables
    that the user has set stay as they are.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import tensorflow as tf

    if threads is not None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        # Branches of a small network side by side cost more in hand-over than they gain.
        tf.config.threading.set_inter_op_parallelism_threads(1)
