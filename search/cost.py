"""What a trial costs, known before it runs."""

from __future__ import annotations

from math import prod

from search.candidates import Candidate
from spaces.layers import AnyLayer, DepthwiseConv, SeparableConv, Shape

# Fitted once to the seconds of real trials: a value computed, with its gradient, takes about as long as ten
# multiply-accumulates, one of those in a depthwise convolution as long as ten others, and a trial of no size at all as
# long as 20,000 of them per image. Measured seconds are left out on purpose: the same seed must give the same trials on
# a slower machine.
MACS_PER_VALUE, MACS_PER_DEPTHWISE = 10, 10
FIXED_MACS = 20_000


def relative_cost(candidate: Candidate) -> float:
    """Time for a trial of the candidate, in units of one of no size at all."""
    architecture, shapes = candidate.architecture, candidate.architecture.shapes()
    values = sum(prod(shape) for shape in shapes[1:])
    depthwise = sum(_depthwise_macs(layer, shape) for layer, shape in zip(architecture.layers, shapes, strict=False))
    work = candidate.macs + (MACS_PER_DEPTHWISE - 1) * depthwise + MACS_PER_VALUE * values
    return 1 + work / FIXED_MACS


def _depthwise_macs(layer: AnyLayer, shape: Shape) -> int:
    match layer:
        case DepthwiseConv():
            return layer.macs(shape)
        case SeparableConv():
            return layer.depthwise.macs(shape)
    return 0
