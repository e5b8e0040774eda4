"""A folder of results for the report: the project's own studies of MNIST, and invented baselines, in a moment."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import msgspec
from pypdf import PdfReader

from baselines.question_2 import explain as explain_linear
from baselines.results import Result, save
from baselines.sums import imbalance
from reports.answers import theory_answers
from reports.answers.results import Checked, save_checks
from reports.comparison_data import ConvergenceComparison, Picture
from reports.comparison_files import write_comparison
from reports.comparison_words import explain
from reports.overfit_data import (
    SUMMARY_FILE,
    Baseline,
    BothAnswer,
    Configured,
    CrossValidated,
    CurveEnd,
    Difference,
    DropoutAnswer,
    Estimate,
    OverfitSummary,
    SizeAnswer,
)
from search.confirmation import Confirmation, Confirmations, latest
from search.convergence_data import Network, Point, Run, Timing
from search.leaderboard import incumbent, read_leaderboard
from search.study import load_study
from search.trial import Trial
from tests.test_baselines_results import digit_result, sum_result

ROOT = Path(__file__).parent.parent
SHALLOW, DEEP = "shallow-mnist", "deep-mnist"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40"><rect width="80" height="30"/></svg>'


def original_result() -> Result:
    """A result of question 1: that of question 2 without its other networks."""
    linear = digit_result()
    curves = tuple(linear.of("original"))
    architectures = {"original": linear.architectures["original"]}
    return Result("original", linear.settings, linear.source, architectures, curves, False)


def baselines(runs_dir: Path, linear: int = 400) -> None:
    """Questions 1, 2 and 5; `linear` of 500 test images are right without the non-linear parts."""
    save(original_result(), runs_dir / "baselines" / "original")
    whole = digit_result(linear)
    save(whole.replaced(explain_linear(whole)), runs_dir / "baselines" / "linear")
    direct, pair = sum_result("sum-direct", 80), sum_result("sum-pair", 93)
    for result in (direct, pair):
        save(result.replaced(imbalance(result)), runs_dir / "baselines" / result.baseline)


def studies(runs_dir: Path) -> None:
    """The two searches whose ledgers come with the project."""
    for name in (SHALLOW, DEEP):
        shutil.copytree(ROOT / "results" / name, runs_dir / name)


def comparison(runs_dir: Path) -> ConvergenceComparison:
    """Question 3.3, invented: both winners over the bar after 20 iterations."""
    networks = (_winner(runs_dir, SHALLOW), _winner(runs_dir, DEEP))
    runs = tuple(
        Run(
            one.study,
            one.trial,
            "own",
            "mnist",
            one.recipe,
            (1, 2),
            128,
            1000,
            100,
            tuple(Point(10 * at, (correct, correct), (0.1, 0.1)) for at, correct in enumerate((10, 80, 96, 97))),
        )
        for one in networks
    )
    timings = tuple(Timing(one.study, one.trial, "mnist", 128, 10, 1, (0.001, 0.002, 0.003), 1.0) for one in networks)
    found = ConvergenceComparison("mnist", "MNIST.", "val_accuracy >= 0.95", networks, runs, (timings[0], timings[1]))
    pictures = (Picture("speed.png", "Validation accuracy against effort."), Picture("lost.png", "Not there."))
    found = msgspec.structs.replace(found, explanation=explain(found), pictures=pictures)
    folder = runs_dir / "comparisons" / f"{SHALLOW}-vs-{DEEP}"
    folder.mkdir(parents=True)
    (folder / "speed.svg").write_bytes(SVG)
    write_comparison(found, folder)
    return found


def overfit(runs_dir: Path) -> OverfitSummary:
    """Question 4, invented."""
    gain = Difference(0.0123, 0.01, 0.0146, 0.001, 0.002, 10)
    original, smaller = _configured("16-32-64", 0.91), _configured("8-16-32", 0.9223)
    dropped, both = _configured("16-32-64 keep 0.5", 0.93), _configured("8-16-32 keep 0.5", 0.9345)
    end = CurveEnd(250, 100, _estimate(1.0), _estimate(0.91), _estimate(0.91))
    size = SizeAnswer(
        before=original,
        after=smaller,
        reduction=10.0,
        test_gain=gain,
        ratio_gain=gain,
        best_ratio=smaller,
        within=smaller,
        within_gain=gain,
        slack=0.01,
        sentence="A smaller one is better.",
    )
    dropout = DropoutAnswer(
        before=original,
        best=dropped,
        best_ratio=dropped,
        per_layer=dropped,
        chosen=dropped,
        test_gain=gain,
        ratio_gain=gain,
        per_layer_gain=gain,
        disagreeing=(),
        sentence="Dropout is better.",
    )
    summary = OverfitSummary(
        dataset="digits",
        source="some digits.",
        seed=0,
        examples=250,
        subsets=10,
        seeds=3,
        iterations=100,
        validation_images=5000,
        test_images=500,
        full_examples=60000,
        baseline=Baseline(msgspec.structs.replace(end, examples=60000), end, "On few examples it overfits."),
        size=size,
        dropout=dropout,
        both=BothAnswer(both, gain, gain, gain, gain, "Both are best."),
        cross_validation=CrossValidated(5, 3, {"a": 10}, end.test, end.test, gain, "Cross-validation agrees."),
        speed=(),
        speed_sentence="Together is faster.",
        trainings=100,
        seconds=60.0,
        figures={name: f"{name}.png" for name in ("curves", "size", "dropout", "grid")},
        tables={},
        command="overfit",
    )
    folder = runs_dir / "overfit"
    folder.mkdir(parents=True)
    for name in summary.figures:
        (folder / f"{name}.svg").write_bytes(SVG)
    (folder / SUMMARY_FILE).write_bytes(msgspec.json.encode(summary))
    return summary


def checks(runs_dir: Path, wrong: str = "") -> None:
    """What the checks of the theory found; the claims of the answer `wrong` do not hold."""
    found = [
        Checked(answer.number, check.claim, answer.number != wrong, f"measured for {answer.number}")
        for answer in theory_answers()
        for check in answer.checks
    ]
    save_checks(found, runs_dir / "theory")


def everything(runs_dir: Path) -> Path:
    """A folder with results for every question."""
    baselines(runs_dir)
    studies(runs_dir)
    comparison(runs_dir)
    overfit(runs_dir)
    checks(runs_dir)
    return runs_dir


def text_of(pdf: bytes) -> str:
    """The text of a PDF, words broken at the end of a line put together and blanks made one."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", re.sub(r"-\n", "-", "\n".join(pages)))


def winner_confirmed(runs_dir: Path, study: str) -> tuple[Trial, Confirmation]:
    """The smallest qualifying trial of a study and its confirmation; others may have been retrained by their number."""
    ledger = load_study(runs_dir, study).ledger
    best = incumbent(read_leaderboard(ledger))
    trial = ledger.find(best.trial) if best is not None else None
    assert trial is not None
    return trial, latest(Confirmations(runs_dir / study).read())[trial.info.trial]


def _winner(runs_dir: Path, study: str) -> Network:
    info = winner_confirmed(runs_dir, study)[0].info
    return Network(study, info.trial, info.name, info.parameters, info.macs, info.architecture, info.recipe)


def _estimate(mean: float) -> Estimate:
    return Estimate(mean, mean - 0.01, min(1.0, mean + 0.01), mean - 0.05, 1.0, 10, 3, 500)


def _configured(name: str, test: float) -> Configured:
    accuracy, ratio = _estimate(test), _estimate(test)
    keep = (0.5, 0.5, 0.5) if "keep" in name else (1.0, 1.0, 1.0)
    return Configured(name, (16, 32), 64, keep, 12_345, 0.001, _estimate(1.0), accuracy, ratio, accuracy, ratio)
