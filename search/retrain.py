"""Retraining: a trial's architecture from scratch with fresh seeds, judged once on the test set, every model kept.

This is one of the few places that read the test set: after a search has chosen on validation images, and once for each
training.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import keras
import msgspec
import numpy as np
import tensorflow as tf

from datasets.dataset import Dataset, full_training_set
from search.artifacts import predictions, write_predictions, write_weights
from search.confirmation import Confirmation, Confirmations, lower_bound
from search.constraint import Constraint
from search.feeds import PIXEL_MAX, EpochFeed
from search.history import History
from search.study import Study
from search.training import Trainer
from search.trial import Trial
from spaces.architecture import Architecture
from spaces.keras_builder import keras_layer
from spaces.recipe import Recipe

# Keeps the seeds of retraining apart from those the search draws from the same study seed.
STREAM = 0x7E57
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class RetrainSettings:
    """How to retrain: how many seeds, how many epochs, on train and validation together or on train alone."""

    seeds: int
    epochs: int
    full_training_set: bool = True


# Called after every epoch with the trial, the epoch (from 1) and the mean training loss of each seed.
OnEpoch = Callable[[Trial, int, np.ndarray], None]


def retrain(
    study: Study,
    dataset: Dataset,
    trials: Iterable[Trial],
    settings: RetrainSettings,
    until_confirmed: bool = False,
    on_epoch: OnEpoch = lambda trial, epoch, losses: None,
) -> Iterator[tuple[Trial, Confirmation]]:
    """Retrains trials one after another; each confirmation is on disk before it is yielded.

    A trial already retrained with these settings is not trained again: its confirmation comes from disk. With
    `until_confirmed` the first confirmed trial is the last. Raises StudyError for a trial without an architecture.
    """
    confirmations = Confirmations(study.folder)
    confirmations.repair()
    known = confirmations.read()
    for trial in trials:
        confirmation = _known(known, trial, settings)
        if confirmation is None:
            confirmation = confirm(study, dataset, trial, settings, on_epoch)
            confirmations.append(confirmation)
        yield trial, confirmation
        if until_confirmed and confirmation.confirmed:
            return


def confirm(study: Study, dataset: Dataset, trial: Trial, settings: RetrainSettings, on_epoch: OnEpoch) -> Confirmation:
    """Trains all seeds at once, evaluates each once on the test set, saves models, training losses, and what
    `search/artifacts.py` keeps: answers and weights.
    """
    architecture = trial.info.architecture
    started = time.monotonic()
    seeds = fresh_seeds(study.config.seed, trial.info.trial, settings.seeds, _used_seeds(trial))
    # One cycle: the search restarts its schedule only to decide early, and here nothing is decided before the end.
    recipe = msgspec.structs.replace(trial.info.recipe, epochs=settings.epochs, cycles=1)
    split = full_training_set(dataset) if settings.full_training_set else dataset.train
    feed = EpochFeed(split.images, split.labels, recipe.batch_size, recipe.input_scale, seeds[0])
    trainer = Trainer(architecture, recipe, feed, seeds, settings.epochs * feed.steps_per_epoch)
    history = History(seeds, dataset, split)
    for epoch in range(1, settings.epochs + 1):
        losses = trainer.train(feed.steps_per_epoch)
        history.measure(losses, trainer)
        on_epoch(trial, epoch, losses)
    test = predictions(dataset.test, trainer.predict(tf.constant(dataset.test.images)))
    correct, total = tuple(int(count) for count in (test.answers == test.labels).sum(1)), len(test.labels)
    folder = study.folder / "models" / _folder_name(trial, settings)
    folder.mkdir(parents=True, exist_ok=True)
    models = [folder / f"seed-{seed}.keras" for seed in seeds]
    weights = [trainer.network.get_weights(replica) for replica in range(len(seeds))]
    for path, arrays in zip(models, weights, strict=True):
        model_on_pixels(architecture, recipe, arrays).save(path)
    write_weights(folder, seeds, weights)
    write_predictions(folder, test)
    written = folder / "history.csv"
    history.write(written)
    # The test set asks for the bar itself: the margin was for the noise of selecting, and nothing is selected here.
    constraint = Constraint.parse(study.config.constraint)
    return Confirmation(
        trial=trial.info.trial,
        seeds=seeds,
        correct=correct,
        total=total,
        epochs=settings.epochs,
        full_training_set=settings.full_training_set,
        confirmed=constraint.is_met_by_mean(correct, total),
        lower_bound=lower_bound(correct, total),
        seconds=time.monotonic() - started,
        models=tuple(path.relative_to(study.folder).as_posix() for path in models),
        history=written.relative_to(study.folder).as_posix(),
    )


def fresh_seeds(study_seed: int, trial: int, count: int, used: Collection[int]) -> tuple[int, ...]:
    """`count` distinct seeds that follow from study and trial alone, none of them among those `used` by its replicas.

    More seeds begin with the same ones as fewer.
    """
    draw = np.random.default_rng([STREAM, study_seed, trial])
    chosen: list[int] = []
    while len(chosen) < count:
        seed = int(draw.integers(1, LARGEST_SEED))
        if seed not in used and seed not in chosen:
            chosen.append(seed)
    return tuple(chosen)


def model_on_pixels(architecture: Architecture, recipe: Recipe, weights: Sequence[np.ndarray]) -> keras.Model:
    """A compiled Keras model with these weights that takes raw pixels 0 - 255, [batch, rows, columns, channels].

    The first layer scales them as in training and has no parameters. Only Keras' own layers: it loads anywhere.
    """
    scaling = keras.layers.Rescaling(recipe.input_scale / PIXEL_MAX)
    layers = [keras_layer(layer, recipe.initializer) for layer in architecture.layers]
    model = keras.Sequential([keras.Input(architecture.input_shape), scaling, *layers])
    model.set_weights(list(weights))
    model.compile(
        optimizer=keras.optimizers.SGD(),  # without state: loading it restores nothing, so it warns of nothing
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def _used_seeds(trial: Trial) -> set[int]:
    return {*trial.info.seeds, *trial.result.more_seeds}


def _known(known: Sequence[Confirmation], trial: Trial, settings: RetrainSettings) -> Confirmation | None:
    asked = (trial.info.trial, settings.seeds, settings.epochs, settings.full_training_set)
    for confirmation in reversed(known):
        if asked == (
            confirmation.trial,
            len(confirmation.seeds),
            confirmation.epochs,
            confirmation.full_training_set,
        ):
            return confirmation
    return None


def _folder_name(trial: Trial, settings: RetrainSettings) -> str:
    data = "full" if settings.full_training_set else "train"
    return f"trial-{trial.info.trial}-{settings.epochs}-epochs-{data}-{settings.seeds}-seeds"
