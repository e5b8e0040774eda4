"""`deep`: the assignment's own skeleton, conv - pool - conv - pool - dense - dense, every size free (question 3.2)."""

from __future__ import annotations

from spaces.architecture import Architecture
from spaces.blocks import activation, convolution, pooling
from spaces.layers import AnyLayer, Dense, Flatten, Shape
from spaces.space import ArchitectureSpace, HyperParameters


class DeepSpace(ArchitectureSpace):
    """conv - pool - conv - pool - dense - dense; a layer may stay linear."""

    def architecture(self, hp: HyperParameters) -> Architecture:
        layers: list[AnyLayer] = []
        shape: Shape = self.input_shape
        for prefix, max_grid in (("first", 14), ("second", 5)):
            conv = convolution(hp, f"{prefix}_conv", shape, max_filters=12, max_kernel=7)
            shape = conv.output_shape(shape)
            pool = pooling(hp, f"{prefix}_pool", shape, max_grid)
            shape = pool[0].output_shape(shape)
            layers += [conv, *activation(hp, f"{prefix}_conv", linear=True), *pool]
        hidden = Dense(hp.Int("hidden_units", 1, 32), use_bias=hp.Boolean("hidden_bias", default=True))
        head = Dense(self.classes, use_bias=hp.Boolean("head_bias", default=True))
        layers += [Flatten(), hidden, *activation(hp, "hidden", linear=True), head]
        return Architecture(self.input_shape, tuple(layers))
