"""Real handwriting that needs no network: the UCI digits that come with scikit-learn.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998: the
1,797 images of its test part, by 13 writers, as `sklearn.datasets.load_digits` bundles them.
"""

import numpy as np
import numpy.typing as npt

from datasets.dataset import Dataset, stratified_split
from datasets.split import Images

VALIDATION_SIZE = 350
TEST_SIZE = 350
# As with MNIST, the splits belong to the dataset and not to a study.
SPLIT_SEED = 67_103
_SIDE = 28
# MNIST's own geometry: the digit in a box of 20x20, centred in 28x28.
_BOX = 20
_BRIGHTEST = 16.0


def load_digits() -> Dataset:
    """The bundled UCI digits, enlarged to 28x28 and split 1,097 / 350 / 350, each part stratified."""
    from sklearn.datasets import load_digits as load_bundled

    bundled = load_bundled()
    labels = bundled.target.astype(np.int32)
    rest, test = stratified_split(enlarge(bundled.images), labels, TEST_SIZE, SPLIT_SEED)
    train, validation = stratified_split(rest.images, rest.labels, VALIDATION_SIZE, SPLIT_SEED)
    return Dataset(
        name="digits",
        train=train,
        validation=validation,
        test=test,
        classes=10,
        source="scikit-learn's bundled UCI digits (1,797 handwritten digits of 8x8, enlarged to 28x28), not MNIST.",
    )


def enlarge(images: npt.NDArray[np.float64]) -> Images:
    """Smoothly enlarges small square images into the middle of 28x28.

    Args:
        images: [N, S, S], 0 (background) to 16, as the bundled digits.

    Returns:
        uint8 [N, 28, 28, 1], 0 to 255.
    """
    weights = _cubic_weights(images.shape[1], _BOX)
    box = np.clip(weights @ images @ weights.T / _BRIGHTEST, 0, 1)
    margin = (_SIDE - _BOX) // 2
    grey = np.rint(box * 255).astype(np.uint8)
    return np.pad(grey, ((0, 0), (margin, margin), (margin, margin)))[..., np.newaxis]


def _cubic_weights(small: int, large: int) -> npt.NDArray[np.float64]:
    """[large, small]: Keys' cubic convolution (a = -1/2), with background beyond the edge.

    Source: R. Keys, "Cubic convolution interpolation for digital image processing", 1981.
    """
    positions = (np.arange(large) + 0.5) * small / large - 0.5
    distance = np.abs(positions[:, np.newaxis] - np.arange(small))
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))
