"""Reads IDX files, the format MNIST is published in.

Source of the format: http://yann.lecun.com/exdb/mnist/, "the IDX file format": two zero bytes, a byte for the type
(0x08: unsigned byte), a byte for the number of dimensions, each dimension as a big-endian 32-bit number, the values.
"""

import gzip
import hashlib
import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from datasets.arrays import checked_size, read_bounded
from datasets.errors import DataError

_UNSIGNED_BYTE = 0x08
_GZIP_MAGIC = b"\x1f\x8b"
_REPLACE = "replace the file with an undamaged copy"


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Reads one IDX file of unsigned bytes, gzip-compressed or plain (told apart by content, not by name).

    Args:
        path: the file.
        dimensions: how many it must have: 3 for images [N, H, W], 1 for labels [N].

    Returns:
        uint8 with that many dimensions.

    Raises:
        DataError: not readable, not IDX, another type or number of dimensions, shorter or longer than its header
            says, or damaged compression.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            if not compressed:
                return _read(file, path, dimensions)
            with gzip.GzipFile(fileobj=file) as content:
                return _read(content, path, dimensions)
    except (EOFError, zlib.error, gzip.BadGzipFile) as damage:
        raise DataError(f"whole gzip data in {path}", str(damage), _REPLACE) from damage
    except OSError as failure:
        raise DataError(f"a readable file {path}", str(failure), "check the file and its permissions") from failure


def sha256_as_idx(array: npt.NDArray[np.uint8]) -> str:
    """SHA-256 (hexadecimal) of the uncompressed IDX file that holds `array`, wherever the array came from."""
    digest = hashlib.sha256(idx_header(array.shape))
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def idx_header(shape: tuple[int, ...]) -> bytes:
    """The bytes in front of the values in an IDX file of unsigned bytes of this shape."""
    return struct.pack(f">HBB{len(shape)}I", 0, _UNSIGNED_BYTE, len(shape), *shape)


def _read(content: IO[bytes] | gzip.GzipFile, path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    magic = content.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        raise DataError(
            f"an IDX file in {path}, beginning with 0000", magic.hex() or "an empty file", "give the MNIST-style file"
        )
    if magic[2] != _UNSIGNED_BYTE:
        raise DataError(
            f"IDX values of type 0x08 (uint8) in {path}", f"type 0x{magic[2]:02x}", "store the values as unsigned bytes"
        )
    if magic[3] != dimensions:
        raise DataError(
            f"an IDX file of {dimensions} dimensions in {path}",
            f"{magic[3]}",
            "check that image and label files are not exchanged",
        )
    sizes = content.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise DataError(f"{dimensions} dimensions in the header of {path}", "the end of the file", _REPLACE)
    shape = struct.unpack(f">{dimensions}I", sizes)
    size = checked_size(shape, 1, str(path))
    values = read_bounded(content, size)
    if len(values) < size:
        raise DataError(f"{size} values in {path}, as its header says", f"{len(values)}", _REPLACE)
    # This read also brings a gzip stream to its end, where its checksum is compared.
    if content.read(1):
        raise DataError(f"{size} values in {path}, as its header says", "more bytes after them", _REPLACE)
    return np.frombuffer(values, np.uint8).reshape(shape)
