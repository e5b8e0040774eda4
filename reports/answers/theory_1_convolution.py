"""Question 1: convolution commutes with translation, and how long its output is."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from reports.answers.answer import Answer, Check, CheckResult

Values = NDArray[np.float64]
Indices = NDArray[np.int64]
Signal = Callable[[Indices], Values]
"""A signal defined at every integer."""
Extension = Callable[[Values], Signal]
Convolution = Callable[[Signal, Signal, Indices, Indices], Values]

TOLERANCE = 1e-12
SEED = 67103


def periodic(values: Values) -> Signal:
    """The signal that repeats the given values for ever."""
    return lambda index: values[index % len(values)]


def zero_extended(values: Values) -> Signal:
    """The signal that has the given values at 0, 1, ... and is zero everywhere else."""
    return lambda index: np.where((index >= 0) & (index < len(values)), values[index % len(values)], 0.0)


def translated(signal: Signal, by: int) -> Signal:
    """The signal whose value at k is `signal[k + by]`."""
    return lambda index: signal(index + by)


def convolution(f: Signal, g: Signal, at: Indices, over: Indices) -> Values:
    """The sums of `f[k] g[n - k]` over the given k, one for each n in `at`."""
    return g(at[:, None] - over) @ f(over)


def flipped(signal: Signal) -> Signal:
    """The signal read backwards: its value at k is `signal[-k]`."""
    return lambda index: signal(-index)


def convolution_by_dot_products(f: Signal, g: Signal, at: Indices, over: Indices) -> Values:
    """For each n the dot product of f with the flipped g moved by n, formed as whole vectors first."""
    return np.array([np.dot(f(over), translated(flipped(g), -int(n))(over)) for n in at])


def check_translation(extension: Extension, convolve: Convolution = convolution, pairs: int = 100) -> CheckResult:
    """Compare both sides of both identities on random pairs of signals."""
    random = np.random.default_rng(SEED)
    worst = 0.0
    for _ in range(pairs):
        length, shift = int(random.integers(1, 13)), int(random.integers(-15, 16))
        f, g = extension(random.standard_normal(length)), extension(random.standard_normal(length))
        # A zero-extended signal, even after the shift, must lie wholly inside the sum; a period is summed once.
        over = np.arange(length) if extension is periodic else np.arange(-40, 41)
        at = np.arange(-45, 46)
        right = convolve(f, g, at + shift, over)
        for left in (
            convolve(translated(f, shift), g, at, over),
            convolve(f, translated(g, shift), at, over),
        ):
            worst = max(worst, float(np.abs(left - right).max()))
    return CheckResult(
        worst <= TOLERANCE,
        f"largest difference between the two sides over {pairs} random pairs of signals, "
        f"lengths 1 to 12, shifts -15 to 15: {worst:.2g}",
    )


def check_dot_products(convolve: Convolution = convolution_by_dot_products, pairs: int = 50) -> CheckResult:
    """Compare the dot products with NumPy's own convolution, at every n where it can differ from zero."""
    random = np.random.default_rng(SEED)
    worst, outputs = 0.0, 0
    for _ in range(pairs):
        f, g = random.standard_normal(int(random.integers(1, 13))), random.standard_normal(int(random.integers(1, 13)))
        expected = np.convolve(f, g)
        got = convolve(zero_extended(f), zero_extended(g), np.arange(len(expected)), np.arange(len(f)))
        worst = max(worst, float(np.abs(got - expected).max()))
        outputs += len(expected)
    return CheckResult(
        worst <= TOLERANCE,
        f"largest difference from numpy.convolve over {outputs} outputs of {pairs} random pairs: {worst:.2g}",
    )


def output_length(n: int, k: int) -> int:
    """How many outputs remain when the filter of length k must lie inside the signal of length n."""
    return n - k + 1


def positions_inside(n: int, k: int) -> int:
    """The same, counted: try every place where filter and signal could overlap, keep those fully inside."""
    return sum(1 for start in range(-k, n + k) if start >= 0 and start + k <= n)


def check_output_length(formula: Callable[[int, int], int] = output_length, largest: int = 40) -> CheckResult:
    """Compare the formula with the counted positions and with NumPy, for every k <= n."""
    sizes = [(n, k) for n in range(1, largest + 1) for k in range(1, n + 1)]
    wrong = [
        (n, k)
        for n, k in sizes
        if not formula(n, k) == positions_inside(n, k) == len(np.convolve(np.ones(n), np.ones(k), mode="valid"))
    ]
    return CheckResult(
        not wrong, f"{len(sizes) - len(wrong)} of {len(sizes)} pairs of lengths up to n = {largest} agree"
    )


def check_equal_lengths(formula: Callable[[int, int], int] = output_length, largest: int = 100) -> CheckResult:
    """For n = k, see that one output remains and that it is the dot product with the flipped filter."""
    random = np.random.default_rng(SEED)
    worst, single = 0.0, 0
    for n in range(1, largest + 1):
        signal, kernel = random.standard_normal(n), random.standard_normal(n)
        outputs = np.convolve(signal, kernel, mode="valid")
        single += len(outputs) == formula(n, n) == 1
        worst = max(worst, abs(float(outputs[0] - np.dot(signal, kernel[::-1]))))
    return CheckResult(
        single == largest and worst <= TOLERANCE,
        f"{single} of {largest} lengths give one output; its largest distance from the dot product is {worst:.2g}",
    )


BODY_1_1 = r"""
The convolution of two signals that are defined at every integer is
$ (f * g)[n] = sum_k f[k] thin g[n - k]. $
If the signals are extended by zeros outside a finite stretch, $k$ runs over all integers and only finitely many terms
differ from zero; if they are extended periodically with period $N$, $k$ runs over one period and indices are counted
modulo $N$. In the notation of the question $k$ is the running index of a signal and $n$ the index of the result:
$f[k + t]$ stands for the signal $f_t$ whose value at $k$ is $f_t [k] = f[k + t]$, with $t$ a fixed integer.

*The first signal is translated.* Put $j = k + t$, so that $k = j - t$:
$ (f_t * g)[n] &= sum_k f[k + t] thin g[n - k] \
  &= sum_j f[j] thin g[n - (j - t)] \
  &= sum_j f[j] thin g[(n + t) - j] = (f * g)[n + t]. $
The map from $k$ to $k + t$ is a bijection of the integers, and of the residues modulo $N$. So $j$ runs over exactly
what $k$ ran over, and no term is lost or gained.

*The second signal is translated.* Its value at index $n - k$ is $g_t [n - k] = g[n - k + t]$, and nothing need be
substituted:
$ (f * g_t)[n] = sum_k f[k] thin g[n - k + t] = sum_k f[k] thin g[(n + t) - k] = (f * g)[n + t]. $

Translating either input by $t$ translates the output by the same $t$. (Strictly this is called _equivariance_: the
output moves along with the input instead of staying the same.) With vectors of indices in place of integers the same
lines prove it for images.

*As a dot product.* Let $R$ flip a signal, $(R g)[k] = g[-k]$, and let $T_n$ move it $n$ places to the right,
$(T_n h)[k] = h[k - n]$. Then $(T_n R g)[k] = (R g)[k - n] = g[n - k]$, therefore
$ (f * g)[n] = sum_k f[k] thin (T_n R g)[k] = f dot (T_n R g) quad "for every" n. $
Each output is the dot product of $f$ with one and the same signal, the flipped $g$, moved to the place $n$. Equally,
all outputs together are one product of a matrix with the vector $f$; row $n$ of that matrix is $T_n R g$, so each row
is the row above moved by one place. Both identities can be read off again. For the first, $f_t = T_(-t) f$, and moving
both factors alike leaves a dot product unchanged; for the second, $R g_t = T_t R g$:
$ (f_t * g)[n] &= (T_(-t) f) dot (T_n R g) = f dot (T_t T_n R g) = f dot (T_(n + t) R g) = (f * g)[n + t], \
  (f * g_t)[n] &= f dot (T_n R g_t) = f dot (T_n T_t R g) = f dot (T_(n + t) R g) = (f * g)[n + t]. $

The identities need signals without borders, zero-extended or periodic. On a finite image whose output is cut they hold
for the outputs whose window lies inside the image before and after the move, and with a stride only for translations
by multiples of it. The layers of deep-learning libraries do not flip the filter (they correlate). They compute the
convolution with the flipped filter, so moving the image still moves the output by the same amount.
"""

BODY_1_2_1 = r"""
The length is $bold(n - k + 1)$. An output is kept only if the filter lies completely inside the signal. (The question
words it the other way round; as $k <= n$, the filter is what has to fit.) Let the signal have the indices
$0, dots, n - 1$. A window of length $k$ that starts at index $s$ covers $s, s + 1, dots, s + k - 1$. It lies inside if
and only if $s >= 0$ and $s + k - 1 <= n - 1$, that is, $0 <= s <= n - k$. These are $n - k + 1$ integers, and each
gives one output.
"""

BODY_1_2_2 = r"""
For $n = k$ the length is $n - n + 1 = bold(1)$. The filter fits in one place only, over the whole signal, and the
single output is the dot product of the signal $I$ with the flipped filter:
$ (f * I)[n - 1] = sum_(j=0)^(n-1) f[j] thin I[n - 1 - j]. $
A convolution of this kind is a fully-connected layer with one output.
"""


def answers() -> tuple[Answer, ...]:
    """The answers 1.1, 1.2.1 and 1.2.2."""
    return (
        Answer(
            "1.1",
            "Show that convolution commutes with translations of either signal, and express it as a dot product.",
            BODY_1_1,
            (
                Check("Both identities hold for periodic signals.", partial(check_translation, periodic)),
                Check("Both identities hold for zero-extended signals.", partial(check_translation, zero_extended)),
                Check("Every output is f dotted with the flipped, translated g.", check_dot_products),
            ),
        ),
        Answer(
            "1.2.1",
            "How long is the output when a filter of length k must lie inside a signal of length n?",
            BODY_1_2_1,
            (Check("There are n - k + 1 outputs.", check_output_length),),
        ),
        Answer(
            "1.2.2",
            "How long is that output when n = k?",
            BODY_1_2_2,
            (Check("One output remains, the dot product with the flipped filter.", check_equal_lengths),),
        ),
    )
