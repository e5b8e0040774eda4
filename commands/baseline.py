"""`baseline`: the fixed experiments of questions 1, 2 and 5."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from baselines.results import Result, read, save, set_aside
from baselines.settings import BASELINES, Axis, BaselineError, BaselineName, Settings
from commands.baseline_progress import BaselineProgress
from commands.console import message
from commands.errors import CommandError
from commands.options import LARGEST_SEED, data_dir_option, debug_option
from datasets.dataset import Dataset
from datasets.registry import load
from spaces.layers import ImpossibleShapeError

ITERATIONS: dict[BaselineName, int] = {"original": 20_000, "linear": 20_000, "sum-direct": 10_000, "sum-pair": 10_000}
COMPARISON = "sum-comparison"
INTERRUPTED = 130


@click.command("baseline")
@click.argument("name", type=click.Choice(BASELINES), metavar="|".join(BASELINES))
@click.option(
    "--iterations",
    type=click.IntRange(min=1),
    metavar="N",
    help="Training steps of each network.  [default: 20000; 10000 for sums]",
)
@click.option("--batch-size", type=click.IntRange(min=1), default=50, metavar="N", help="Images (or pairs) in a step.")
@click.option("--eval-every", type=click.IntRange(min=1), default=500, metavar="N", help="Steps between measurements.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=0, metavar="S", help="Seed of the first network.")
@click.option("--seeds", type=click.IntRange(min=1), default=3, metavar="K", help="Networks, trained one by one.")
@click.option(
    "--axis",
    type=click.Choice(["horizontal", "vertical"]),
    help="How two digits are joined (sums only).  [default: horizontal]",
)
@click.option("--dataset", default="mnist", metavar="mnist|digits|PATH", help="Images to train and test on.")
@data_dir_option
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs/baselines"),
    help="The folder in which each baseline has a folder of its name.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print results.")
@debug_option
def command(
    name: BaselineName,
    iterations: int | None,
    batch_size: int,
    eval_every: int,
    seed: int,
    seeds: int,
    axis: Axis | None,
    dataset: str,
    data_dir: Path | None,
    out: Path,
    form: str,
) -> None:
    """Train a fixed network and write its curves (CSV, JSON) and figures (PNG, SVG) to --out.

    \b
    original    question 1: the assignment's network
    linear      question 2: the same without its non-linear parts, beside it
                and softmax regression; uses the curves of "original" where
                they were measured with the same options
    sum-direct  question 5.1: the sum of two digits, predicted directly
    sum-pair    question 5.2: both digits predicted, then added

    When both sums were measured with the same options, they are compared (question 5.3). Ctrl-C keeps what was
    measured. The test set is used for measuring only.
    """
    steps = ITERATIONS[name] if iterations is None else iterations
    sums = name.startswith("sum")
    if axis is not None and not sums:
        raise click.UsageError(f"--axis is for sum-direct and sum-pair, {name} has single digits")
    joined: Axis = "horizontal" if axis is None else axis
    settings = Settings(dataset, steps, batch_size, eval_every, seed, seeds, joined if sums else None)
    data = load(dataset, data_dir)
    message(f"data: {data.source}")
    try:
        result = measure(name, data, settings, out)
        if result.curves:
            report(result, out, form)
    except BaselineError as error:
        raise CommandError(str(error)) from error
    except ImpossibleShapeError as error:
        size = "x".join(map(str, data.input_shape[:2]))
        raise CommandError(
            f"expected images that the network of {name} fits, got {size} ({error}); use images of 28x28"
        ) from error
    if result.interrupted:
        kept = f"what was measured is in {out / name}" if result.curves else "nothing was measured yet"
        message(f"interrupted; {kept}. The same command starts over.")
        click.get_current_context().exit(INTERRUPTED)


def measure(name: BaselineName, data: Dataset, settings: Settings, out: Path) -> Result:
    """Trains what the baseline needs, showing progress.

    Raises:
        BaselineError: settings that do not suit the data, or a damaged result of the original in `out`.
        ImpossibleShapeError: images whose size the network does not fit.
    """
    from search.runtime import configure

    configure()
    from baselines import question_1, question_2, question_5

    with BaselineProgress(settings.iterations) as progress:
        if name == "original":
            return question_1.run(data, settings, progress)
        if name == "linear":
            counterpart = read(out / "original")
            if question_2.usable(counterpart, data, settings):
                message(f"the original's curves are taken from {out / 'original'}, measured with the same options")
                return question_2.run(data, settings, progress, counterpart)
            return question_2.run(data, settings, progress)
        return question_5.run(name, data, settings, progress)


def report(result: Result, out: Path, form: str) -> None:
    """Writes the files of a result with curves, and of the comparison it completes, and prints the summary."""
    from baselines.comparison import compare
    from commands.baseline_output import comparison_content, show, summary
    from reports.baseline_figures import baseline_figures, comparison_figures, save_figures

    folder = out / result.baseline
    kept = set_aside(result, folder)
    if kept is not None:
        message(f"an earlier result, measured with other options, is kept in {kept}")
    save(result, folder)
    folders = [folder]
    save_figures(baseline_figures(result), folder)
    comparison = None
    if result.settings.axis is not None:
        comparison = compare(read(out / "sum-direct"), read(out / "sum-pair"))
        if comparison is None and not result.interrupted:
            other = "sum-pair" if result.baseline == "sum-direct" else "sum-direct"
            message(f"for the comparison of question 5.3, run {other} with the same options")
    if comparison is not None:
        folders.append(out / COMPARISON)
        save_figures(comparison_figures(comparison), out / COMPARISON)
        content = msgspec.json.format(msgspec.json.encode(comparison_content(comparison)), indent=1)
        (out / COMPARISON / "comparison.json").write_bytes(content)
    if form == "json":
        click.echo(summary(result, comparison, folders))
        return
    show(result, comparison)
    for place in folders:
        click.echo(f"results: {place}")
