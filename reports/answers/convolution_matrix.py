"""The computations behind question 3: the matrix, and the products that do without it."""

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from reports.answers.answer import CheckResult

Values = NDArray[np.float64]
Product = Callable[[Values, Values], Values]

TOLERANCE = 1e-12
SEED = 67103


def convolution_matrix(signal: Values, k: int) -> Values:
    """The derivative of f * I by a filter of length k: `I[i + k - 1 - j]` in row i, column j."""
    row, column = np.indices((len(signal) - k + 1, k))
    return signal[row + k - 1 - column]


def image_convolution_matrix(image: Values, p: int, q: int) -> Values:
    """The same for an image and a filter of p by q pixels: one row a pixel, one column a filter element."""
    height, width = image.shape[0] - p + 1, image.shape[1] - q + 1
    y, x, v, u = np.indices((height, width, p, q))
    return image[y + p - 1 - v, x + q - 1 - u].reshape(height * width, p * q)


def by_correlation(signal: Values, gradient: Values) -> Values:
    """The transposed matrix times the gradient: the correlation of the signal with the gradient, read backwards."""
    return np.correlate(signal, gradient, mode="valid")[::-1]


def by_fft(signal: Values, gradient: Values) -> Values:
    """The same product by way of the spectra."""
    n = len(signal)
    spectrum = np.conj(np.fft.rfft(gradient, n)) * np.fft.rfft(signal, n)
    return np.fft.irfft(spectrum, n)[: n - len(gradient) + 1][::-1]


def input_gradient(kernel: Values, gradient: Values) -> Values:
    """The gradient by the input: the full convolution of the gradient with the flipped filter."""
    return np.convolve(gradient, kernel[::-1])


def check_matrix(matrix: Callable[[Values, int], Values] = convolution_matrix) -> CheckResult:
    """Compare the matrix with TensorFlow's Jacobian, entry by entry."""
    import tensorflow as tf

    random = np.random.default_rng(SEED)
    sizes = [(5, 3), (1, 1), (6, 1), (7, 7), (20, 5), (28, 4)]
    worst = 0.0
    for n, k in sizes:
        signal, kernel = random.standard_normal(n), tf.Variable(random.standard_normal(k))
        with tf.GradientTape(persistent=True) as tape:
            # TensorFlow's conv1d does not flip the filter; the convolution of the question does.
            flipped = tf.reshape(tf.reverse(kernel, axis=[0]), (k, 1, 1))
            output = tf.reshape(tf.nn.conv1d(signal.reshape(1, n, 1), flipped, 1, "VALID"), [-1])
        jacobian = tape.jacobian(output, kernel, experimental_use_pfor=False).numpy()
        worst = max(worst, float(np.abs(jacobian - matrix(signal, k)).max()))
    return CheckResult(worst <= TOLERANCE, f"largest difference over (n, k) in {sizes}: {worst:.2g}")


def check_image_matrix(matrix: Callable[[Values, int, int], Values] = image_convolution_matrix) -> CheckResult:
    """Compare the matrix for images with TensorFlow's Jacobian."""
    import tensorflow as tf

    random = np.random.default_rng(SEED)
    image, kernel = random.standard_normal((6, 7)), tf.Variable(random.standard_normal((2, 3)))
    with tf.GradientTape(persistent=True) as tape:
        flipped = tf.reshape(tf.reverse(kernel, axis=[0, 1]), (2, 3, 1, 1))
        output = tf.reshape(tf.nn.conv2d(image.reshape(1, 6, 7, 1), flipped, 1, "VALID"), [-1])
    jacobian = tape.jacobian(output, kernel, experimental_use_pfor=False).numpy()
    worst = float(np.abs(jacobian.reshape(-1, 6) - matrix(image, 2, 3)).max())
    return CheckResult(
        worst <= TOLERANCE,
        f"largest difference for a 6 by 7 image and a 2 by 3 filter, {jacobian.shape[0]} rows: {worst:.2g}",
    )


def by_matrix(signal: Values, gradient: Values) -> Values:
    """The same product with the matrix formed."""
    return convolution_matrix(signal, len(signal) - len(gradient) + 1).T @ gradient


def _best_milliseconds(product: Product, signal: Values, gradient: Values, repeats: int = 9) -> float:
    """The fastest of a few runs, which is the one least disturbed by other work on the machine."""
    seconds = []
    for _ in range(repeats):
        start = perf_counter()
        product(signal, gradient)
        seconds.append(perf_counter() - start)
    return 1000 * min(seconds)


def _check_product(product: Product) -> CheckResult:
    """Compare a product with the explicit matrix; times are observed, and decide nothing."""
    random = np.random.default_rng(SEED)
    worst = 0.0
    sizes = [(5, 3), (1, 1), (6, 1), (7, 7), (100, 20), (1001, 500)]
    for n, k in sizes:
        signal, gradient = random.standard_normal(n), random.standard_normal(n - k + 1)
        difference = np.abs(product(signal, gradient) - by_matrix(signal, gradient)).max()
        # Relative to the usual size of such a sum, because rounding grows with the number of terms.
        worst = max(worst, float(difference / np.sqrt(n)))
    timed = []
    for n, k in ((5_000, 5), (5_000, 500)):
        signal, gradient = random.standard_normal(n), random.standard_normal(n - k + 1)
        direct, explicit = (_best_milliseconds(way, signal, gradient) for way in (product, by_matrix))
        timed.append(f"for n = {n:,} and k = {k} it took {direct:.3f} ms, with the matrix formed {explicit:.3f} ms")
    return CheckResult(
        worst <= TOLERANCE,
        f"largest difference over {len(sizes)} sizes, relative to the root of n: {worst:.2g}; {'; '.join(timed)}",
    )


def check_correlation(product: Product = by_correlation) -> CheckResult:
    """The correlation against the explicit matrix."""
    return _check_product(product)


def check_fft(product: Product = by_fft) -> CheckResult:
    """The product of the spectra against the explicit matrix."""
    return _check_product(product)


def check_input_gradient(formula: Product = input_gradient) -> CheckResult:
    """Compare the gradient by the input with TensorFlow's."""
    import tensorflow as tf

    random = np.random.default_rng(SEED)
    sizes = [(5, 3), (1, 1), (6, 1), (7, 7), (20, 5)]
    worst = 0.0
    for n, k in sizes:
        signal, kernel = tf.Variable(random.standard_normal((1, n, 1))), random.standard_normal(k)
        gradient = random.standard_normal(n - k + 1)
        with tf.GradientTape() as tape:
            output = tf.nn.conv1d(signal, kernel[::-1].reshape(k, 1, 1), 1, "VALID")
            loss = tf.reduce_sum(output * gradient.reshape(1, -1, 1))
        expected = tape.gradient(loss, signal).numpy().reshape(-1)
        worst = max(worst, float(np.abs(formula(kernel, gradient) - expected).max()))
    return CheckResult(worst <= TOLERANCE, f"largest difference over (n, k) in {sizes}: {worst:.2g}")
