"""The four arrays every source of data comes down to, before anything is split."""

from dataclasses import dataclass
from gzip import GzipFile
from typing import IO

import numpy as np
import numpy.typing as npt

from datasets.errors import DataError
from datasets.split import Images

# Everything is held in memory, several times over while training: more than this is a lying header or the wrong file.
MAX_BYTES = 4 * 2**30
_CHUNK = 2**20


@dataclass(frozen=True, eq=False)
class Arrays:
    """Training and test images as they came.

    Attributes:
        train_images: uint8 [N, H, W].
        train_labels: [N], any integer type.
        test_images: uint8 [M, H, W].
        test_labels: [M], any integer type.
        path: the file or folder they came from.
    """

    train_images: Images
    train_labels: npt.NDArray[np.integer]
    test_images: Images
    test_labels: npt.NDArray[np.integer]
    path: str


def checked_size(shape: tuple[int, ...], item_bytes: int, name: str) -> int:
    """The bytes an array of this shape takes, counted before anything is allocated.

    Raises:
        DataError: nothing at all, or more than `MAX_BYTES`.
    """
    if any(extent < 1 for extent in shape):
        raise DataError(f"at least one image in {name}", f"a header that announces {list(shape)}", "give a filled file")
    size = item_bytes
    for extent in shape:
        # Python integers: the product of a lying header does not overflow.
        size *= extent
    if size > MAX_BYTES:
        raise DataError(
            f"at most {MAX_BYTES // 2**30} GiB in {name}",
            f"a header that announces {list(shape)}, {size} bytes",
            "give an undamaged, smaller file",
        )
    return size


def read_bounded(content: IO[bytes] | GzipFile, size: int) -> bytearray:
    """At most `size` bytes, in chunks: memory grows with what is there, not with what a header announces."""
    values = bytearray()
    while len(values) < size:
        chunk = content.read(min(_CHUNK, size - len(values)))
        if not chunk:
            break
        values += chunk
    return values
