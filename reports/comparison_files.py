"""What a comparison writes: everything as JSON, and for other tools the curves and the times to convergence as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reports.comparison_data import COMPARISON_FILE, MEASURES, ConvergenceComparison, Range, speeds, unit
from search.study import write_whole

if TYPE_CHECKING:
    import pandas as pd

CURVES_FILE, TIMES_FILE = "curves.csv", "time-to-convergence.csv"


def write_comparison(comparison: ConvergenceComparison, folder: Path) -> None:
    """Writes the CSV files, and last `comparison.json`: whoever finds that one finds a whole comparison."""
    curves(comparison).to_csv(folder / CURVES_FILE, index=False)
    times(comparison).to_csv(folder / TIMES_FILE, index=False)
    write_whole(folder / COMPARISON_FILE, msgspec.json.format(msgspec.json.encode(comparison), indent=1) + b"\n")


def curves(comparison: ConvergenceComparison) -> pd.DataFrame:
    """One row an evaluation and seed: what was trained how, the effort so far, and correct answers out of `total`."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for network in comparison.networks:
        for run in comparison.of(network):
            costs: dict[str, float] = {
                measure: unit(network, run, comparison.timing(network), measure) for measure in MEASURES
            }
            for point in run.points:
                effort = {measure: point.iteration * cost for measure, cost in costs.items()}
                for seed, correct, loss in zip(run.seeds, point.correct, point.val_loss, strict=True):
                    rows.append(
                        {
                            "study": run.study,
                            "trial": run.trial,
                            "protocol": run.protocol,
                            "learning_rate": run.recipe.learning_rate,
                            "schedule": run.recipe.schedule,
                            "epochs": run.recipe.epochs,
                            "seed": seed,
                            **effort,
                            "correct": correct,
                            "total": run.validation_images,
                            "val_accuracy": correct / run.validation_images,
                            "val_loss": loss,
                        }
                    )
    return pd.DataFrame(rows).astype({"iterations": int, "images": int, "macs": int})


def times(comparison: ConvergenceComparison) -> pd.DataFrame:
    """Times to convergence, one row each of `reports.comparison_data.speeds`."""
    import pandas as pd

    return pd.DataFrame(_flat(row) for row in speeds(comparison))


def summary(comparison: ConvergenceComparison) -> str:
    """The comparison without its curves, as one JSON object: networks, times to convergence, explanation."""
    content = {
        "dataset": comparison.dataset,
        "constraint": comparison.constraint,
        "networks": comparison.networks,
        "timings": comparison.timings,
        "times_to_convergence": [_nested(row) for row in speeds(comparison)],
        "explanation": comparison.explanation,
        "pictures": comparison.pictures,
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()


def _nested(row: msgspec.Struct) -> dict[str, Any]:
    """A row's values, ranges as `{mean, low, high}` rather than three nameless numbers."""
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    return {name: value._asdict() if isinstance(value, Range) else value for name, value in values.items()}


def _flat(row: msgspec.Struct) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if name in MEASURES:
            ends = value if value is not None else (None, None, None)
            flat.update({f"{name}_{end}": number for end, number in zip(("mean", "min", "max"), ends, strict=True)})
        else:
            flat[name] = value
    return flat
