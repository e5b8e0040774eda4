"""What native code writes to standard error, past Python's `sys.stderr`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STDERR = 2


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
