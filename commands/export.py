"""`export`: a retrained model as a file to use elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.console import message
from commands.errors import CommandError
from commands.options import data_dir_option, debug_option, runs_dir_option, study_argument
from datasets.registry import load
from search.confirmation import Confirmation, Confirmations, latest
from search.study import Study, load_study

if TYPE_CHECKING:
    from search.export import ExportFormat, Quantization


@click.command("export")
@study_argument
@click.argument("trial", type=click.IntRange(min=0))
@click.option("--format", "form", type=click.Choice(["keras", "tflite"]), default="keras", help="What to write.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write.  [default: STUDY-trial-TRIAL.FORMAT, here]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="S",
    help="Which of the retrained models, by its seed.  [default: the first]",
)
@click.option(
    "--quantize",
    type=click.Choice(["none", "float16", "dynamic"]),
    default="none",
    help="Smaller weights (tflite only): 16-bit floats, or 8-bit integers where that pays.",
)
@data_dir_option
@runs_dir_option
@debug_option
def command(
    study: str,
    trial: int,
    form: ExportFormat,
    out: Path | None,
    seed: int | None,
    quantize: Quantization,
    data_dir: Path | None,
    runs_dir: Path,
) -> None:
    """Write the retrained model of TRIAL as .keras or as TensorFlow Lite, and check what was written.

    The model takes raw pixels (0 - 255) and gives logits. Of several seeds the first is taken, not the one that did
    best on the test set: its figure would be too good. The file must give the Keras model's classes on training
    images; how many it does is printed with its size.
    """
    if quantize != "none" and form != "tflite":
        raise click.UsageError(f"--quantize is for --format tflite, got --format {form}; leave one of them out")
    opened = load_study(runs_dir, study)
    confirmation = _retrained(opened, trial)
    chosen = seed if seed is not None else confirmation.seeds[0]
    if chosen not in confirmation.seeds:
        seeds = ", ".join(map(str, confirmation.seeds))
        raise CommandError(f"expected a seed that trial {trial} was retrained with, got {chosen}; there are: {seeds}")
    model = opened.folder / confirmation.models[confirmation.seeds.index(chosen)]
    if not model.is_file():
        raise CommandError(f"expected the retrained model {model}, it is not there; {_again(opened, confirmation)}")
    path = out if out is not None else Path(f"{opened.name}-trial-{trial}.{form}")
    data = load(opened.config.dataset, data_dir)
    message(f"data: {data.source}")
    from search.runtime import configure

    configure()
    from search.export import CHECKED_IMAGES, export

    written = export(model, data.train.images[:CHECKED_IMAGES], path, form, quantize)
    click.echo(f"{written.path}: {written.size:,} bytes, {form}{'' if quantize == 'none' else ', ' + quantize}")
    correct = confirmation.correct[confirmation.seeds.index(chosen)]
    click.echo(f"seed {chosen}: {correct:,} of {confirmation.total:,} test images right when it was retrained")
    click.echo(f"same class as the Keras model on {written.agreeing:,} of {written.images:,} training images")
    if quantize == "none" and written.agreeing < written.images:
        raise CommandError(
            f"expected {path} to give the Keras model's class on all {written.images:,} images, got "
            f"{written.agreeing:,}; do not use it"
        )


def _retrained(study: Study, trial: int) -> Confirmation:
    found = latest(Confirmations(study.folder).read()).get(trial)
    if found is not None:
        return found
    if study.ledger.find(trial) is None:
        raise CommandError(
            f"expected a finished trial of {study.name}, got {trial}; see them with leaderboard {study.name} --all"
        )
    raise CommandError(
        f"expected a retrained trial, trial {trial} of {study.name} is not; run: search_cli.py retrain {study.name} "
        f"--trial {trial}"
    )


def _again(study: Study, confirmation: Confirmation) -> str:
    # More seeds begin with the same ones, and are another retraining than the one whose models are gone.
    return f"run: search_cli.py retrain {study.name} --trial {confirmation.trial} --seeds {len(confirmation.seeds) + 1}"
