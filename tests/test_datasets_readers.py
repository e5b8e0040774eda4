"""The readers of IDX and .npz: what they read, and that nothing else gets through or escapes as another exception."""

import gzip
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from datasets.arrays import Arrays
from datasets.errors import DataError
from datasets.idx import idx_header, read_idx
from datasets.npz import read_npz
from tests.conftest import assert_one_line

# One file is written again and again; the fixture's lifetime does not matter.
one_file = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
IMAGES = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=3, max_dims=3, max_side=6))
X = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
Y = np.array([0, 1, 1], np.uint8)
GOOD = idx_header(X.shape) + X.tobytes()


def npz_bytes(**arrays: npt.NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    whole: dict[str, npt.NDArray[Any]] = {"x_train": X, "y_train": Y, "x_test": X, "y_test": Y} | arrays
    np.savez_compressed(buffer, allow_pickle=True, **whole)
    return buffer.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def npy(header: str, content: bytes = b"", version: bytes = b"\1\0") -> bytes:
    text = header.encode()
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + content


def npz_with_content(content: bytes) -> bytes:
    return zipped({"x_train.npy": content, "y_train.npy": b"", "x_test.npy": b"", "y_test.npy": b""})


def npz_with_header(header: str, content: bytes = b"", version: bytes = b"\1\0") -> bytes:
    return npz_with_content(npy(header, content, version))


@one_file
@given(IMAGES, st.booleans())
def test_idx_gives_back_what_was_written(tmp_path: Path, images: npt.NDArray[np.uint8], compressed: bool) -> None:
    content = idx_header(images.shape) + images.tobytes()
    file = tmp_path / "any-name"
    file.write_bytes(gzip.compress(content, 1) if compressed else content)
    assert np.array_equal(read_idx(file, 3), images)


@one_file
@given(IMAGES, IMAGES, st.sampled_from([np.uint8, np.int32, np.int64, np.dtype(">i2")]), st.booleans())
def test_npz_gives_back_what_was_written(
    tmp_path: Path, train: npt.NDArray[np.uint8], test: npt.NDArray[np.uint8], labels_as: type, fortran: bool
) -> None:
    labels: npt.NDArray[Any] = np.arange(len(train)).astype(labels_as)
    file = tmp_path / "any-name"
    x_train = np.asfortranarray(train) if fortran else train
    file.write_bytes(npz_bytes(x_train=x_train, y_train=labels, x_test=test[..., np.newaxis]))
    arrays = read_npz(file)
    assert np.array_equal(arrays.train_images, train)
    assert np.array_equal(arrays.train_labels, labels)
    assert np.array_equal(arrays.test_images, test)


def images_idx(file: Path) -> npt.NDArray[np.uint8]:
    return read_idx(file, 3)


Reader = Callable[[Path], npt.NDArray[np.uint8] | Arrays]
BOTH: list[Reader] = [images_idx, read_npz]
STARTS = st.sampled_from([b"", b"\x1f\x8b", b"\0\0\x08\3", b"PK\3\4", b"PK\5\6"])


@pytest.mark.parametrize("read", BOTH)
def test_arbitrary_bytes_give_a_data_error(read: Reader, tmp_path: Path) -> None:
    @one_file
    @given(STARTS, st.binary(max_size=200))
    def law(start: bytes, rest: bytes) -> None:
        must_read_or_say_why(read, tmp_path / "file", start + rest)

    law()


@pytest.mark.parametrize(
    ("read", "good"),
    [(images_idx, GOOD), (images_idx, gzip.compress(GOOD)), (read_npz, npz_bytes())],
    ids=["idx", "idx.gz", "npz"],
)
def test_a_damaged_file_is_read_or_gives_a_data_error(read: Reader, good: bytes, tmp_path: Path) -> None:
    @one_file
    @given(st.integers(0, len(good)), st.integers(0, 4), st.binary(max_size=4))
    def law(at: int, removed: int, put: bytes) -> None:
        must_read_or_say_why(read, tmp_path / "file", good[:at] + put + good[at + removed :])

    law()


@one_file
@given(st.text(st.sampled_from("{}[]()'|u1<f8:, \n-0Bdescrfortran_orderFalseshape"), max_size=80))
@example("[" * 9_000)
@example("-" * 9_000 + "1")
@example("(" * 150 + ")" * 150)
@example("{'descr': (), 'fortran_order': False, 'shape': (1, 1, 1)}")
@example("{'descr': 'V99999999999999999999', 'fortran_order': False, 'shape': (1, 1, 1)}")
@example("{'descr': [1], 'fortran_order': False, 'shape': (1, 1, 1)}")
@example("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, -1, 1)}")
@example("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 99999999999999999999, 9)}")
@example("{'descr': {}, 'fortran_order': False, 'shape': (1, 1, 1)}")
@example("{[]: 1}")
def test_an_arbitrary_array_header_gives_a_data_error(tmp_path: Path, header: str) -> None:
    must_read_or_say_why(read_npz, tmp_path / "file", npz_with_header(header))


def must_read_or_say_why(read: Reader, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        read(file)
    except DataError as error:
        assert_one_line(error, [str(file)])


IDX_FAULTS = {
    "empty": (b"", ["beginning with 0000", "got an empty file", "give"]),
    "not idx": (b"hello", ["beginning with 0000", "got 68656c6c", "give"]),
    "floats": (b"\0\0\x0d\3", ["type 0x08", "got type 0x0d", "store the values"]),
    "labels for images": (idx_header((3,)) + Y.tobytes(), ["3 dimensions", "got 1", "not exchanged"]),
    "header cut": (GOOD[:9], ["3 dimensions in the header", "got the end of the file", "replace"]),
    "values cut": (GOOD[:-5], ["48 values", "got 43", "replace"]),
    "too long": (GOOD + b"\0", ["48 values", "got more bytes", "replace"]),
    "nothing in it": (idx_header((0, 4, 4)), ["at least one image", "[0, 4, 4]", "give"]),
    "absurd": (b"\0\0\x08\3" + b"\xff" * 12, ["at most 4 GiB", "[4294967295, 4294967295, 4294967295]", "give"]),
    "gzip cut": (gzip.compress(GOOD)[:-9], ["whole gzip data", "got Compressed file ended", "replace"]),
    "gzip checksum": (gzip.compress(GOOD)[:-8] + b"\0" * 8, ["whole gzip data", "got CRC check failed", "replace"]),
    "gzip tail": (gzip.compress(GOOD) + b"tail", ["whole gzip data", "got Not a gzipped file", "replace"]),
    "gzip too long": (gzip.compress(GOOD + b"\0"), ["48 values", "got more bytes", "replace"]),
}


@pytest.mark.parametrize("fault", IDX_FAULTS)
def test_a_wrong_idx_file_says_what_is_wrong(fault: str, tmp_path: Path) -> None:
    content, said = IDX_FAULTS[fault]
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError) as error:
        read_idx(tmp_path / "file", 3)
    assert_one_line(error.value, [str(tmp_path / "file"), *said])


U1 = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2)}"
NPZ_FAULTS = {
    "not a zip": (b"hello", ["undamaged .npz", "got File is not a zip file", "numpy.savez"]),
    "cut": (npz_bytes()[:-30], ["undamaged .npz", "got File is not a zip file", "numpy.savez"]),
    "empty": (zipped({}), ["x_train, y_train, x_test, y_test in", "got an empty archive", "numpy.savez"]),
    "keys missing": (
        zipped({"x.npy": b"", "y_test.npy": b""}),
        ["x_train, y_train, x_test in", "got x.npy, y_test.npy"],
    ),
    "floats": (npz_bytes(x_test=X / 255), ["x_test", "uint8 [N, H, W]", "got float64 [3, 4, 4]", "convert"]),
    "colours": (npz_bytes(x_train=np.zeros((3, 4, 4, 3), np.uint8)), ["uint8 [N, H, W]", "got uint8 [3, 4, 4, 3]"]),
    "objects": (npz_bytes(x_train=np.array([{}, None])), ["x_train", "uint8 [N, H, W]", "got object [2]", "convert"]),
    "object labels": (npz_bytes(y_test=np.array([{}])), ["y_test", "integers [N]", "got object [1]", "convert"]),
    "one-hot": (npz_bytes(y_train=np.eye(3, dtype=np.uint8)), ["y_train", "integers [N]", "got uint8 [3, 3]"]),
    "not npy": (
        zipped(dict.fromkeys([f"{key}.npy" for key in ("x_train", "y_train", "x_test", "y_test")], b"text")),
        ["a NumPy array x_train", "numpy.savez"],
    ),
    "version": (npz_with_header(U1, version=b"\3\0"), ["version 1.0 or 2.0", "got version (3, 0)", "numpy.savez"]),
    "values cut": (npz_with_header(U1, b"1234"), ["8 bytes of x_train", "got 4", "numpy.savez"]),
    "too long": (npz_with_header(U1, b"123456789"), ["8 bytes of x_train", "got more", "numpy.savez"]),
    "absurd": (npz_with_header(U1.replace("2, 2, 2", "9, 99999999999, 9")), ["at most 4 GiB", "[9, 99999999999, 9]"]),
}


@pytest.mark.parametrize("fault", NPZ_FAULTS)
def test_a_wrong_npz_file_says_what_is_wrong(fault: str, tmp_path: Path) -> None:
    content, said = NPZ_FAULTS[fault]
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError) as error:
        read_npz(tmp_path / "file")
    assert_one_line(error.value, [str(tmp_path / "file"), *said])


@pytest.mark.parametrize("read", BOTH)
def test_a_missing_file_is_said_to_be_missing(read: Reader, tmp_path: Path) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path / "nowhere")
    assert_one_line(error.value, ["a readable file", "No such file", "check"])


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (images_idx, idx_header((2**20, 32, 32)) + b"\0" * 99),
        # 64 MiB of zeros, 64 KiB when compressed, behind a header for 8 bytes.
        (images_idx, gzip.compress(idx_header((2, 2, 2)) + b"\0" * 2**26)),
        (read_npz, npz_with_header(U1.replace("2, 2, 2", "1048576, 32, 32"), b"\0" * 99)),
        (read_npz, npz_with_content(b"\x93NUMPY\2\0" + struct.pack("<I", 2**26) + b" " * 2**26)),
    ],
    ids=["lying idx", "gzip bomb", "lying npz", "npz bomb in the header"],
)
def test_a_lying_header_costs_no_memory(read: Reader, content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            read(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2**20
