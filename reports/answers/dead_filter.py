"""The experiments behind question 2: a network whose only filter responds negatively to every example."""

from collections.abc import Callable
from typing import Any

import numpy as np

from reports.answers.answer import CheckResult

SEED = 67103
EXAMPLES = 32


class Network:
    """One 3x3 filter with its bias, an activation, and as the rest F a dense layer with a softmax cross-entropy.

    The bias is set so that the largest response over all examples is `-margin`.
    """

    def __init__(self, activation: str = "relu", margin: float = 0.1, filter_sign: float = 0.0) -> None:
        import keras
        import tensorflow as tf

        random = np.random.default_rng(SEED)
        weights = random.standard_normal((3, 3, 1, 1))
        if filter_sign != 0.0:
            weights = filter_sign * np.abs(weights)
        # Pixels of at least 0.5, so that a filter of negative weights is dead even with a positive bias.
        self.images = tf.constant(0.5 + 0.5 * random.random((EXAMPLES, 10, 10, 1)), tf.float32)
        self.labels = tf.constant(random.integers(4, size=EXAMPLES))
        self.filter = tf.Variable(weights, dtype=tf.float32)
        self.bias = tf.Variable(0.0)
        self.bias.assign(-tf.reduce_max(self.response()) - margin)
        self.head = tf.Variable(random.standard_normal((64, 4)), dtype=tf.float32)
        self.head_bias = tf.Variable(random.standard_normal(4), dtype=tf.float32)
        self.activation = keras.activations.get(activation)

    def response(self) -> Any:
        """The filter's responses with the bias; the filter is flipped because TensorFlow's conv2d does not do it."""
        import tensorflow as tf

        return tf.nn.conv2d(self.images, tf.reverse(self.filter, axis=[0, 1]), 1, "VALID") + self.bias

    def losses(self, activated: Any) -> Any:
        """The loss F of every example, from the output of the activation."""
        import tensorflow as tf

        logits = tf.reshape(activated, (EXAMPLES, -1)) @ self.head + self.head_bias
        return tf.nn.sparse_softmax_cross_entropy_with_logits(self.labels, logits)

    def gradients(self, variables: list[Any]) -> list[Any]:
        """The gradients of the mean loss."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.losses(self.activation(self.response())))
        return list(tape.gradient(loss, variables))

    def largest_response(self) -> float:
        """The response nearest to, or furthest above, zero."""
        return float(self.response().numpy().max())


def _largest(tensor: Any) -> float:
    return float(np.abs(tensor.numpy()).max())


def check_gradients(activation: str = "relu", margin: float = 0.1) -> CheckResult:
    """Differentiate the loss of every example on its own, so that nothing can cancel in a sum."""
    import tensorflow as tf

    network = Network(activation, margin)
    with tf.GradientTape(persistent=True) as tape:
        activated = network.activation(network.response())
        losses = network.losses(activated)
    arriving = _largest(tape.gradient(losses, activated))
    by_filter, by_bias = (
        _largest(tape.jacobian(losses, variable, experimental_use_pfor=False))
        for variable in (network.filter, network.bias)
    )
    return CheckResult(
        by_filter == 0.0 and by_bias == 0.0 and arriving > 0.0,
        f"over {EXAMPLES} examples, largest response {network.largest_response():.2g}: the largest derivative is "
        f"{by_filter:.2g} by f and {by_bias:.2g} by b, while up to {arriving:.2g} arrives from the later layers",
    )


def check_derivative_at_zero(expected: float = 0.0) -> CheckResult:
    """Ask TensorFlow for the derivative of its ReLU at 0."""
    import tensorflow as tf

    zero = tf.constant(0.0)
    with tf.GradientTape() as tape:
        tape.watch(zero)
        activated = tf.nn.relu(zero)
    derivative = float(tape.gradient(activated, zero))
    return CheckResult(derivative == expected, f"the derivative of tf.nn.relu at 0 is {derivative:g}")


def check_gradient_descent(activation: str = "relu", margin: float = 0.1, steps: int = 50) -> CheckResult:
    """Train all parameters by plain gradient descent and see which of them moved."""
    network = Network(activation, margin)
    variables = [network.filter, network.bias, network.head, network.head_bias]
    before = [variable.numpy() for variable in variables]
    first_loss = float(network.losses(network.activation(network.response())).numpy().mean())
    for _ in range(steps):
        for variable, gradient in zip(variables, network.gradients(variables), strict=True):
            variable.assign_sub(0.5 * gradient)
    moved = [float(np.abs(new.numpy() - old).max()) for new, old in zip(variables, before, strict=True)]
    last_loss = float(network.losses(network.activation(network.response())).numpy().mean())
    return CheckResult(
        # That the last bias moved shows that the network did train.
        moved[0] == 0.0 and moved[1] == 0.0 and moved[3] > 0.0,
        f"after {steps} steps f has moved by {moved[0]:.2g}, b by {moved[1]:.2g}, the weights behind them by "
        f"{moved[2]:.2g} and the biases of the last layer by {moved[3]:.2g}; "
        f"the loss went from {first_loss:.3f} to {last_loss:.3f}",
    )


def slide(momentum: float) -> float:
    """How many times its velocity a parameter still moves when all further gradients are zero."""
    return momentum / (1 - momentum)


def check_momentum(
    formula: Callable[[float], float] = slide, activation: str = "relu", momentum: float = 0.9, steps: int = 70
) -> CheckResult:
    """Give the dead filter one push, then let Keras' SGD with momentum go on with the true gradients."""
    import keras
    import tensorflow as tf

    network = Network(activation)
    optimizer = keras.optimizers.SGD(learning_rate=0.1, momentum=momentum)
    # A push small enough that the responses stay negative all the way.
    push = tf.constant(np.random.default_rng(SEED).uniform(-0.005, 0.005, (3, 3, 1, 1)), tf.float32)
    before = network.filter.numpy()
    optimizer.apply([push], [network.filter])
    pushed = network.filter.numpy()
    for _ in range(steps):
        optimizer.apply(network.gradients([network.filter]), [network.filter])
    slid, expected = network.filter.numpy() - pushed, formula(momentum) * (pushed - before)
    error = float(np.abs(slid - expected).max() / np.abs(expected).max())
    return CheckResult(
        error < 1e-2 and network.largest_response() < 0.0,
        f"{steps} steps with mu = {momentum:g} after a push of up to {np.abs(pushed - before).max():.2g} the filter "
        f"has slid by up to {np.abs(slid).max():.2g}; relative difference from the formula: {error:.1g}",
    )


def _decay(network: Network, decay_bias: bool, steps: int, rate: float = 0.5, decay: float = 0.02) -> int | None:
    """Gradient descent with an L2 penalty; the number of the first step after which a response is positive."""
    for step in range(1, steps + 1):
        by_filter, by_bias = network.gradients([network.filter, network.bias])
        network.filter.assign_sub(rate * (by_filter + decay * network.filter))
        network.bias.assign_sub(rate * (by_bias + decay * network.bias if decay_bias else by_bias))
        if network.largest_response() > 0.0:
            return step
    return None


def _when(revived: int | None) -> str:
    return (
        "no response becomes positive" if revived is None else f"the first response becomes positive at step {revived}"
    )


def check_decay_of_both(activation: str = "relu", decay_bias: bool = True, steps: int = 60) -> CheckResult:
    """Decay filter and bias; no response may ever become positive, even with a positive bias."""
    network = Network(activation, filter_sign=-1.0)
    bias, first = float(network.bias.numpy()), network.largest_response()
    revived = _decay(network, decay_bias, steps)
    return CheckResult(
        revived is None and bias > 0.0,
        f"from b = {bias:.2g} and a largest response of {first:.2g}: "
        f"{_when(revived)} within {steps} steps, the largest is now {network.largest_response():.2g}",
    )


def check_decay_of_filter_only(decay_bias: bool = False, steps: int = 60) -> CheckResult:
    """Decay the filter alone, from a positive bias (revives) and from a negative one (stays dead)."""
    positive, negative = Network(filter_sign=-1.0), Network(filter_sign=1.0)
    biases = float(positive.bias.numpy()), float(negative.bias.numpy())
    revived, stayed = _decay(positive, decay_bias, steps), _decay(negative, decay_bias, steps)
    return CheckResult(
        biases[0] > 0.0 > biases[1] and revived is not None and stayed is None,
        f"within {steps} steps, {_when(revived)} from b = {biases[0]:.2g} and {_when(stayed)} from b = {biases[1]:.2g}",
    )
