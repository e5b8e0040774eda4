"""Export: files for elsewhere that give the classes of the model that was judged, and one line where there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from datasets.registry import load
from search.confirmation import Confirmation, Confirmations
from search.export import keras_classes, tflite_classes
from search.retrain import RetrainSettings, retrain
from search.study import Study
from tests import trials as invented
from tests.trials import run

FIVE_LINES = """
import keras, numpy
data = numpy.load({data!r})
for model in map(keras.models.load_model, {models!r}):
    answers = model.predict(data["images"], verbose=0).argmax(-1)
    print(model.count_params(), int((answers == data["labels"]).sum()), len(answers))
"""


@pytest.fixture(scope="module")
def retrained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Confirmation]:
    """A study of which trial 0 is retrained and trial 1 is not."""
    study = invented.study(tmp_path_factory.mktemp("runs"), [invented.trial(0), invented.trial(1)])
    settings = RetrainSettings(seeds=2, epochs=3)
    ((_, confirmation),) = retrain(study, load("digits"), study.ledger.read()[:1], settings)
    return study, confirmation


def exported(study: Study, *arguments: str) -> str:
    done = run("export", study.name, "0", "--runs-dir", str(study.folder.parent), *arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("quantize", ["none", "float16", "dynamic"])
def test_a_tflite_file_gives_the_classes_of_the_model(
    retrained: tuple[Study, Confirmation], tmp_path: Path, quantize: str
) -> None:
    study, confirmation = retrained
    path = tmp_path / "deep" / "model.tflite"
    said = exported(study, "--format", "tflite", "--quantize", quantize, "--out", str(path))
    assert path.read_bytes()[4:8] == b"TFL3"
    assert f"{path}: {path.stat().st_size:,} bytes" in said
    assert f"seed {confirmation.seeds[0]}: {confirmation.correct[0]} of {confirmation.total} test images" in said
    test = load("digits").test
    classes = tflite_classes(path, test.images)
    assert (classes == keras_classes(study.folder / confirmation.models[0], test.images)).mean() > 0.99
    if quantize == "none":
        assert int((classes == test.labels).sum()) == confirmation.correct[0]
        assert "same class as the Keras model on 1,000 of 1,000 training images" in said


def test_the_seed_asked_for_is_taken_and_the_first_one_otherwise(
    retrained: tuple[Study, Confirmation], tmp_path: Path
) -> None:
    study, confirmation = retrained
    for seed, model in zip(confirmation.seeds, confirmation.models, strict=True):
        path = tmp_path / f"{seed}.keras"
        exported(study, "--seed", str(seed), "--out", str(path))
        assert path.read_bytes() == (study.folder / model).read_bytes()
    first = tmp_path / "first.keras"
    exported(study, "--out", str(first))
    assert first.read_bytes() == (study.folder / confirmation.models[0]).read_bytes()


def test_five_lines_of_keras_and_numpy_give_the_accuracy_of_the_table(
    retrained: tuple[Study, Confirmation], tmp_path: Path
) -> None:
    study, confirmation = retrained
    test, data = load("digits").test, tmp_path / "test.npz"
    np.savez(data, images=test.images, labels=test.labels)
    code = FIVE_LINES.format(models=[str(study.folder / path) for path in confirmation.models], data=str(data))
    command = [sys.executable, "-I", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    said = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert said == [(invented.NETWORK.parameters, right, confirmation.total) for right in confirmation.correct]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["1"], "error: expected a retrained trial, trial 1 of invented is not; run: search_cli.py retrain invented"),
        (["9"], "error: expected a finished trial of invented, got 9; see them with leaderboard invented --all"),
        (["0", "--seed", "5"], "error: expected a seed that trial 0 was retrained with, got 5; there are: "),
    ],
)
def test_what_cannot_be_exported_is_one_line(
    retrained: tuple[Study, Confirmation], tmp_path: Path, arguments: list[str], said: str
) -> None:
    path = tmp_path / "model"
    done = run("export", "invented", *arguments, "--out", str(path), "--runs-dir", str(retrained[0].folder.parent))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert not path.exists()


@pytest.mark.parametrize("content", [None, b"not a model"])
def test_a_model_that_is_gone_or_damaged_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    study = invented.study(tmp_path, [invented.trial(0)])
    confirmation = Confirmation(0, (7,), (953,), 1000, 72, True, True, None, 9.0, ("model.keras",), "h")
    Confirmations(study.folder).append(confirmation)
    if content is not None:
        (study.folder / "model.keras").write_bytes(content)
    path = tmp_path / "out.keras"
    done = run("export", "invented", "0", "--out", str(path), "--runs-dir", str(tmp_path))
    assert done.exit_code == 1
    assert "retrain" in done.stderr.splitlines()[-1]
    assert not path.exists()


def test_quantizing_a_keras_file_is_wrong_usage(retrained: tuple[Study, Confirmation], tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    done = run("export", "invented", "0", "--quantize", "dynamic", "--out", str(path))
    assert done.exit_code == 2
    assert not path.exists()
