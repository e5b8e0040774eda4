"""How the parameters of an architecture are counted, as data for a diagram: stage by stage, in words and in steps."""

from __future__ import annotations

from dataclasses import dataclass, field

from spaces.architecture import Architecture
from spaces.layers import (
    Activation,
    AnyLayer,
    AveragePool,
    Conv,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    GlobalPool,
    MaxPool,
    SeparableConv,
    Shape,
    Size,
)


@dataclass(frozen=True)
class Window:
    """What a layer looks at in its input at one place: the rows and columns of the cells it takes in."""

    cells: tuple[tuple[int, int], ...]
    weighted: bool


@dataclass(frozen=True)
class Stage:
    """A layer, together with the activation after it.

    `before` and `after` are the shapes of what goes in and comes out; `steps` the count as it is written, one a line;
    `words` what its factors stand for.
    """

    label: str
    before: Shape
    after: Shape
    steps: tuple[str, ...]
    parameters: int
    words: str
    window: Window | None
    activations: tuple[str, ...] = field(default=())


def stages(architecture: Architecture) -> list[Stage]:
    """The stages in order; flattening is one only where values change their places, dropout stands for itself."""
    found: list[Stage] = []
    for layer, row in zip(architecture.layers, architecture.counts(), strict=True):
        if isinstance(layer, Activation) and found:
            last = found[-1]
            activations = (*last.activations, layer.label)
            found[-1] = Stage(
                last.label,
                last.before,
                last.after,
                last.steps,
                last.parameters,
                last.words,
                last.window,
                activations,
            )
            continue
        steps = tuple(str(step) for step in row.steps)
        words, window = _words(layer, row.input_shape), _window(layer)
        found.append(Stage(row.label, row.input_shape, row.output_shape, steps, row.parameters, words, window))
    return found


def total(architecture: Architecture) -> str:
    """The last line of the count: `84 + 26 + 165 + 50 = 325`."""
    parts = [row.parameters for row in architecture.counts() if row.parameters]
    written = " + ".join(f"{part:,}" for part in parts) if len(parts) > 1 else ""
    return f"{written} = {architecture.parameters:,}" if written else f"{architecture.parameters:,}"


def _words(layer: AnyLayer, shape: Shape) -> str:
    match layer:
        case Conv():
            channels = shape[-1] // layer.groups
            return (
                f"{layer.kernel[0]} x {layer.kernel[1]} weights for each of {_count(channels, 'input channel')} and "
                f"{_count(layer.filters, 'filter')}{_bias(layer.use_bias, 'filter')}"
            )
        case DepthwiseConv():
            each = f", {layer.multiplier} times" if layer.multiplier > 1 else ""
            outputs = "output channel"
            return (
                f"{layer.kernel[0]} x {layer.kernel[1]} weights for each of {_count(shape[-1], 'channel')}{each}"
                f"{_bias(layer.use_bias, outputs)}"
            )
        case SeparableConv():
            inner = shape[-1] * layer.multiplier
            return (
                f"{layer.kernel[0]} x {layer.kernel[1]} weights for each of {_count(inner, 'channel')}, then each of "
                f"them to {_count(layer.filters, 'filter')}{_bias(layer.use_bias, 'filter')}"
            )
        case Dense():
            return (
                f"a weight from each of {_count(shape[0], 'input')} to each of {_count(layer.units, 'unit')}"
                f"{_bias(layer.use_bias, 'unit')}"
            )
        case Flatten():
            return "the same values behind one another: nothing to learn"
        case Dropout():
            return "switches values off while training: nothing to learn"
        case AveragePool():
            return "the mean of each window: nothing to learn"
        case MaxPool():
            return "the largest value of each window: nothing to learn"
        case GlobalPool():
            return "one value a channel: nothing to learn"
    return "nothing to learn"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _bias(use_bias: bool, what: str) -> str:
    return f", and a bias for each {what}" if use_bias else ", no bias"


def _window(layer: AnyLayer) -> Window | None:
    match layer:
        case Conv() | DepthwiseConv() | SeparableConv():
            return Window(_cells(layer.kernel, layer.dilation), weighted=True)
        case AveragePool() | MaxPool():
            return Window(_cells(layer.window, (1, 1)), weighted=False)
    return None


def _cells(size: Size, apart: Size) -> tuple[tuple[int, int], ...]:
    return tuple((row * apart[0], column * apart[1]) for row in range(size[0]) for column in range(size[1]))
