"""Studies for the tests of the page: retrained ones with invented answers and weights, hostile and large ones."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from datasets.dataset import Split
from search.artifacts import predictions, write_predictions, write_weights
from search.confirmation import Confirmation, Confirmations
from search.jsonl import VERSION
from search.study import Study, StudyConfig
from search.trial import Trial
from tests.trials import CONFIG, study, trial

EVIL = "<script>window.hacked = 1</script></script><img src=x onerror='window.hacked = 2'>{{ 7 * 7 }}\u2028&amp;"
SEEDS = (7, 8)
DIGITS = np.random.default_rng(1).integers(0, 256, (1000, 28, 28, 1), np.uint8)
LABELS = (np.arange(1000) % 10).astype(np.int32)


def answers() -> np.ndarray:
    """Two networks' answers to 1,000 images: image 3 misread as 5 by both, image 4 as 9 by the second alone."""
    given = np.stack([LABELS, LABELS])
    given[:, 3] = 5
    given[1, 4] = 9
    return given


def weights() -> list[np.ndarray]:
    """Weights of the network of `tests.trials`, as Keras orders them: 5x4 kernels of 3 filters, then the dense ones."""
    draw = np.random.default_rng(2)
    shapes = [(5, 4, 1, 3), (3,), (18, 10), (10,)]
    return [draw.normal(size=shape).astype(np.float32) for shape in shapes]


def retrained_study(runs_dir: Path, name: str = "winners") -> Study:
    """Trials 0 - 3 of which two qualify; trial 1 is retrained and confirmed, with everything retraining keeps."""
    made = study(runs_dir, [trial(0, 300), trial(1, 253), trial(2, 100, (949, 950)), trial(3, 50, ())], name)
    folder = made.folder / "models" / "trial-1"
    folder.mkdir(parents=True)
    write_predictions(folder, predictions(Split(DIGITS, LABELS), answers()))
    write_weights(folder, SEEDS, [weights(), weights()])
    (folder / "history.csv").write_text("epoch,seed,train_loss\n1,7,0.5\n1,8,0.6\n2,7,nan\n2,8,0.4\n")
    Confirmations(made.folder).append(
        Confirmation(1, SEEDS, (999, 998), 1000, 2, True, True, 0.995, 9.0, ("a", "b"), "models/trial-1/history.csv")
    )
    return made


def hostile_study(folder: Path) -> Study:
    """A study whose folder, configuration, trial, reason and values try to be part of the page."""
    one = trial(0)
    info = msgspec.structs.replace(one.info, name=EVIL, origin=EVIL, values={EVIL: EVIL})
    result = msgspec.structs.replace(one.result, reason=EVIL)
    made = study(folder.parent, [], "plain", StudyConfig(EVIL, EVIL, CONFIG.constraint, 4, 24, 0, "smallest"))
    made.folder.rename(folder)
    moved = Study(folder, made.config)
    moved.ledger.append(Trial(info, result))
    return moved


def large_study(runs_dir: Path, count: int, name: str = "large") -> Study:
    """A study of `count` trials, every tenth of which qualifies; written in one go."""
    made = study(runs_dir, [], name)
    lines = []
    for number in range(count):
        one = trial(number, 100 + number, (960, 955) if number % 10 == 0 else (700 + number % 240, 800))
        lines.append(msgspec.json.encode({"version": VERSION, "trial": one}))
    made.ledger.path.write_bytes(b"\n".join(lines) + b"\n")
    return made
