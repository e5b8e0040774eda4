"""`shallow`: exactly one convolution, optional pooling, one dense layer to the classes (question 3.1)."""

from __future__ import annotations

from spaces.architecture import Architecture
from spaces.blocks import activation, convolution, pooling
from spaces.layers import Dense, Flatten
from spaces.space import ArchitectureSpace, HyperParameters


class ShallowSpace(ArchitectureSpace):
    """conv - [pool] - dense."""

    def architecture(self, hp: HyperParameters) -> Architecture:
        conv = convolution(hp, "conv", self.input_shape, max_filters=12)
        pool = pooling(hp, "pool", conv.output_shape(self.input_shape), max_grid=7, optional=True)
        head = Dense(self.classes, use_bias=hp.Boolean("head_bias", default=True))
        return Architecture(self.input_shape, (conv, *activation(hp, "conv"), *pool, Flatten(), head))
