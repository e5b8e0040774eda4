"""The spaces of question 4, and the feed that gives every replica examples of its own."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from baselines.architectures import original
from datasets.digits import load_digits
from datasets.split import subset
from search.subset_feed import SubsetFeed, stacked_images
from search.training import Trainer
from spaces.layers import Dropout
from spaces.overfit_networks import overfit_recipe, shrunk_original
from tests.strategies import source

SHAPE, CLASSES = (28, 28, 1), 10


def test_the_largest_of_the_family_is_the_original() -> None:
    assert shrunk_original(SHAPE, CLASSES) == original(SHAPE, CLASSES)


def test_the_space_reaches_from_the_original_to_a_few_hundred_parameters() -> None:
    smallest = source("overfit-size").space.architecture
    sizes = []
    for filters, hidden in (((1, 1), 2), ((32, 64), 1024)):
        sizes.append(shrunk_original(SHAPE, CLASSES, filters, hidden).parameters)
    assert smallest is not None
    assert sizes[0] < 300
    assert sizes[1] == 1_111_946


def test_dropout_follows_every_hidden_layer_and_keeps_the_share_asked_for() -> None:
    layers = shrunk_original(SHAPE, CLASSES, keep=(0.9, 0.5, 0.1)).layers
    assert [layer.rate for layer in layers if isinstance(layer, Dropout)] == [0.1, 0.5, 0.9]
    assert not any(isinstance(layer, Dropout) for layer in shrunk_original(SHAPE, CLASSES).layers)


def test_every_replica_sees_its_own_subset_once_an_epoch() -> None:
    train = load_digits().train
    subsets = [subset(train, 20, seed) for seed in (1, 2, 3)]
    feed = SubsetFeed(subsets, 5, 1.0, [7, 8, 9])
    assert feed.steps_per_epoch == 4
    batches = [feed.batch(tf.constant(step, tf.int64)) for step in range(4)]
    for replica, own in enumerate(subsets):
        seen = np.concatenate([images.numpy()[..., replica : replica + 1] for images, _ in batches])
        labels = np.concatenate([labels.numpy()[replica] for _, labels in batches])
        order = np.lexsort(np.rint(seen * 255).reshape(20, -1).T)
        wanted = np.lexsort(own.images.reshape(20, -1).T)
        assert np.array_equal(np.rint(seen[order] * 255), own.images[wanted])
        assert np.array_equal(labels[order], own.labels[wanted])


def test_a_replica_learns_the_same_alone_and_among_others() -> None:
    """What stands beside it in the stack is no part of a training."""
    train = load_digits().train
    subsets = [subset(train, 40, seed) for seed in (1, 2)]
    architecture = shrunk_original(SHAPE, CLASSES, (2, 3), 8)
    recipe = overfit_recipe(0.01, epochs=3, batch_size=10)

    def trained(which: list[int]) -> list[np.ndarray]:
        feed = SubsetFeed([subsets[k] for k in which], 10, recipe.input_scale, [50 + k for k in which])
        trainer = Trainer(architecture, recipe, feed, [50 + k for k in which], 12, replica_inputs=True)
        trainer.train(12)
        return trainer.network.get_weights(len(which) - 1)

    for alone, among in zip(trained([1]), trained([0, 1]), strict=True):
        np.testing.assert_allclose(alone, among, atol=1e-4)


def test_stacked_images_lie_side_by_side() -> None:
    images = np.arange(2 * 3 * 4).reshape(2, 3, 2, 2, 1).astype(np.uint8)
    joined = stacked_images(images)
    assert joined.shape == (3, 2, 2, 2)
    assert np.array_equal(joined[..., 1:], images[1])
