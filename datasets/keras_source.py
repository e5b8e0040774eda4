"""MNIST as Keras keeps it: its cache on disk, and its own download."""

import contextlib
import http.client
import os
import socket
import sys
from pathlib import Path

import numpy as np

from datasets.arrays import Arrays
from datasets.native_stderr import native_stderr_muted

_TIMEOUT_SECONDS = 30.0


class DownloadError(Exception):
    """Keras could not download MNIST; the text is the reason it gave."""


def cached_file() -> Path:
    """Where Keras keeps MNIST, whether or not it is there: `KERAS_HOME`, else `~/.keras`, as Keras itself decides."""
    home = os.environ.get("KERAS_HOME")
    if home is None:
        user = Path.home()
        home = str((user if os.access(user, os.W_OK) else Path("/tmp")) / ".keras")
    return Path(home) / "datasets" / "mnist.npz"


def download() -> Arrays:
    """Lets Keras download MNIST into its cache. Imports Keras; its progress goes to stderr.

    Raises:
        DownloadError: no network, or no MNIST at the other end.
    """
    with native_stderr_muted():
        import keras

    before = socket.getdefaulttimeout()
    # Keras sets no timeout of its own: behind a firewall that drops packets it would wait for minutes.
    socket.setdefaulttimeout(_TIMEOUT_SECONDS)
    try:
        # stdout belongs to the results of a command.
        with contextlib.redirect_stdout(sys.stderr):
            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as failure:
        # Keras raises a bare Exception where the network fails; anything more specific is not a failed download.
        if type(failure) is Exception or isinstance(failure, (OSError, http.client.HTTPException, ValueError)):
            raise DownloadError(str(failure)) from failure
        raise
    finally:
        socket.setdefaulttimeout(before)
    return Arrays(np.asarray(x_train), np.asarray(y_train), np.asarray(x_test), np.asarray(y_test), "Keras' download")
