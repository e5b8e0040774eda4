"""The searches that are compared: this tool, stock Keras Tuner, Optuna; same space, data, threads and wall time.

Each runs in a process of its own and writes one JSON line a finished trial: seconds since its start (imports left
out), parameters, correct validation answers, the total, and the hyperparameters' values.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from datasets.dataset import Dataset
from search.runtime import configure

KERAS_TUNERS = {"random": "RandomSearch", "bayesian": "BayesianOptimization", "hyperband": "Hyperband"}
PEERS = ("smallest", *KERAS_TUNERS, "optuna")
BAR = 0.95
PENALTY = 1_000_000.0
BATCH, INPUT_SCALE = 128, 3.0
# The space's learning rates are those of SOAP; Adam's best one is about this share of SOAP's (benchmarks/recipe.py).
ADAM_SHARE = 0.6
MOST_TRIALS = 100_000


class _TimeUp(BaseException):
    """The wall time of a search is spent; no error, as Keras Tuner tries again after errors."""


class _Log:
    """Finished trials of one search, a line each."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._path, self._limit, self._start = path, seconds, time.monotonic()

    def write(self, parameters: int, correct: float, total: int, values: dict[str, Any]) -> None:
        """Notes a finished trial; `correct` is the mean over replicas where there are several."""
        spent = time.monotonic() - self._start
        if spent > self._limit:
            raise _TimeUp
        line = {"seconds": spent, "parameters": parameters, "correct": correct, "total": total, "values": values}
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def run_peer(
    peer: str, space: str, dataset: str, data_dir: str | None, seconds: float, epochs: int, seed: int, path: str
) -> None:
    """Runs one search for `seconds` on one thread and logs its trials to `path`."""
    configure(1)
    from datasets.registry import load

    data = load(dataset, Path(data_dir) if data_dir else None)
    log = _Log(Path(path), seconds)
    with contextlib.suppress(_TimeUp):
        if peer == "smallest":
            _smallest(space, data, seconds, seed, log)
        elif peer == "optuna":
            _optuna(space, data, epochs, seed, log)
        else:
            _keras_tuner(KERAS_TUNERS[peer], space, data, epochs, seed, log)


def _smallest(space: str, data: Dataset, seconds: float, seed: int, log: _Log) -> None:
    """This tool as it comes: it chooses by itself how long to train each network."""
    from search.budget import Budget
    from search.study import StudyConfig, open_study
    from search.trial import CurvePoint, Trial, TrialInfo
    from search.tuner import run_search
    from spaces.recipe import usual_epochs
    from spaces.registry import load_space

    class Reporter:
        def search_started(self, finished: Any, budget: Any) -> None:
            pass

        def trial_started(self, info: TrialInfo) -> None:
            pass

        def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
            pass

        def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
            # What does not qualify, margin included, is noted as wrong: the tool would not offer it.
            result = trial.result
            correct = float(np.mean(result.correct)) if result.qualified else 0.0
            log.write(trial.info.parameters, correct, result.total or 1, dict(trial.info.values))

    with tempfile.TemporaryDirectory() as folder:
        epochs = usual_epochs(len(data.train))
        config = StudyConfig(space, data.name, f"val_accuracy >= {BAR}", 4, epochs, seed, "smallest")
        study = open_study(Path(folder), "peer", config)
        run_search(study, data, load_space(space, data.input_shape, data.classes), Budget(None, seconds), Reporter())


def _train(
    space: Any, hp: Any, data: Dataset, epochs: int, weights: list[Any] | None = None
) -> tuple[int, int, list[Any]]:
    """What a user of another tuner would do: stock `fit`, with a cosine schedule; parameters, correct answers, weights.

    `weights` are those to go on from.
    """
    import keras

    from spaces.keras_builder import build_keras

    keras.backend.clear_session()
    architecture, recipe = space.architecture(hp), space.recipe(hp, epochs)
    model = build_keras(architecture)
    if weights is not None:
        model.set_weights(weights)
    steps = epochs * (len(data.train) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(ADAM_SHARE * recipe.learning_rate, steps)
    model.compile(
        keras.optimizers.Adam(rate, beta_2=recipe.beta_2),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(data.train.images * np.float32(INPUT_SCALE / 255), data.train.labels, BATCH, epochs, verbose=0)
    logits = model.predict(data.validation.images * np.float32(INPUT_SCALE / 255), batch_size=500, verbose=0)
    correct = int((logits.argmax(-1) == data.validation.labels).sum())
    return architecture.parameters, correct, model.get_weights()


def _score(parameters: int, correct: int, total: int) -> float:
    return float(parameters) if correct >= BAR * total else PENALTY * (1 + BAR - correct / total)


def _keras_tuner(kind: str, name: str, data: Dataset, epochs: int, seed: int, log: _Log) -> None:
    import keras_tuner as kt

    from spaces.registry import load_space

    space = load_space(name, data.input_shape, data.classes)

    weights: dict[str, list[Any]] = {}

    class Tuner(getattr(kt, kind)):  # type: ignore[misc]
        def run_trial(self, trial: Any, *arguments: Any, **options: Any) -> dict[str, float]:
            # Hyperband names how far to train, and the trial whose weights to go on from.
            hp = trial.hyperparameters
            more = int(hp.values.get("tuner/epochs", epochs)) - int(hp.values.get("tuner/initial_epoch", 0))
            start = weights.get(hp.values.get("tuner/trial_id", ""))
            parameters, correct, weights[trial.trial_id] = _train(space, hp, data, more, start)
            log.write(parameters, correct, len(data.validation), dict(hp.values))
            return {"score": _score(parameters, correct, len(data.validation))}

    with tempfile.TemporaryDirectory() as folder:
        halving = {"max_epochs": epochs, "hyperband_iterations": MOST_TRIALS}
        budget = halving if kind == "Hyperband" else {"max_trials": MOST_TRIALS}
        tuner = Tuner(
            space, objective=kt.Objective("score", "min"), seed=seed + 1, directory=folder, overwrite=True, **budget
        )
        tuner.search(verbose=0)


class _OptunaHyperParameters:
    """The part of kt.HyperParameters that the spaces use, asked of an Optuna trial."""

    def __init__(self, trial: Any) -> None:
        self._trial = trial

    def Int(self, name: str, low: int, high: int, **_: Any) -> Any:  # noqa: N802 - Keras Tuner's name
        return self._trial.suggest_int(name, low, high)

    def Choice(self, name: str, values: list[Any], **_: Any) -> Any:  # noqa: N802 - Keras Tuner's name
        return self._trial.suggest_categorical(name, values)

    def Boolean(self, name: str, **_: Any) -> Any:  # noqa: N802 - Keras Tuner's name
        return self._trial.suggest_categorical(name, [False, True])

    @contextmanager
    def conditional_scope(self, parent: str, values: list[Any]) -> Iterator[None]:
        yield


def _optuna(name: str, data: Dataset, epochs: int, seed: int, log: _Log) -> None:
    import optuna

    from spaces.registry import load_space

    space = load_space(name, data.input_shape, data.classes)
    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def objective(trial: Any) -> float:
        parameters, correct, _ = _train(space, _OptunaHyperParameters(trial), data, epochs)
        trial.set_constraint("accuracy", BAR - correct / len(data.validation))
        log.write(parameters, correct, len(data.validation), dict(trial.params))
        return float(parameters)

    optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed)).optimize(objective, n_trials=MOST_TRIALS)
