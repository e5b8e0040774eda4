"""`overfit`: question 4, how far fewer parameters and dropout help a network that sees only 250 examples."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import msgspec

from baselines.overfit.examples import FINAL, SELECTION, Examples
from baselines.overfit.laboratory import Laboratory
from baselines.overfit.settings import OverfitSettings, quick_settings
from baselines.overfit.stages import Outcome, run_study
from baselines.overfit.tasks import TaskLedger
from baselines.overfit.workers import Here, SideBySide
from commands.console import message
from commands.errors import CommandError
from commands.options import LARGEST_SEED, data_dir_option, debug_option
from commands.overfit_progress import OverfitProgress
from commands.search import cores
from datasets.dataset import Dataset
from datasets.registry import load
from reports.overfit_data import SUMMARY_FILE, OverfitSummary
from search.lock import StudyLock
from search.study import write_whole
from spaces.layers import ImpossibleShapeError

SETTINGS_FILE, LEDGER_FILE = "settings.json", "ledger.jsonl"


@click.command("overfit")
@click.option("--dataset", default="mnist", metavar="mnist|digits|PATH", help="Images to train and test on.")
@data_dir_option
@click.option("--quick", is_flag=True, help="Fewer sizes, fewer seeds, shorter trainings: about a minute.")
@click.option("--seed", type=click.IntRange(0, LARGEST_SEED), default=0, metavar="S", help="Same seed, same tables.")
@click.option(
    "--workers", type=click.IntRange(min=1), metavar="N", help="Processes side by side.  [default: one a core]"
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("runs/overfit"),
    help="The folder for the ledger, tables, figures and answers.",
)
@click.option("--overwrite", is_flag=True, help="Delete what the folder holds of an earlier study and start over.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", help="How to print results.")
@debug_option
def command(
    dataset: str,
    data_dir: Path | None,
    quick: bool,
    seed: int,
    workers: int | None,
    out: Path,
    overwrite: bool,
    form: str,
) -> None:
    """Study overfitting on 250 examples: the original network, smaller ones, dropout, and both together.

    Choices are made on training images left out of the 250, over 10 class-balanced subsets; what was chosen is trained
    again on fresh subsets and tested once, at the end. Ctrl-C keeps what is finished; the same command goes on. Half an
    hour at most on two cores. Writes tables (CSV), figures (PNG, SVG) and answers.json to --out.
    """
    settings = quick_settings(dataset, seed) if quick else OverfitSettings(dataset, seed)
    data = load(dataset, data_dir)
    message(f"data: {data.source}")
    _check(data, settings)
    with StudyLock(out, "overfit") as lock:
        if lock.warning is not None:
            message(f"warning: {lock.warning}")
        _open(out, settings, overwrite)
        outcome = _measure(out, data, settings, workers or cores())
        summary = _write(outcome, data, out)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(summary), indent=2).decode())
        return
    from commands.overfit_output import show

    show(summary, out)


def _check(data: Dataset, settings: OverfitSettings) -> None:
    """Refuses what cannot be studied before anything is written. Raises CommandError and DataError."""
    try:
        for network in settings.sizes:
            network.architecture(data.input_shape, data.classes)
    except ImpossibleShapeError as error:
        size = "x".join(map(str, data.input_shape[:2]))
        raise CommandError(f"expected images the original network fits, got {size} ({error}); use 28x28") from error
    examples = Examples(data, settings)
    examples.subset(SELECTION, 0)
    examples.subset(FINAL, 0)


def _open(out: Path, settings: OverfitSettings, overwrite: bool) -> None:
    """Makes the folder's settings, or checks that they are these. Raises CommandError."""
    file = out / SETTINGS_FILE
    if overwrite:
        for name in (SUMMARY_FILE, SETTINGS_FILE, LEDGER_FILE):
            (out / name).unlink(missing_ok=True)
    try:
        saved = msgspec.json.decode(file.read_bytes(), type=OverfitSettings)
    except FileNotFoundError:
        if (out / LEDGER_FILE).exists():
            raise CommandError(
                f"expected {SETTINGS_FILE} beside {LEDGER_FILE} in {out}, found none; restore it or use --overwrite"
            ) from None
        write_whole(file, msgspec.json.format(msgspec.json.encode(settings), indent=2) + b"\n")
        return
    except msgspec.DecodeError as error:
        raise CommandError(f"expected the settings of a study in {file}, got: {error}; use --overwrite") from None
    differing = [name for name in settings.__struct_fields__ if getattr(saved, name) != getattr(settings, name)]
    if differing:
        raise CommandError(
            f"expected the study in {out} to have the same settings, got others for {', '.join(differing)}; "
            "use another --out, or --overwrite"
        )


def _measure(out: Path, data: Dataset, settings: OverfitSettings, workers: int) -> Outcome:
    ledger = TaskLedger(out / LEDGER_FILE)
    runner = Here(data, settings) if workers == 1 else SideBySide(data, settings, workers)
    with runner, OverfitProgress() as progress:
        outcome = run_study(Laboratory(ledger, runner, progress), settings)
    for warning in ledger.warnings:
        message(f"warning: {warning}")
    return outcome


def _write(outcome: Outcome, data: Dataset, out: Path) -> OverfitSummary:
    """Tables and figures, then the answers, in one step: where they are, all is there."""
    from reports.overfit_figures import write_figures
    from reports.overfit_summary import summarise
    from reports.overfit_tables import write_tables

    settings = outcome.settings
    quick = ("--quick",) if settings == quick_settings(settings.dataset, settings.seed) else ()
    words = ("overfit", "--dataset", settings.dataset, "--seed", str(settings.seed), *quick)
    again = shlex.join(("python", "search_cli.py", *words))
    summary = summarise(outcome, data, again)
    summary = msgspec.structs.replace(
        summary, tables=write_tables(outcome, summary, data, out), figures=write_figures(outcome, data, out)
    )
    write_whole(out / SUMMARY_FILE, msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
    return summary
