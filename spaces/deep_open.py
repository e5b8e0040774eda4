"""`deep-open`: at least two convolutions, and anything Keras has around them."""

from __future__ import annotations

from spaces.architecture import Architecture
from spaces.blocks import activation, convolution, grid_pool, pooling
from spaces.layers import AnyLayer, Dense, Flatten, GlobalPool, Shape
from spaces.space import ArchitectureSpace, HyperParameters

KINDS = ("conv", "separable", "depthwise")


class DeepOpenSpace(ArchitectureSpace):
    """[pool] - conv - [pool] - conv - [pool] - [conv - [pool]] - head.

    The head is a dense layer on everything, a dense layer on globally pooled channels, or no dense layer at all: then
    the last convolution has a channel for each class, and global pooling gives the logits.
    """

    def architecture(self, hp: HyperParameters) -> Architecture:
        layers: list[AnyLayer] = []
        shape: Shape = self.input_shape
        halve = hp.Int("input_pool", 1, 2)
        if halve > 1:
            layers.append(grid_pool("average", (shape[0], shape[1]), (shape[0] // halve, shape[1] // halve), 0.0))
            shape = layers[0].output_shape(shape)
        head = hp.Choice("head", ["dense", "global-dense", "channels"])
        count = hp.Int("convolutions", 2, 3)
        for index in range(1, count + 1):
            gives_logits = index == count and head == "channels"
            # A depthwise convolution's channels follow from its input: it cannot give one per class.
            kinds = ("conv",) if index == 1 else KINDS[:2] if gives_logits else KINDS
            prefix = f"conv{index}_logits" if gives_logits else f"conv{index}"
            filters = self.classes if gives_logits else None
            conv = convolution(hp, prefix, shape, max_filters=12, kinds=kinds, max_kernel=7, filters=filters)
            shape = conv.output_shape(shape)
            layers.append(conv)
            if not gives_logits:
                layers += activation(hp, prefix, linear=True)
                pool = pooling(hp, f"pool{index}", shape, max_grid=14 if index == 1 else 7, optional=True)
                shape = pool[0].output_shape(shape) if pool else shape
                layers += pool
        if head == "channels":
            return Architecture(self.input_shape, (*layers, GlobalPool(hp.Choice("head_pool", ["average", "max"]))))
        dense = Dense(self.classes, use_bias=hp.Boolean("head_bias", default=True))
        return Architecture(self.input_shape, (*layers, Flatten() if head == "dense" else GlobalPool(), dense))
