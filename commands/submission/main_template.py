"""AUTHORS: Assignment 1, CNN. One function for every answer or plot of the report.

Run it in the folder that holds it and the packages beside it. Once, to install what they need:

    pip install REQUIREMENTS

Then, for example:

    python MAIN --help                                     what there is
    python MAIN question_1_1                               the parameters of the network, counted
    python MAIN question_1                                 all of question 1
    python MAIN question_1 theory_3 --dataset digits --quick   a short try without MNIST

Results (figures, tables, models) are written to --runs-dir; MNIST is looked for in --data-dir, in MNIST_DIR, in the
Keras cache, then downloaded. `report` typesets all answers from what is there. The work is done by the packages:
datasets (images), spaces (architectures and how parameters are counted), search (training and the search for the
smallest network), baselines (questions 1, 2 and 5), reports (figures, the theoretical answers, the PDF), commands.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from baselines.architectures import linearised, original
from baselines.settings import BaselineError
from commands.console import one_line
from commands.errors import EXPECTED, CommandError
from commands.submission.steps import Options, baseline, count, count_winner, find, plot_winner, run


def question_1_1(_: Options) -> None:
    """The free parameters of the given network, counted by hand."""
    count(original((28, 28, 1), 10))


def question_1_2(options: Options) -> None:
    """Training and test accuracy of that network against iterations."""
    baseline("original", options)


def question_2_1(_: Options) -> None:
    """The network without its non-linear parts."""
    count(linearised(original((28, 28, 1), 10)))


def question_2_2(options: Options) -> None:
    """Both networks compared, with the effect on training and test accuracy (2.3)."""
    baseline("linear", options)


def question_3_1(options: Options) -> None:
    """The smallest shallow network: the search, and the winner confirmed with fresh seeds."""
    find("shallow", options)


def question_3_1_1(options: Options) -> None:
    """The parameters of the smallest shallow network, counted."""
    count_winner("shallow", options)


def question_3_1_2(options: Options) -> None:
    """The loss of the training of the smallest shallow network."""
    plot_winner("shallow", options)


def question_3_2(options: Options) -> None:
    """The smallest deep network: the search, and the winner confirmed with fresh seeds."""
    find("deep", options)


def question_3_2_1(options: Options) -> None:
    """The parameters of the smallest deep network, counted."""
    count_winner("deep", options)


def question_3_2_2(options: Options) -> None:
    """The training of the smallest deep network."""
    plot_winner("deep", options)


def question_3_3(options: Options) -> None:
    """Which of the two trains faster."""
    short = ["--seeds", "2", "--epochs", "6", "--rate", "0.01"] if options.quick else []
    run("compare", options.study("shallow"), options.study("deep"), *short, *options.data(), *options.runs())


def question_4_1(options: Options) -> None:
    """250 examples: the original network, smaller ones, dropout."""
    short = ["--quick"] if options.quick else []
    out = ["--out", str(options.runs_dir / "overfit")]
    run("overfit", "--dataset", options.dataset, *short, *options.data(), *out)


def question_5_1(options: Options) -> None:
    """The sum of two digits, predicted directly."""
    baseline("sum-direct", options)


def question_5_2(options: Options) -> None:
    """Both digits predicted in one pass, then added."""
    baseline("sum-pair", options)


def question_5_3(options: Options) -> None:
    """Which strategy works better, and why: from the results of 5.1 and 5.2."""
    from baselines.comparison import compare, explain
    from baselines.results import read

    folder = options.runs_dir / "baselines"
    comparison = compare(read(folder / "sum-direct"), read(folder / "sum-pair"))
    if comparison is None:
        raise CommandError(f"expected both sums in {folder}, measured alike; run question_5_1 and question_5_2 first")
    click.echo(explain(comparison))


def theory_1_1(options: Options) -> None:
    """Convolution and translation, checked."""
    run("theory", "1.1", *options.runs())


def theory_1_2(options: Options) -> None:
    """The length of a convolution's output, checked."""
    run("theory", "1.2", *options.runs())


def theory_2_1(options: Options) -> None:
    """The derivatives of a ReLU with negative responses only, checked."""
    run("theory", "2.1", *options.runs())


def theory_2_2(options: Options) -> None:
    """What gradient descent does to such a filter, checked."""
    run("theory", "2.2", *options.runs())


def theory_3_1(options: Options) -> None:
    """The matrix of a convolution's derivatives, checked."""
    run("theory", "3.1", *options.runs())


def theory_3_2(options: Options) -> None:
    """Its product with a gradient without forming it, checked."""
    run("theory", "3.2", *options.runs())


def theory_4_1(options: Options) -> None:
    """The parameters of a convolutional layer, checked."""
    run("theory", "4.1", *options.runs())


def theory_4_2(options: Options) -> None:
    """The parameters of a fully-connected layer, checked."""
    run("theory", "4.2", *options.runs())


def theory_4_3(options: Options) -> None:
    """The constraints of a dataset, checked."""
    run("theory", "4.3", *options.runs())


def report(options: Options) -> None:
    """All answers in one PDF, from what is in --runs-dir."""
    from reports.document.report import document
    from reports.document.sources import gather

    run("theory", *options.runs())
    options.runs_dir.mkdir(parents=True, exist_ok=True)
    path = options.runs_dir / "report.pdf"
    path.write_bytes(document(gather(options.runs_dir)))
    click.echo(f"report: {path}")


FAILURES: tuple[type[Exception], ...] = (*EXPECTED, BaselineError)
ANSWERS: dict[str, Callable[[Options], None]] = {
    name: value for name, value in list(globals().items()) if name.startswith(("question_", "theory_", "report"))
}


@click.command(epilog="Answers: " + ", ".join(ANSWERS))
@click.argument("names", nargs=-1, required=True, metavar="ANSWER...")
@click.option("--dataset", default="mnist", metavar="mnist|digits|PATH", help="Images to train and test on.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where MNIST lies.")
@click.option("--runs-dir", type=click.Path(path_type=Path), help="Where results go.  [runs; runs-quick with --quick]")
@click.option("--quick", is_flag=True, help="A short try of everything, to see it work.")
def main(names: tuple[str, ...], dataset: str, data_dir: Path | None, runs_dir: Path | None, quick: bool) -> None:
    """Make the answers of the report: question_1 is all of question 1, question_1_2 one part of it."""
    place = runs_dir if runs_dir is not None else Path("runs-quick" if quick else "runs")
    options = Options(dataset, data_dir, place, quick)
    chosen = [answer for answer in ANSWERS if any(f"{answer}_".startswith(f"{name}_") for name in names)]
    unknown = [name for name in names if not any(f"{answer}_".startswith(f"{name}_") for answer in ANSWERS)]
    if unknown:
        raise click.UsageError(f"expected one of {', '.join(ANSWERS)}, got {unknown[0]}")
    for answer in chosen:
        click.echo(f"\n{answer}: {ANSWERS[answer].__doc__}", err=True)
        try:
            ANSWERS[answer](options)
        except FAILURES as error:
            raise SystemExit(f"error: {one_line(error)}") from error


if __name__ == "__main__":
    main()
