"""What the 250-example study found, as data: `answers.json`, from which the report, the tables and the sentences come.

All shares are between 0 and 1. A ratio is test (or validation) accuracy over training accuracy of the same networks.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

SUMMARY_FILE = "answers.json"


class OverfitError(Exception):
    """A study of overfitting that cannot be run or read: one line with what was expected, what came, what to do."""


class Estimate(msgspec.Struct, frozen=True):
    """A mean over subsets (the seeds of a subset averaged first) with its 95% interval (Student's t over subsets).

    `images`: how many images each accuracy was counted on; `least` and `most`: the extremes over single trainings.
    """

    mean: float
    low: float
    high: float
    least: float
    most: float
    subsets: int
    seeds: int
    images: int


class Difference(msgspec.Struct, frozen=True):
    """One configuration less another on the same subsets: mean, 95% interval and p of the paired t-test.

    `wilcoxon_p` is that of Wilcoxon's signed-rank test, which assumes no normal distribution. None: the differences
    are all alike, so that no test can be made.
    """

    mean: float
    low: float
    high: float
    t_p: float | None
    wilcoxon_p: float | None
    subsets: int

    @property
    def is_clear(self) -> bool:
        """Whether the 95% interval leaves out zero."""
        return self.low > 0 or self.high < 0


class Configured(msgspec.Struct, frozen=True):
    """A network of the study and what it scored; `test` and `ratio` (test / train) only where it was a chosen one.

    `keep` is the share of values that dropout keeps after each hidden layer: convolution 1, convolution 2, dense.
    """

    name: str
    filters: tuple[int, int]
    hidden: int
    keep: tuple[float, float, float]
    parameters: int
    learning_rate: float
    train: Estimate
    validation: Estimate
    validation_ratio: Estimate
    test: Estimate | None = None
    ratio: Estimate | None = None


class CurveEnd(msgspec.Struct, frozen=True):
    """The end of a curve of question 4's first part: the original on so many examples."""

    examples: int
    iterations: int
    train: Estimate
    test: Estimate
    ratio: Estimate


class Baseline(msgspec.Struct, frozen=True):
    """The original network without dropout on the full training set and on the few examples."""

    full: CurveEnd
    few: CurveEnd
    sentence: str


class SizeAnswer(msgspec.Struct, frozen=True):
    """Fewer parameters: the original before, the smaller network with the best validation accuracy after.

    `reduction` is how many times smaller; `best_ratio` the smaller network with the highest validation ratio;
    `within` the smallest network that loses at most `slack` of validation accuracy against the original, and
    `within_gain` its test accuracy less the original's. Gains are after less before.
    """

    before: Configured
    after: Configured
    reduction: float
    test_gain: Difference
    ratio_gain: Difference
    best_ratio: Configured
    within: Configured
    within_gain: Difference
    slack: float
    sentence: str


class DropoutAnswer(msgspec.Struct, frozen=True):
    """Dropout in the original: one keep probability for all layers, and one a layer.

    `best` has the highest validation accuracy with one keep probability, `best_ratio` the highest validation ratio,
    `per_layer` the highest validation accuracy with one for each layer; `chosen` is the better one of `best` and
    `per_layer` on validation. `disagreeing` are the keep probabilities whose ratio is above that of `best` although
    their validation accuracy is below.
    """

    before: Configured
    best: Configured
    best_ratio: Configured
    per_layer: Configured
    chosen: Configured
    test_gain: Difference
    ratio_gain: Difference
    per_layer_gain: Difference
    disagreeing: tuple[float, ...]
    sentence: str


class BothAnswer(msgspec.Struct, frozen=True):
    """Size and dropout together, against each alone and against the original: differences of test accuracy."""

    chosen: Configured
    over_original: Difference
    over_size: Difference
    over_dropout: Difference
    ratio_gain: Difference
    sentence: str


class CrossValidated(msgspec.Struct, frozen=True):
    """What choosing by cross-validation within the few examples alone gives.

    `picks`: how often each configuration was the best in cross-validation, over the subsets; `estimate` the accuracy
    that cross-validation promised for its picks, `truth` what the picks reach on the validation images, which had no
    part in picking them; `loss` that against the one configuration chosen on the validation images.
    """

    folds: int
    candidates: int
    picks: dict[str, int]
    estimate: Estimate
    truth: Estimate
    loss: Difference
    sentence: str


class Speed(msgspec.Struct, frozen=True):
    """Seconds a training of the same network takes, alone and `replicas` at once, measured in this run."""

    name: str
    parameters: int
    replicas: int
    alone: float
    together: float
    gain: float


class OverfitSummary(msgspec.Struct, frozen=True):
    """Everything the study found. `figures` and `tables`: names of files in the same folder, by what they show."""

    dataset: str
    source: str
    seed: int
    examples: int
    subsets: int
    seeds: int
    iterations: int
    validation_images: int
    test_images: int
    full_examples: int
    baseline: Baseline
    size: SizeAnswer
    dropout: DropoutAnswer
    both: BothAnswer
    cross_validation: CrossValidated
    speed: tuple[Speed, ...]
    speed_sentence: str
    trainings: int
    seconds: float
    figures: dict[str, str]
    tables: dict[str, str]
    command: str
    version: int = 1


def read_overfit(folder: Path) -> OverfitSummary | None:
    """The summary in a folder; None where there is none. Raises OverfitError for a file that is no summary."""
    file = folder / SUMMARY_FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=OverfitSummary)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (msgspec.MsgspecError, ValueError) as damage:
        raise OverfitError(
            f"expected the answers of a study of overfitting in {file}, got: {damage}; delete the file and run overfit"
        ) from damage
