"""Where MNIST is looked for, and that a wrong place is never passed over for another."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from datasets import mnist
from datasets.dataset import Dataset
from datasets.errors import DataError
from datasets.files import IDX_NAMES, read_files
from datasets.idx import idx_header, sha256_as_idx
from datasets.keras_source import cached_file
from datasets.registry import available_or_digits, load
from tests.conftest import assert_one_line


@pytest.fixture
def nothing_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without MNIST; gives the empty Keras home."""
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras"


def keras_that(monkeypatch: pytest.MonkeyPatch, load_data: Callable[[], object]) -> None:
    """Puts a stand-in for Keras' downloader in place: no test waits for TensorFlow or touches the network."""
    fake = SimpleNamespace(datasets=SimpleNamespace(mnist=SimpleNamespace(load_data=load_data)))
    monkeypatch.setitem(sys.modules, "keras", fake)


@pytest.mark.mnist
def test_the_keras_cache_is_found_and_holds_the_same_data(mnist_dir: Path, nothing_found: Path) -> None:
    arrays, real = read_files(mnist_dir), load("mnist", mnist_dir)
    (nothing_found / "datasets").mkdir(parents=True)
    np.savez(
        nothing_found / "datasets" / "mnist.npz",
        x_train=arrays.train_images,
        y_train=arrays.train_labels.astype(np.int64),
        x_test=arrays.test_images,
        y_test=arrays.test_labels,
    )
    cached = available_or_digits()
    assert "Keras cache" in cached.source
    assert np.array_equal(cached.validation.images, real.validation.images)
    assert np.array_equal(cached.train.labels, real.train.labels)


@pytest.mark.mnist
def test_what_keras_downloads_is_checked_and_split_the_same(
    mnist_dir: Path, nothing_found: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays, real = read_files(mnist_dir), load("mnist", mnist_dir)
    training, test = (arrays.train_images, arrays.train_labels), (arrays.test_images, arrays.test_labels)
    keras_that(monkeypatch, lambda: (training, test))
    downloaded = load("mnist")
    assert "Keras' download" in downloaded.source
    assert np.array_equal(downloaded.validation.labels, real.validation.labels)


def write_imitation(folder: Path) -> None:
    """Four well-formed files that are not MNIST."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in IDX_NAMES:
        shape = (20, 4, 4) if "images" in name else (20,)
        (folder / name).write_bytes(idx_header(shape) + bytes(int(np.prod(shape))))


def test_an_imitation_of_mnist_is_refused(tmp_path: Path) -> None:
    write_imitation(tmp_path)
    with pytest.raises(DataError) as error:
        load("mnist", tmp_path)
    assert_one_line(error.value, [mnist.SHA256[IDX_NAMES[0]], str(tmp_path), "--data-dir", "--dataset PATH"])


def test_labels_that_are_no_bytes_are_not_taken_for_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((2, 4, 4), np.uint8)
    # Modulo 256 these would be 0 and 1.
    labels = np.array([256, 257])
    np.savez(tmp_path / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    monkeypatch.setitem(mnist.SHA256, IDX_NAMES[0], sha256_as_idx(images))
    with pytest.raises(DataError) as error:
        load("mnist", tmp_path)
    assert_one_line(error.value, [IDX_NAMES[1], "got labels that are no bytes", "replace"])


@pytest.mark.parametrize("find", [lambda place: load("mnist", place), available_or_digits])
def test_a_wrong_data_dir_is_never_passed_over(
    find: Callable[[Path], Dataset], nothing_found: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as error:
        find(tmp_path / "nowhere")
    assert_one_line(error.value, [str(tmp_path / "nowhere"), "got nothing there", *IDX_NAMES])


@pytest.mark.parametrize("find", [lambda: load("mnist"), available_or_digits])
def test_a_wrong_mnist_dir_is_never_passed_over(
    find: Callable[[], Dataset], nothing_found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(DataError) as error:
        find()
    assert_one_line(error.value, [str(tmp_path), "got a folder without either", *IDX_NAMES])


def test_the_data_dir_comes_before_mnist_dir(
    nothing_found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_imitation(tmp_path / "given")
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=f"{tmp_path / 'given'} "):
        load("mnist", tmp_path / "given")


def test_a_damaged_keras_cache_is_never_passed_over(nothing_found: Path) -> None:
    (nothing_found / "datasets").mkdir(parents=True)
    (nothing_found / "datasets" / "mnist.npz").write_bytes(b"cut off")
    with pytest.raises(DataError) as error:
        available_or_digits()
    assert_one_line(error.value, [str(cached_file()), "got File is not a zip file"])


def test_without_mnist_and_network_the_message_says_what_to_do(
    nothing_found: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network() -> object:
        # As keras.utils.get_file does: nothing more specific than Exception.
        raise Exception("URL fetch failure on https://example.org: None -- [Errno -2] Name or service not known")

    keras_that(monkeypatch, no_network)
    with pytest.raises(DataError) as error:
        load("mnist")
    assert_one_line(
        error.value, ["Name or service not known", *IDX_NAMES, "--data-dir", "MNIST_DIR", "--dataset digits"]
    )


def test_a_fault_in_keras_is_not_taken_for_a_missing_network(
    nothing_found: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> object:
        raise AttributeError("no such function")

    keras_that(monkeypatch, broken)
    with pytest.raises(AttributeError):
        load("mnist")


def test_downloading_leaves_stdout_to_the_results(
    nothing_found: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noisy() -> object:
        sys.stdout.write("Downloading data\n")
        raise TimeoutError("timed out")

    keras_that(monkeypatch, noisy)
    with pytest.raises(DataError, match="timed out"):
        load("mnist")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "Downloading data\n")


def test_without_mnist_the_digits_are_used_and_say_so(nothing_found: Path) -> None:
    digits = available_or_digits()
    assert digits.name == "digits"
    assert digits.source.startswith("MNIST was not found on this machine")
    assert "UCI digits" in digits.source


@pytest.mark.parametrize("name", ["minst", "no/such/folder", "x" * 5000, "nul\0"])
def test_an_unknown_dataset_says_which_there_are(name: str) -> None:
    with pytest.raises(DataError) as error:
        load(name)
    assert_one_line(error.value, ["a dataset", "; got ", "check"])


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(DataError, match=r"mnist, digits, or the path .*; got 'minst'"):
        load("minst")


def test_the_package_imports_nothing_heavy_before_it_is_asked() -> None:
    code = "import sys, datasets.registry, datasets.pairs; print({'tensorflow', 'keras', 'sklearn'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "set()\n"
