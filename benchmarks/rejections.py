"""How many early rejections of a study were wrong: a sample of its rejected trials, trained to the end after all.

    python -m benchmarks.rejections results/shallow-mnist --sample 30 --data-dir FOLDER

Each is trained again from the same seeds by the same recipe, without being stopped, and judged by the study's own
constraint and margin; more replicas are added near the bar as in the search. A rejection was wrong if the network
qualifies. Validation data only.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from rich.console import Console

from datasets.dataset import Dataset
from search.constraint import Constraint
from search.margin import aimed_at
from search.runtime import configure
from search.study import load_study
from search.trial import Trial, TrialStatus


@click.command()
@click.argument("study")
@click.option("--sample", default=30, show_default=True, help="Rejected trials, drawn at random; fewer if there are.")
@click.option("--seed", default=0, show_default=True, help="Draws the sample.")
@click.option("--runs-dir", default="runs", type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(exists=True, path_type=Path))
@click.option("--threads", default=1, show_default=True)
def main(study: str, sample: int, seed: int, runs_dir: Path, data_dir: Path | None, threads: int) -> None:
    """Prints a line a trial, then the share of wrong rejections."""
    console = Console(width=120, highlight=False)
    found = load_study(runs_dir, study)
    trials = list(found.ledger.read())
    rejected = [trial for trial in trials if trial.result.status is TrialStatus.REJECTED]
    chosen = random.Random(seed).sample(rejected, min(sample, len(rejected)))
    if not chosen:
        raise click.ClickException(f"expected rejected trials in {study}, got none of {len(trials)}")
    configure(threads)
    from datasets.registry import load

    data = load(found.config.dataset, data_dir)
    wrong = 0
    for trial, end in _to_the_end(chosen, data, aimed_at(found.config, len(data.validation))):
        wrong += end.result.qualified
        verdict = "WRONG" if end.result.qualified else "right"
        console.print(
            f"trial {trial.info.trial}, {trial.info.parameters} parameters: {trial.mean_accuracy:.2%} after "
            f"{trial.result.epochs} epochs, {end.mean_accuracy:.2%} after {end.result.epochs} "
            f"({len(end.result.correct)} replicas): {verdict}"
        )
    console.print(
        f"{len(trials)} trials, {len(rejected)} of them rejected early, {len(chosen)} trained to the end: "
        f"{wrong} wrong rejections, {wrong / len(chosen):.1%}"
    )


def _to_the_end(chosen: list[Trial], data: Dataset, constraint: Constraint) -> Iterator[tuple[Trial, Trial]]:
    from search.evaluate import Evaluator

    evaluator = Evaluator(data.train, data.validation, constraint)
    for trial in chosen:
        result = evaluator.evaluate(trial.info, None, lambda point: None)
        yield trial, msgspec.structs.replace(trial, result=result)


if __name__ == "__main__":
    main()
