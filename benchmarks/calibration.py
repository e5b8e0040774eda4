"""How well the oracle's model of accuracy foresees: each trial of a study predicted from those before it.

    python -m benchmarks.calibration results/shallow-mnist results/deep-mnist results/deep-open-mnist

For every study: the error of the predicted log-error, its correlation with what was observed, the share of trials
within one and two predicted standard deviations (68% and 95% of them when the model is calibrated), and the mean
negative log-likelihood; over all trials, and over those whose error came within a factor of 1.8 of the bar. What a
trial stopped early would have reached is the estimate the oracle itself learns from. Last, how many trials the model
expected to qualify, by the sum of its probabilities, and how many did. Nothing is trained.
"""

from __future__ import annotations

import math
from pathlib import Path

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import norm

from search.gains import log_error
from search.margin import aimed_at
from search.runtime import configure
from search.study import load_study

FIRST = 15  # trials before the first prediction
NEAR = math.log(1.8)  # of the log-error above the bar


@click.command()
@click.argument("studies", nargs=-1, required=True)
@click.option("--runs-dir", default="runs", type=click.Path(path_type=Path))
def main(studies: tuple[str, ...], runs_dir: Path) -> None:
    """Prints two rows a study."""
    configure(1)
    from search.candidates import as_candidate
    from search.feasibility import FeasibilityModel, observations
    from search.features import feature_matrix

    table = Table(title="predictions of the log-error, each trial from those before it")
    scores = ("rms error", "correlation", "within 1 s.d.", "within 2 s.d.", "neg. log-lik.", "expected", "qualified")
    for column in ("study", "trials", *scores):
        table.add_column(column, justify="right")
    for name in studies:
        study = load_study(runs_dir, name)
        trials = study.ledger.read()
        seen = [(trial, one) for trial, one in zip(trials, observations(trials), strict=True) if one is not None]
        rows = feature_matrix([as_candidate(trial.info) for trial, _ in seen])
        observed = [one for _, one in seen]
        foreseen = []
        for known in range(FIRST, len(observed)):
            model = FeasibilityModel()
            model.fit(rows[:known], observed[:known])
            mean, deviation = model.predict(rows[known : known + 1])
            qualified = seen[known][0].result.qualified
            foreseen.append((mean[0], deviation[0], observed[known].log_error, qualified))
        if not foreseen:
            raise click.ClickException(f"expected more than {FIRST} trials in {name}, got {len(observed)}")
        bar = log_error(float(aimed_at(study.config, trials[0].result.total).bar))
        figures = np.array(foreseen)
        table.add_row(study.name, *_figures(figures, bar))
        table.add_row("near the bar", *_figures(figures[figures[:, 2] < bar + NEAR], bar))
    Console(width=120).print(table)


def _figures(foreseen: np.ndarray, bar: float) -> tuple[str, ...]:
    mean, deviation, observed, qualified = foreseen.T
    off = (observed - mean) / deviation
    likelihood = np.mean(0.5 * np.log(2 * np.pi * deviation**2) + 0.5 * off**2)
    return (
        f"{len(observed)}",
        f"{np.sqrt(np.mean((observed - mean) ** 2)):.3f}",
        f"{np.corrcoef(mean, observed)[0, 1]:.2f}",
        f"{np.mean(np.abs(off) < 1):.0%}",
        f"{np.mean(np.abs(off) < 2):.0%}",
        f"{likelihood:.2f}",
        f"{np.sum(norm.cdf((bar - mean) / deviation)):.1f}",
        f"{np.sum(qualified):.0f}",
    )


if __name__ == "__main__":
    main()
