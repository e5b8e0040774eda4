"""Question 2: a filter whose responses are all negative gets no gradient, and stays as it is."""

from reports.answers.answer import Answer, Check
from reports.answers.dead_filter import (
    check_decay_of_both,
    check_decay_of_filter_only,
    check_derivative_at_zero,
    check_gradient_descent,
    check_gradients,
    check_momentum,
)

BODY_2_1 = r"""
*Both derivatives are zero.* Name the response $z[n] = (f * I)[n] + b = sum_k f[k] thin I[n - k] + b$, the output of the
ReLU $a[n] = "ReLU"(z[n])$ and the loss $L = F(a)$. From the first of these,
$ (partial z[n]) / (partial f[k]) = I[n - k], quad (partial z[n]) / (partial b) = 1, quad
  "ReLU"'(z) = cases(1 quad & "if" z > 0",", 0 & "if" z < 0".") $
By the chain rule, and because $"ReLU"'(z[n]) = 0$ for every $n$,
$ (partial L) / (partial f[k]) &= sum_n (partial F) / (partial a[n]) dot "ReLU"'(z[n]) dot I[n - k]
    = sum_n (partial F) / (partial a[n]) dot 0 dot I[n - k] = 0 quad "for every" k, \
  (partial L) / (partial b) &= sum_n (partial F) / (partial a[n]) dot "ReLU"'(z[n]) dot 1
    = sum_n (partial F) / (partial a[n]) dot 0 = 0. $
It does not matter how large the gradient $partial F slash partial a[n]$ is that arrives from the later layers.

The same can be seen without the chain rule. There are finitely many responses, all of them negative, and they depend
continuously on $f$ and $b$; so they all stay negative in a whole neighbourhood of $(f, b)$. There the ReLU puts out
zeros only and the loss is the constant $F(0)$. A function that is constant around a point has derivative zero at it,
whatever $F$ is.

The strict inequality is needed: at $z = 0$ the ReLU has no derivative (0 from the left, 1 from the right). Libraries
choose a value between the two, and TensorFlow chooses 0, so in practice a response of exactly 0 passes no gradient
either.
"""

BODY_2_2 = r"""
*They would never change again.* A step of gradient descent with learning rate $eta$ is
$ f arrow.l f - eta thin (partial L) / (partial f) = f - eta dot 0 = f, quad
  b arrow.l b - eta thin (partial L) / (partial b) = b. $
After the step $f$ and $b$ are what they were, so their responses on the same examples are what they were: negative. The
next gradients are zero again, and by induction so are all that follow, for every learning rate and every order or
batching of the examples. The filter is _dead_ (a "dying ReLU"): its output is constantly 0, it takes part neither in
prediction nor in learning, and the weights of the next layer that multiply its output get zero gradients too. The other
parameters of the network go on learning as if the filter were not there. No gradient reaches the layers before through
it either.

Only something outside this process can revive the filter: an example with a positive response, or, where $I$ is not
the data itself but the output of earlier layers, a change of these layers by way of other filters. Variants of gradient
descent can move a dead filter, though without being led by the loss:

- _Momentum_ $mu$: with zero gradients the velocity $v$ shrinks to $mu v$ in every step. A filter that was still moving
  when it died slides on by $mu v + mu^2 v + dots = mu / (1 - mu) thin v$ in total and comes to rest, unless this slide
  happens to carry it back to a positive response. With $v = 0$ it does not move.
- _Weight decay_ on $f$ and $b$ multiplies both by the same factor $c < 1$ in every step, therefore also every response:
  they approach 0 from below and stay negative, and the dead filter fades away. If only $f$ decays, as is usual, the
  response $c^s (f * I)[n] + b$ after $s$ steps tends to $b$. With $b <= 0$ it stays negative; with $b > 0$ it
  eventually becomes positive, and the filter revives.

What helps against dead filters is a smaller learning rate (a large step is what usually kills them), small positive
biases at the start, or an activation with a slope on the negative side, such as the leaky ReLU.
"""


def answers() -> tuple[Answer, ...]:
    """The answers 2.1 and 2.2."""
    return (
        Answer(
            "2.1",
            "What are the derivatives of the loss by f and b when every response before the ReLU is negative?",
            BODY_2_1,
            (
                Check("TensorFlow's derivatives of every example's loss by f and b are exactly zero.", check_gradients),
                Check("At a response of exactly 0 TensorFlow takes the derivative 0.", check_derivative_at_zero),
            ),
        ),
        Answer(
            "2.2",
            "What happens to such filters and biases under gradient descent on such examples only?",
            BODY_2_2,
            (
                Check("Gradient descent leaves f and b exactly as they were.", check_gradient_descent),
                Check("With momentum a dead filter slides on by mu / (1 - mu) times its velocity.", check_momentum),
                Check("Decay of both f and b keeps every response negative.", check_decay_of_both),
                Check("Decay of f alone revives a dead filter with a positive bias.", check_decay_of_filter_only),
            ),
        ),
    )
