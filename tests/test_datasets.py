"""MNIST and the digits: where they come from, and what they are."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from datasets.dataset import Dataset, Split
from datasets.digits import load_digits
from datasets.registry import load


def as_pixels(part: Split) -> set[bytes]:
    return {image.tobytes() for image in part.images}


# The digits


def test_the_digits_are_split_in_three_stratified_parts() -> None:
    digits = load("digits")
    parts = (digits.train, digits.validation, digits.test)
    assert [len(part) for part in parts] == [1097, 350, 350]
    everything = np.concatenate([part.labels for part in parts])
    for part in parts:
        exact = np.bincount(everything) * len(part) / len(everything)
        # Two splits in a row: each to within one image.
        assert np.abs(np.bincount(part.labels) - exact).max() < 2
    assert digits.input_shape == (28, 28, 1)
    assert digits.classes == 10
    assert "UCI digits" in digits.source
    assert "not MNIST" in digits.source


def test_no_digit_is_in_two_parts() -> None:
    digits = load_digits()
    train, validation, test = map(as_pixels, (digits.train, digits.validation, digits.test))
    assert train.isdisjoint(validation)
    assert train.isdisjoint(test)
    assert validation.isdisjoint(test)


def test_an_enlarged_digit_lies_in_the_middle_and_still_looks_like_itself() -> None:
    from sklearn.datasets import load_digits as load_bundled
    from sklearn.neighbors import KNeighborsClassifier

    digits = load_digits()
    images = digits.train.images
    assert images[:, 4:-4, 4:-4].max() == 255
    for border in (images[:, :4], images[:, -4:], images[:, :, :4], images[:, :, -4:]):
        assert border.max() == 0
    # Shrunk again by blocks, an enlarged digit is nearest to its own original.
    bundled = load_bundled()
    nearest = KNeighborsClassifier(1).fit(bundled.images.reshape(-1, 64), bundled.target)
    columns = np.floor(np.arange(20) * 8 / 20).astype(int)
    mean = np.equal.outer(np.arange(8), columns) / np.bincount(columns)[:, None]
    shrunk = mean @ digits.test.images[:, 4:-4, 4:-4, 0] @ mean.T * 16 / 255
    assert nearest.score(shrunk.reshape(-1, 64), digits.test.labels) > 0.99


# MNIST


@pytest.fixture(scope="module")
def real(mnist_dir: Path) -> Dataset:
    return load("mnist", mnist_dir)


@pytest.mark.mnist
def test_mnist_is_split_in_three_stratified_parts(real: Dataset) -> None:
    assert [len(part) for part in (real.train, real.validation, real.test)] == [50_000, 10_000, 10_000]
    assert real.input_shape == (28, 28, 1)
    assert real.train.images.dtype == np.uint8
    exact = (np.bincount(real.train.labels) + np.bincount(real.validation.labels)) / 6
    assert np.abs(np.bincount(real.validation.labels) - exact).max() < 1
    assert as_pixels(real.train).isdisjoint(as_pixels(real.validation))
    assert "SHA-256 checked" in real.source
    assert "--data-dir" in real.source


@pytest.mark.mnist
def test_the_split_of_mnist_never_changes(real: Dataset) -> None:
    digest = hashlib.sha256(real.validation.images.tobytes() + real.validation.labels.tobytes()).hexdigest()
    assert digest[:16] == "824cf7e22dc9043c"
