"""Reads `.npz` files as Keras keeps them: x_train, y_train, x_test, y_test.

Nothing is ever unpickled. Each array's header is checked before its values are read, so that a file of the wrong kind
or with a lying header costs one line and no memory. Source of the format: `numpy.lib.format`.
"""

import io
import lzma
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from datasets.arrays import Arrays, checked_size, read_bounded
from datasets.errors import DataError

_HEADER_BYTES = 2**14
_HEADER_READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_KEYS = ("x_train", "y_train", "x_test", "y_test")
_SAVE = "save it with numpy.savez(path, x_train=..., y_train=..., x_test=..., y_test=...)"
# What zipfile and its decompressors raise for a damaged, encrypted or exotic archive.
_ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)
# What numpy.lib.format raises for a damaged header; the first five come from ast.literal_eval, which it uses.
_HEADER_DAMAGE = (
    ValueError,
    TypeError,
    SyntaxError,
    MemoryError,
    RecursionError,
    IndexError,
    OverflowError,
    tokenize.TokenError,
)


def read_npz(path: Path) -> Arrays:
    """Reads the four arrays of one `.npz` file.

    Args:
        path: the file, with x_train and x_test as uint8 [N, H, W] or [N, H, W, 1] and y_train and y_test as [N] of any
            integer type.

    Returns:
        The four arrays, images as [N, H, W].

    Raises:
        DataError: not readable, not a zip archive or a damaged one, an array missing, of another type (Python objects
            above all) or shape, or with fewer or more bytes than its header says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            missing = [key for key in _KEYS if f"{key}.npy" not in archive.namelist()]
            if missing:
                found = ", ".join(sorted(archive.namelist())[:8]) or "an empty archive"
                raise DataError(f"{', '.join(missing)} in {path}", found, _SAVE)
            return Arrays(
                _images(archive, "x_train", path),
                _labels(archive, "y_train", path),
                _images(archive, "x_test", path),
                _labels(archive, "y_test", path),
                str(path),
            )
    except _ZIP_DAMAGE as damage:
        raise DataError(f"an undamaged .npz file in {path}", str(damage) or type(damage).__name__, _SAVE) from damage
    except OSError as failure:
        raise DataError(f"a readable file {path}", str(failure), "check the file and its permissions") from failure


def _images(archive: zipfile.ZipFile, key: str, path: Path) -> npt.NDArray[np.uint8]:
    with archive.open(f"{key}.npy") as member:
        shape, fortran_order, dtype = _header(member, key, path)
        if dtype != np.uint8 or not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 1)):
            raise DataError(
                f"{key} in {path} as uint8 [N, H, W]", f"{dtype} {list(shape)}", "convert it to grey values 0 .. 255"
            )
        return _values(member, shape, fortran_order, np.dtype(np.uint8), f"{key} in {path}").reshape(shape[:3])


def _labels(archive: zipfile.ZipFile, key: str, path: Path) -> npt.NDArray[np.integer]:
    with archive.open(f"{key}.npy") as member:
        shape, fortran_order, dtype = _header(member, key, path)
        if dtype.kind not in "iu" or len(shape) != 1:
            raise DataError(
                f"{key} in {path} as integers [N]", f"{dtype} {list(shape)}", "convert it to class numbers from 0"
            )
        return _values(member, shape, fortran_order, dtype, f"{key} in {path}")


def _header(member: IO[bytes], key: str, path: Path) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    # NumPy reads as much header as the file announces; it gets no more to read than a sound header can have.
    start = io.BytesIO(member.read(_HEADER_BYTES))
    try:
        version = np.lib.format.read_magic(start)
        if version in _HEADER_READERS:
            header = _HEADER_READERS[version](start)
            member.seek(start.tell())
            return header
    except _HEADER_DAMAGE as damage:
        raise DataError(f"a NumPy array {key} in {path}", str(damage) or type(damage).__name__, _SAVE) from damage
    raise DataError(f"{key} in {path} in version 1.0 or 2.0 of the format", f"version {version}", _SAVE)


def _values(
    member: IO[bytes], shape: tuple[int, ...], fortran_order: bool, dtype: np.dtype[np.generic], name: str
) -> npt.NDArray[Any]:
    size = checked_size(shape, dtype.itemsize, name)
    content = read_bounded(member, size)
    if len(content) < size or member.read(1):
        came = f"{len(content)}" if len(content) < size else "more"
        raise DataError(f"{size} bytes of {name}, as its header says", came, _SAVE)
    flat = np.frombuffer(content, dtype)
    return np.ascontiguousarray(flat.reshape(shape, order="F" if fortran_order else "C"))
